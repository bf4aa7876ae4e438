#ifndef TRAWL_TESTS_SUPPORT_LOOPBACK_H
#define TRAWL_TESTS_SUPPORT_LOOPBACK_H

#include "common/base/config.h"
#include "support/redis_process.h"
#include "worker/context.h"
#include "worker/req.h"

#include <stdbool.h>
#include <uv.h>

/* A worker without sockets: a loop, a real Redis, a hashing pool. A test builds
 * a request, runs its steps and reads what they left in it. */
struct loopback {
	struct redis_process server;
	struct config config; /* a test may change it; hashing is cheap */
	struct worker_setup setup;
	struct worker worker;
	uv_loop_t loop;
	uv_timer_t patience; /* a test that hangs fails */
};

/* cmocka's setup and teardown; *state is the struct loopback. The teardown
 * fails when anything of it is still open. */
int loopback_open(void **state);
int loopback_close(void **state);

/* A request of this worker, to be filled; freed by loopback_free. */
struct req *loopback_new(struct loopback *l);
void loopback_free(struct req *r);

/* Runs the steps until the last has returned; r->out tells how it ended. */
enum err loopback_run(struct req *r, req_step *first);

/* For requests that run at the same time: starts one, and waits for it. */
void loopback_start(struct req *r, req_step *first);
enum err loopback_wait(struct req *r);

/* Until the worker's connection to Redis is there. */
void loopback_wait_up(struct loopback *l);

/* Until Redis has done what was sent without waiting for it. */
void loopback_settle(struct loopback *l);

#endif
