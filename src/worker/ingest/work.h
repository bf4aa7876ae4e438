#ifndef TRAWL_WORKER_INGEST_WORK_H
#define TRAWL_WORKER_INGEST_WORK_H

#include "common/base/err.h"
#include "worker/context.h"
#include "worker/ingest/build_shard.h"
#include "worker/ingest/job_view.h"
#include "worker/pool.h"
#include "worker/store/jobs/generation.h"
#include "worker/store/jobs/task.h"
#include "worker/store/redis/bulk.h"

#include <stdatomic.h>
#include <stdint.h>

/* One task on the parsing pool, from its input to its result in Redis: it blocks on
 * the disk and on a Redis connection of its own. What is done with it is in
 * work_run.h. Pool threads. */
struct work {
	struct pool_job pool_job;
	const struct worker_setup *setup; /* borrowed */
	const struct job_view
	    *view; /* borrowed: the task's job; not of a plan */
	struct task task;
	const char *worker; /* borrowed: its name, for people */
	_Atomic int stop;   /* loop: ends it with ERR_DRAINING or ERR_STALE */

	/* the pool's, for the loop when it is done */
	enum err err;
	struct problem why;
	uint64_t bytes, lines; /* read: of the files, of the log */
	int64_t started_ms;    /* CLOCK_MONOTONIC */
	char report[160];      /* who, how long, which delivery */
};

/* Opens what an incremental job goes on from, for all that is built: b->base and
 * b->reader, the arena's. A job that reads all has none. Returns ERR_OK,
 * ERR_NO_MEMORY, or as base_open(). */
enum err work_open_base(struct work *w, struct build *b)
    __attribute__((warn_unused_result));

/* Brings w->report up to date. */
void work_report(struct work *w);

/* The end of a map or reduce task: what the batch holds is its result. All of
 * it is there together with the word that the task is done, and Redis waits for
 * the disk once.
 *
 * next, next_tasks  the phase behind the last task of this one
 * ERR_STALE: nobody wants it any more. */
enum err work_hand_in(struct work *w, struct bulk *b, enum task_kind next,
    uint32_t next_tasks) __attribute__((warn_unused_result));

/* The end of every job that ends well: its last segments, which the batch holds,
 * and the generation are in Redis, at once. Returns as generation_commit(). */
enum err work_commit(struct work *w, struct bulk *b, const struct generation *g)
    __attribute__((warn_unused_result));

#endif
