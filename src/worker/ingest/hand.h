#ifndef TRAWL_WORKER_INGEST_HAND_H
#define TRAWL_WORKER_INGEST_HAND_H

#include "common/base/err.h"
#include "worker/ingest/job_view.h"
#include "worker/ingest/work.h"
#include "worker/store/jobs/task.h"

#include <stdbool.h>
#include <stdint.h>

/* A hand of a worker: it holds one task at a time, has it done on the parsing
 * pool, renews its claim meanwhile, and ends the job when the task cannot be
 * done. Loop thread only. */
struct worker;
struct redis;

/* e  how the task or the failure that it had ended for this worker */
typedef void hand_fn(enum err e, void *arg);

enum hand_state {
	HAND_FREE,
	HAND_HOLDING,   /* a task, which the pool had no room for */
	HAND_WORKING,   /* the pool has it */
	HAND_REPORTING, /* Redis has job_fail */
	HAND_OWING,     /* that failed: again at the next tick */
	HAND_RESTING,   /* done; Redis still has task_renew */
};

struct hand {
	struct work work;
	struct worker *worker; /* borrowed, as redis and name are */
	struct redis *redis;
	const char *name; /* of its worker, among all of all hosts */
	hand_fn *on_free;
	void *arg;
	enum hand_state state;
	bool is_renewing; /* Redis has task_renew */
	bool is_closing;
	unsigned tries; /* of a report */
};

/* worker, redis, name  borrowed until the hand is free for the last time
 * on_free              called once for every hand_begin and hand_fail, when
 *                      pool and Redis have let go; possibly from inside */
void hand_init(struct hand *h, struct worker *w, struct redis *redis,
    const char *name, hand_fn *on_free, void *arg);

static inline bool
hand_is_free(const struct hand *h)
{
	return h->state == HAND_FREE;
}

/* A free hand does the task, or fails its job when it has killed too many.
 *
 * view  borrowed until the hand is free */
void hand_begin(
    struct hand *h, const struct task *t, const struct job_view *view);

/* A free hand ends a job that nobody can do. */
void hand_fail(
    struct hand *h, int64_t job, enum err e, const struct problem *why);

/* From time to time: renews, tries again. */
void hand_tick(struct hand *h);

/* Stops what it is at, at the next look. */
void hand_close(struct hand *h);

#endif
