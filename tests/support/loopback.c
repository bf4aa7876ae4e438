/* What transport is to a request, without the transport. */
#include "support/loopback.h"
#include "worker/pool.h"
#include "worker/store/copies/copies.h"
#include "worker/store/redis/query.h"
#include "worker/store/redis/redis.h"
#include "worker/store/segments/current.h"
#include "worker/store/segments/succession.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PATIENCE_MS = 20000 };

struct exchange {
	struct req req;
	struct loopback *loopback;
	bool is_done;
};

static void
on_patience(uv_timer_t *t)
{
	(void)t;
	fail_msg("a request was never answered");
}

int
loopback_open(void **state)
{
	struct loopback *l = calloc(1, sizeof(*l));

	assert_non_null(l);
	signal(SIGPIPE, SIG_IGN); /* as worker_run() */
	assert_int_equal(token_init(), 0);
	redis_process_init(&l->server);
	assert_int_equal(config_defaults(&l->config), ERR_OK);
	l->config.password_passes = 1;
	l->config.password_memory = 8192;
	l->setup.config = &l->config;
	token_key_derive(&l->setup.key, span_text("a secret of a test"));
	uv_loop_init(&l->loop);
	uv_timer_init(&l->loop, &l->patience);
	uv_timer_start(&l->patience, on_patience, PATIENCE_MS, 0);
	l->worker.setup = &l->setup;
	l->worker.loop = &l->loop;
	l->worker.redis =
	    redis_open(&l->loop, &l->server.address, NULL, "loopback", 1000);
	assert_non_null(l->worker.redis);
	l->setup.redis = l->server.address;
	l->setup.shared = shared_new(1);
	assert_non_null(l->setup.shared);
	l->worker.hash_pool = req_hash_pool_new(&l->worker, 2, 64, 0);
	l->worker.copies = copies_open(&l->worker);
	l->worker.current = current_open(&l->worker);
	l->worker.succession = succession_open(&l->worker);
	assert_non_null(l->worker.copies);
	assert_non_null(l->worker.succession);
	assert_non_null(l->worker.hash_pool);
	*state = l;
	return 0;
}

int
loopback_close(void **state)
{
	struct loopback *l = *state;

	succession_close(l->worker.succession);
	current_close(l->worker.current);
	copies_close(l->worker.copies);
	redis_close(l->worker.redis);
	pool_close(l->worker.hash_pool);
	uv_close((uv_handle_t *)&l->patience, NULL);
	uv_run(&l->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&l->loop), 0);
	config_cleanup(&l->config);
	shared_free(l->setup.shared);
	redis_process_cleanup(&l->server);
	free(l);
	return 0;
}

static void
on_done(struct req *r)
{
	((struct exchange *)r)->is_done = true;
}

struct req *
loopback_new(struct loopback *l)
{
	static char client; /* stands for a connection that is open */
	struct exchange *x = calloc(1, sizeof(*x));

	assert_non_null(x);
	x->loopback = l;
	x->req.worker = &l->worker;
	x->req.conn = (struct conn *)&client;
	x->req.on_done = on_done;
	strcpy(x->req.client, "192.0.2.1");
	arena_init(&x->req.arena);
	return &x->req;
}

void
loopback_free(struct req *r)
{
	req_cleanup(r);
	free(r);
}

void
loopback_start(struct req *r, req_step *first)
{
	((struct exchange *)r)->is_done = false;
	req_start(r, first);
}

enum err
loopback_wait(struct req *r)
{
	struct exchange *x = (struct exchange *)r;

	while (!x->is_done)
		uv_run(&x->loopback->loop, UV_RUN_ONCE);
	return r->out.err;
}

enum err
loopback_run(struct req *r, req_step *first)
{
	loopback_start(r, first);
	return loopback_wait(r);
}

void
loopback_wait_up(struct loopback *l)
{
	while (!redis_is_up(l->worker.redis))
		uv_run(&l->loop, UV_RUN_ONCE);
}

static enum req_state
ping_again(struct req *r)
{
	return store_ping(r, req_done);
}

/* A script that Redis does not know yet is sent again behind the first ping. */
static enum req_state
ping(struct req *r)
{
	return store_ping(r, ping_again);
}

void
loopback_settle(struct loopback *l)
{
	struct req *r = loopback_new(l);

	assert_int_equal(loopback_run(r, ping), ERR_OK);
	loopback_free(r);
}
