#ifndef TRAWL_WORKER_INGEST_TRIMMER_H
#define TRAWL_WORKER_INGEST_TRIMMER_H

#include "worker/pool.h"

#include <stdbool.h>
#include <uv.h>

/* When tasks have not run for a while, has the heap that they left (heap.h) given
 * back to the kernel, on a thread of their pool: it takes as long as there is much
 * to give. Loop thread only. */
struct trimmer {
	uv_timer_t timer;
	struct pool_job job;
	struct pool *pool;
	bool has_work;    /* a task has begun since the heap was given back */
	bool is_trimming; /* the pool has `job` */
	int refs;         /* the timer, the pool */
	void (*on_closed)(void *arg);
	void *arg;
};

/* After the last task: a log that is followed has another one by then
 * (FOLLOW_MS). */
enum { TRIMMER_REST_MS = 600 };

/* pool  of the tasks; borrowed until it is closed, which is after trimmer_close */
void trimmer_init(struct trimmer *t, uv_loop_t *loop, struct pool *pool);

/* A task begins. */
void trimmer_work(struct trimmer *t);

/* There is no task any more; may be said again and again. */
void trimmer_rest(struct trimmer *t);

/* on_closed(arg)  when loop and pool have let go of it, never from inside this
 *                 function: its memory is the caller's again */
void trimmer_close(struct trimmer *t, void (*on_closed)(void *arg), void *arg);

#endif
