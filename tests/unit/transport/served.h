#ifndef TRAWL_TESTS_TRANSPORT_SERVED_H
#define TRAWL_TESTS_TRANSPORT_SERVED_H

/* A server with a route table of its own on a loopback port, its loop turned by
 * the test. Include after cmocka.h. */
#include "unit/transport/served_routes.h"
#include "worker/context.h"
#include "worker/store/copies/copies.h"
#include "worker/transport/conn.h"
#include "worker/transport/server.h"

#include "common/base/config.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct served {
	struct config config;
	struct shared *shared;
	uv_loop_t loop;
	int fd, handover_fds[2];
	struct worker_setup setup;
	struct worker worker;
	struct sockaddr_in address;
	bool is_drained;
};

/* config  changes defaults before the server sees them; may be NULL */
static inline struct served *
served_open(void (*config)(struct config *c))
{
	struct served *s = calloc(1, sizeof(*s));
	socklen_t len = sizeof(s->address);

	assert_non_null(s);
	assert_int_equal(config_defaults(&s->config), ERR_OK);
	if (config != NULL)
		config(&s->config);
	s->shared = shared_new(1);
	assert_non_null(s->shared);
	s->fd = socket(AF_INET, SOCK_STREAM, 0);
	s->address.sin_family = AF_INET;
	s->address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(s->fd, (struct sockaddr *)&s->address, len), 0);
	assert_int_equal(
	    getsockname(s->fd, (struct sockaddr *)&s->address, &len), 0);
	assert_int_equal(listen(s->fd, 64), 0);
	assert_int_equal(uv_loop_init(&s->loop), 0);
	s->setup.config = &s->config;
	s->setup.shared = s->shared;
	s->setup.listener_fds = &s->fd;
	s->setup.listeners_len = 1;
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s->handover_fds), 0);
	s->setup.handover_fds = s->handover_fds;
	s->worker.setup = &s->setup;
	s->worker.loop = &s->loop;
	s->config.local_copies = 0; /* there is no Redis to copy from */
	assert_non_null(s->worker.copies = copies_open(&s->worker));
	assert_non_null(server_open(&s->worker, &test_routes));
	assert_int_equal(listener_open(s->worker.server, 0), ERR_OK);
	held = NULL;
	encoded = ready = 0;
	return s;
}

/* Closes everything and asserts that nothing is left of it. */
static inline void
served_close(struct served *s)
{
	server_close(s->worker.server);
	uv_run(&s->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&s->loop), 0);
	close(s->fd);
	close(s->handover_fds[0]);
	close(s->handover_fds[1]);
	copies_close(s->worker.copies);
	shared_free(s->shared);
	config_cleanup(&s->config);
	free(s);
}

static inline void
turn(struct served *s)
{
	uv_run(&s->loop, UV_RUN_NOWAIT);
}

/* Runs a program's tests: writes to a client that is gone are errors, as in a
 * worker. */
static inline int
served_main(const struct CMUnitTest *tests, size_t len)
{
	signal(SIGPIPE, SIG_IGN);
	big = malloc(BIG);
	memset(big, 'x', BIG);
	int failed = _cmocka_run_group_tests("served", tests, len, NULL, NULL);
	free(big);
	return failed;
}

#endif
