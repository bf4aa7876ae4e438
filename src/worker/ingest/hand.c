/* One task in a hand:
 *
 *	work    on the pool, its claim renewed; what was done is handed in there
 *	report  why it could not be done: the end of its job     job_fail
 *
 * What is another's by now, or was stopped, is let fall; and so is what this worker
 * could not do because it had no descriptors left, which others may have, or because
 * it does not see the log that others see. */
#include "worker/ingest/hand.h"

#include "common/base/log.h"
#include "worker/context.h"
#include "worker/ingest/work_run.h"
#include "worker/store/jobs/job.h"
#include "worker/store/redis/redis.h"

#include <assert.h>
#include <inttypes.h>

enum { REPORT_TRIES = 120 }; /* at a tick each: a minute of Redis being away */

void
hand_init(struct hand *h, struct worker *w, struct redis *redis,
    const char *name, hand_fn *on_free, void *arg)
{
	*h = (struct hand){ .worker = w,
		.redis = redis,
		.name = name,
		.on_free = on_free,
		.arg = arg };
}

/* A late answer to task_renew must not meet the next task. */
static void
let_go(struct hand *h)
{
	if (h->is_renewing) {
		h->state = HAND_RESTING;
		return;
	}
	h->state = HAND_FREE;
	h->on_free(h->work.err, h->arg);
}

/* The job has ended with w->err, unless it had ended already. */
static void
on_reported(enum err e, void *arg)
{
	struct hand *h = arg;

	if (e == ERR_OK || e == ERR_STALE || ++h->tries == REPORT_TRIES ||
	    h->is_closing)
		let_go(h);
	else
		h->state = HAND_OWING;
}

static void
report(struct hand *h)
{
	const struct work *w = &h->work;
	const char *words = w->why.text[0] ? w->why.text : err_text(w->err);
	enum err e;

	h->state = HAND_REPORTING;
	e = job_fail(h->redis, &w->task, w->err, words, on_reported, h);
	if (e != ERR_OK)
		on_reported(e, h);
}

/* Others may do it, or have it. */
static bool
is_let_fall(const struct hand *h)
{
	const struct work *w = &h->work;

	if (w->task.kind != TASK_PLAN && !job_view_ends(w->view, w->err))
		return true;
	return w->err == ERR_STALE || w->err == ERR_DRAINING ||
	       w->err == ERR_NO_FILES || h->is_closing;
}

static void
on_worked(struct pool_job *job)
{
	struct work *w = (struct work *)job;
	struct hand *h =
	    (struct hand *)((char *)w - offsetof(struct hand, work));

	if (w->err != ERR_OK)
		log_warn("ingest: job %" PRId64 ": %s %" PRIu32 ": %s",
		    w->task.job, task_kind_name(w->task.kind), w->task.index,
		    w->why.text[0] ? w->why.text : err_text(w->err));
	h->tries = 0;
	if (w->err == ERR_OK || is_let_fall(h))
		let_go(h);
	else
		report(h);
}

static void
do_work(struct pool_job *job)
{
	work_run((struct work *)job);
}

static void
work(struct hand *h)
{
	h->work.pool_job.work = do_work;
	h->work.pool_job.done = on_worked;
	h->state = HAND_WORKING;
	if (pool_start(h->worker->parse_pool, &h->work.pool_job) != ERR_OK)
		h->state = HAND_HOLDING;
}

void
hand_begin(struct hand *h, const struct task *t, const struct job_view *view)
{
	struct work *w = &h->work;

	assert(hand_is_free(h));
	*w = (struct work){ .setup = h->worker->setup,
		.view = view,
		.task = *t,
		.worker = h->name };
	if (t->deliveries <= TASK_DELIVERIES) {
		work(h);
		return;
	}
	w->err = problem_set(&w->why, ERR_PARSE_FAILED,
	    "Task %s %" PRIu32 " was given out %d times and never finished",
	    task_kind_name(t->kind), t->index, TASK_DELIVERIES);
	h->tries = 0;
	report(h);
}

void
hand_fail(struct hand *h, int64_t job, enum err e, const struct problem *why)
{
	assert(hand_is_free(h));
	h->work = (struct work){ .err = e, .why = *why };
	h->work.task.job = job;
	h->tries = 0;
	report(h);
}

static void
on_renewed(enum err e, const struct task *t, void *arg)
{
	struct hand *h = arg;

	(void)t;
	h->is_renewing = false;
	if (h->state == HAND_RESTING)
		let_go(h);
	else if (e == ERR_STALE)
		atomic_store(&h->work.stop, 1);
}

static void
renew(struct hand *h)
{
	if (!h->is_renewing)
		h->is_renewing = task_renew(h->redis, &h->work.task, h->name,
				     on_renewed, h) == ERR_OK;
}

void
hand_tick(struct hand *h)
{
	if (h->state == HAND_WORKING || h->state == HAND_HOLDING)
		renew(h);
	if (h->state == HAND_HOLDING)
		work(h);
	else if (h->state == HAND_OWING)
		report(h);
}

void
hand_close(struct hand *h)
{
	h->is_closing = true;
	if (h->state == HAND_WORKING)
		atomic_store(&h->work.stop, 1);
	else if (h->state == HAND_HOLDING || h->state == HAND_OWING)
		let_go(h);
}
