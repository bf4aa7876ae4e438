#ifndef TRAWL_WORKER_POOL_H
#define TRAWL_WORKER_POOL_H

#include "common/base/err.h"
#include "common/base/slots.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/* Threads with a bounded queue of their own, for what must not run on the
 * loop. A worker has three, that hash, report and parse, of lower priority;
 * none waits for another. All calls are made on the loop thread. */
struct pool;

/* One piece of work. Memory: the caller's, until done() has been called. */
struct pool_job {
	/* On a pool thread. */
	void (*work)(struct pool_job *job);
	/* On the loop thread, always once, and never from inside pool_start(). */
	void (*done)(struct pool_job *job);
	struct pool_job *next; /* the pool's own */
	/* Of a pool that shares slots: clock_ms() by which it has begun. */
	int64_t due_ms;
	bool is_late; /* pool: it had not, and work() was not called */
};

/* queue_limit  jobs that may wait beyond those that run
 * nice         the threads' nice value, unless the caller's is higher; 0: they give
 *              way to nobody
 * NULL when memory or threads are out. */
struct pool *pool_new(
    uv_loop_t *loop, unsigned threads, size_t queue_limit, int nice);

/* Before the first job: a thread works only while it has one of `slots`, which many
 * processes share and which outlive the pool. It keeps its slot for the next job as
 * long as it may, and calls leave() before it gives it back.
 *
 * And while many jobs wait, those that have ended are handed to the loop a few at a
 * time: for clients that is little beside the wait in the queue, and what comes of
 * them (commands, a wait for the disk, answers) is done for all at once. */
void pool_share(struct pool *p, struct slots *slots, void (*leave)(void));

/* ERR_OK: done() will be called. ERR_OVERLOAD: the queue is full, or the rest of it
 * is reserved. */
enum err pool_start(struct pool *p, struct pool_job *job)
    __attribute__((warn_unused_result));

/* Whether one more would be taken now. */
bool pool_has_place(struct pool *p);

/* Keeps a place for a job that is to be started later: the caller gives it up right
 * before it starts the job, or when it never will. False: there is none. */
bool pool_reserve(struct pool *p) __attribute__((warn_unused_result));
void pool_unreserve(struct pool *p);

/* Lets queued and running jobs end (done() is still called for each), then
 * closes and frees the pool within the loop's next turns. NULL is allowed. */
void pool_close(struct pool *p);

#endif
