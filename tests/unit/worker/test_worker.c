/* Worker processes, forked as the master does it, on listeners that the test
 * keeps. Redis is not there: what needs no Redis must be served all the same. */
#include "worker/worker.h"

#include "common/base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SLOTS = 2, PATIENCE_S = 20 };

struct host {
	struct config config;
	struct shared *shared;
	int fds[SLOTS], handover_fds[2 * SLOTS];
	struct sockaddr_in addresses[SLOTS];
	pid_t pids[SLOTS];
};

static struct host *
host_open(void)
{
	struct host *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	assert_int_equal(config_defaults(&h->config), ERR_OK);
	h->shared = shared_new(SLOTS);
	assert_non_null(h->shared);
	for (int i = 0; i < SLOTS; i++) {
		struct sockaddr_in *a = &h->addresses[i];
		socklen_t len = sizeof(*a);

		h->fds[i] = socket(AF_INET, SOCK_STREAM, 0);
		a->sin_family = AF_INET;
		a->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		assert_int_equal(bind(h->fds[i], (struct sockaddr *)a, len), 0);
		assert_int_equal(
		    getsockname(h->fds[i], (struct sockaddr *)a, &len), 0);
		assert_int_equal(listen(h->fds[i], 64), 0);
		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0,
				     &h->handover_fds[2 * i]),
		    0);
	}
	return h;
}

static void
host_close(struct host *h)
{
	for (int i = 0; i < SLOTS; i++) {
		close(h->fds[i]);
		close(h->handover_fds[2 * i]);
		close(h->handover_fds[2 * i + 1]);
	}
	shared_free(h->shared);
	config_cleanup(&h->config);
	free(h);
}

static void
begin(struct host *h, int slot)
{
	fflush(NULL);
	h->pids[slot] = fork();
	assert_true(h->pids[slot] >= 0);
	if (h->pids[slot] > 0) {
		/* Until it lives: a neighbour may answer before that. */
		for (int i = 0;
		     i < 10000 &&
		     !atomic_load(&h->shared->worker[slot].heartbeat_ms);
		     i++)
			usleep(1000);
		return;
	}
	struct worker_setup setup = {
		.config = &h->config,
		.shared = h->shared,
		.redis = { .path = "/nonexistent/redis.sock" },
		.slot = slot,
		.listener_fds = h->fds,
		.listeners_len = SLOTS,
		.handover_fds = h->handover_fds,
	};
	log_init("worker", false);
	_exit(worker_run(&setup));
}

/* Returns the status of wait(2). */
static int
stop(struct host *h, int slot, int signal_number)
{
	int status = -1;

	assert_int_equal(kill(h->pids[slot], signal_number), 0);
	assert_int_equal(waitpid(h->pids[slot], &status, 0), h->pids[slot]);
	return status;
}

static int
dial(struct host *h, int slot)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct timeval patience = { .tv_sec = PATIENCE_S };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	assert_int_equal(connect(fd, (struct sockaddr *)&h->addresses[slot],
			     sizeof(h->addresses[slot])),
	    0);
	return fd;
}

/* Asks on `slot`'s port; whoever serves it answers. */
static void
assert_answers(struct host *h, int slot, const char *path, const char *want)
{
	char text[512], answer[4096];
	size_t len = 0;
	ssize_t got;
	int fd = dial(h, slot);

	snprintf(text, sizeof(text),
	    "GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", path);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	while (len < sizeof(answer) - 1 &&
	       (got = read(fd, answer + len, sizeof(answer) - 1 - len)) > 0)
		len += (size_t)got;
	answer[len] = '\0';
	close(fd);
	if (strstr(answer, want) == NULL)
		fail_msg("%s: no \"%s\" in \"%s\"", path, want, answer);
}

static void
a_worker_serves_without_redis_and_ends_clean(void **state)
{
	struct host *h = host_open();

	(void)state;
	begin(h, 0);
	assert_int_equal(atomic_load(&h->shared->worker[0].pid), h->pids[0]);
	assert_answers(h, 0, "/", "{\"hello\":\"world\"}");
	assert_answers(h, 0, "/live", "200 OK");
	assert_answers(h, 0, "/ready", "503 Service Unavailable");
	assert_answers(h, 0, "/report/1", "401 Unauthorized");
	int status = stop(h, 0, SIGTERM);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	host_close(h);
}

static void
a_silent_neighbour_is_served_until_it_is_back(void **state)
{
	struct host *h = host_open();

	(void)state;
	begin(h, 0);
	assert_answers(h, 1, "/", "world");
	begin(h, 1);
	while (atomic_load(&h->shared->worker[1].heartbeat_ms) == 0)
		usleep(1000);
	assert_answers(h, 1, "/", "world");
	/* As when it dies: the master says so in its place. */
	stop(h, 1, SIGKILL);
	atomic_store(&h->shared->worker[1].heartbeat_ms, 0);
	assert_answers(h, 1, "/", "world");
	assert_int_equal(stop(h, 0, SIGTERM), 0);
	host_close(h);
}

static void
a_stopped_neighbour_is_served_by_the_silence_of_its_heart(void **state)
{
	struct host *h = host_open();

	(void)state;
	begin(h, 0);
	begin(h, 1);
	assert_answers(h, 1, "/", "world");
	assert_int_equal(kill(h->pids[1], SIGSTOP), 0);
	assert_answers(h, 1, "/", "world");
	assert_int_equal(kill(h->pids[1], SIGCONT), 0);
	assert_int_equal(stop(h, 1, SIGTERM), 0);
	assert_int_equal(stop(h, 0, SIGTERM), 0);
	host_close(h);
}

static void
an_interrupt_is_left_to_the_master(void **state)
{
	struct host *h = host_open();

	(void)state;
	begin(h, 0);
	assert_answers(h, 0, "/", "world");
	assert_int_equal(kill(h->pids[0], SIGINT), 0);
	assert_answers(h, 0, "/", "world");
	assert_int_equal(stop(h, 0, SIGTERM), 0);
	host_close(h);
}

static void
a_draining_worker_does_not_wait_for_idle_clients(void **state)
{
	struct host *h = host_open();

	(void)state;
	begin(h, 0);
	assert_answers(h, 0, "/", "world");
	int fd = dial(h, 0);
	char byte;
	assert_int_equal(stop(h, 0, SIGTERM), 0);
	/* It was in the queue, or accepted and closed: never answered. */
	shutdown(fd, SHUT_WR);
	close(h->fds[0]);
	assert_true(read(fd, &byte, 1) <= 0);
	close(fd);
	host_close(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_worker_serves_without_redis_and_ends_clean),
		cmocka_unit_test(a_silent_neighbour_is_served_until_it_is_back),
		cmocka_unit_test(
		    a_stopped_neighbour_is_served_by_the_silence_of_its_heart),
		cmocka_unit_test(an_interrupt_is_left_to_the_master),
		cmocka_unit_test(
		    a_draining_worker_does_not_wait_for_idle_clients),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
