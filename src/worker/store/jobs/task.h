#ifndef TRAWL_WORKER_STORE_JOBS_TASK_H
#define TRAWL_WORKER_STORE_JOBS_TASK_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/span.h"
#include "worker/store/redis/bulk.h"
#include "worker/store/redis/redis.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The queue of a job's tasks: the stream `{logs}:tasks`, read by the consumer
 * group `workers`. A task is one worker's from task_take until it is done, as
 * long as it renews its claim; whoever falls silent loses it to another. Loop
 * thread only, but for those with a bulk; a function with a callback returns ERR_OK, and
 * then calls back once, or why it cannot even send. */
enum task_kind {
	TASK_MAP,    /* a chunk of the log */
	TASK_REDUCE, /* a shard of all partials */
	TASK_COMMIT, /* the new generation */
	TASK_WHOLE,  /* all of it at once: a log of one chunk */
	TASK_PLAN,   /* what there is to do, of a job that had to wait for
	              * another; index 1: everything, 0: what is new */
};

enum { TASK_DELIVERIES = 3 }; /* a task that was given out so often is deadly */

struct task {
	int64_t job;    /* 0: nothing runs */
	char entry[48]; /* id in the stream; empty: no task, see task_take */
	enum task_kind kind;
	uint32_t index;
	int64_t deliveries; /* how often it was given out, this time included */
};

/* "map", "reduce", "commit", "whole", "plan". */
const char *task_kind_name(enum task_kind kind);

/* task  borrowed. Without an entry and with another `job` than `known`: that
 *       one runs now; look at it before you take its tasks. */
typedef void task_fn(enum err e, const struct task *task, void *arg);

enum { TASK_HELD_MAX = 4 };

/* Who wants a task. */
struct task_want {
	int64_t known;      /* the job that this worker can work for; 0: none */
	const char *worker; /* its name among all workers of all hosts */
	int64_t silence_ms; /* after which another's task is taken over */
	/* No answer came to the last task_take. A task that it gave out is given
	 * again, and does not count as given out once more: it is one that is this
	 * worker's and not among those that it holds. */
	bool has_lost;
	const char *held[TASK_HELD_MAX]; /* entries; of interest then only */
	size_t held_len;
};

/* Asks for a task; fn is called with one, or with none. */
enum err task_take(struct redis *r, const struct task_want *want, task_fn *fn,
    void *arg) __attribute__((warn_unused_result));

/* ERR_STALE: it is another's by now. `task` of the callback is NULL. */
enum err task_renew(struct redis *r, const struct task *t, const char *worker,
    task_fn *fn, void *arg) __attribute__((warn_unused_result));

/* Tasks that are some worker's, and that worker has been silent for so long.
 *
 * out  their entries, with a blank before and behind each; empty: there are none;
 *      owner the arena
 * ERR_OK, ERR_NO_MEMORY, or as bulk_run(). Thread: a pool thread. */
enum err task_silent(struct bulk *b, int64_t silence_ms, struct arena *a,
    struct span *out) __attribute__((warn_unused_result));

struct task_result {
	const char *worker; /* who did it, how long it took: for people */
	uint64_t bytes, lines;
	enum task_kind next_kind; /* the phase after this one */
	uint32_t next_tasks;
};

/* Adds to the batch that the task is done, behind its result, with which it goes
 * to Redis at once (bulk_run_at_once): ERR_STALE then says that nobody wants it
 * any more. Done twice counts once. Thread: a pool thread. */
void task_put_done(
    struct bulk *b, const struct task *t, const struct task_result *result);

#endif
