/* One worker at the queue:
 *
 *	ask     is there a task?           task_take
 *	look    another job: its record    job_read
 *	check   can this worker do it?     on the pool
 *	work    the task                   on the pool, its claim renewed
 *	report  done, or why not           task_done, job_fail
 *
 * and round again until there is nothing to do. A failure on the way goes back
 * to `ask` at the next tick: whatever this worker had claimed comes back to
 * somebody when its claim has grown old. */
#include "worker/ingest/runner.h"

#include "common/base/log.h"
#include "worker/context.h"
#include "worker/ingest/heap.h"
#include "worker/ingest/work.h"
#include "worker/store/job.h"
#include "worker/store/redis.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

enum {
	TICK_MOST_MS = 500,
	REPORT_TRIES = 120, /* at a tick each: a minute of Redis being away */
};

enum state {
	IDLE,
	ASKING,    /* Redis has task_take */
	LOOKING,   /* Redis has job_read */
	CHECKING,  /* the pool has `check` */
	HOLDING,   /* a task is ours, the pool was full */
	WORKING,   /* the pool has `work` */
	REPORTING, /* Redis has task_done or job_fail */
	OWING,     /* that failed: again at the next tick */
};

/* Whether this worker can work for a job, seen on the pool. */
struct check {
	struct pool_job pool_job;
	const struct worker_setup *setup;
	struct job_view view;
	enum err err;
	struct problem why;
};

struct runner {
	struct worker *worker;
	struct redis *redis;
	char name[128];
	uv_timer_t tick;
	enum state state;
	bool again;       /* woken while it was busy */
	bool is_renewing; /* Redis has task_renew */
	bool is_closing;
	bool has_worked;  /* since the heap was given back */
	bool is_resting;  /* the pool has `rest` */
	int refs;         /* the timer, the pool, Redis */
	int64_t declined; /* a job that others must do */
	int64_t looking_at;
	struct arena arena;   /* of the record that is read */
	struct job_view view; /* the job that it works for; number 0: none */
	struct check check;
	struct work work;
	struct pool_job rest; /* gives the heap back */
	unsigned tries;       /* of a report */
};

static void ask(struct runner *r);
static void report(struct runner *r);

static void
release(struct runner *r)
{
	assert(r->refs > 0);
	if (--r->refs > 0)
		return;
	job_view_cleanup(&r->view);
	arena_reset(&r->arena);
	free(r);
}

static void
idle(struct runner *r)
{
	r->state = IDLE;
	if (r->again && !r->is_closing)
		ask(r);
}

static void
forget(struct runner *r)
{
	job_view_cleanup(&r->view);
	r->declined = 0;
}

/* The job ends with w->err, unless it has ended already. */
static void
on_reported(enum err e, void *arg)
{
	struct runner *r = arg;

	if (e == ERR_OK || e == ERR_STALE || ++r->tries == REPORT_TRIES ||
	    r->is_closing) {
		r->again = true;
		idle(r);
	} else {
		r->state = OWING;
	}
	release(r);
}

static void
on_task_reported(enum err e, const struct task *task, void *arg)
{
	(void)task;
	on_reported(e, arg);
}

static enum err
report_done(struct runner *r)
{
	const struct work *w = &r->work;
	bool is_map = w->task.kind == TASK_MAP;
	const struct task_result result = {
		.worker = w->report,
		.bytes = w->bytes,
		.lines = w->lines,
		.next_kind = is_map ? TASK_REDUCE : TASK_COMMIT,
		.next_tasks = is_map ? SHARDS : 1,
	};

	return task_done(r->redis, &w->task, &result, on_task_reported, r);
}

static enum err
report_failure(struct runner *r)
{
	const struct work *w = &r->work;
	const char *words = w->why.text[0] ? w->why.text : err_text(w->err);

	return job_fail(r->redis, w->task.job, w->err, words, on_reported, r);
}

static void
report(struct runner *r)
{
	enum err e;

	r->state = REPORTING;
	r->refs++;
	e = r->work.err == ERR_OK ? report_done(r) : report_failure(r);
	if (e != ERR_OK)
		on_reported(e, r);
}

/* A commit, whole or plan task that went well has reported itself; one that is
 * another's now, or was stopped, is not to be reported. */
static bool
is_to_be_reported(const struct work *w)
{
	if (w->err == ERR_OK)
		return w->task.kind == TASK_MAP || w->task.kind == TASK_REDUCE;
	return w->err != ERR_STALE && w->err != ERR_DRAINING;
}

static void
on_worked(struct pool_job *job)
{
	struct work *w = (struct work *)job;
	struct runner *r =
	    (struct runner *)((char *)w - offsetof(struct runner, work));

	if (w->err != ERR_OK)
		log_warn("ingest: job %" PRId64 ": %s %" PRIu32 ": %s",
		    w->task.job, task_kind_name(w->task.kind), w->task.index,
		    w->why.text[0] ? w->why.text : err_text(w->err));
	r->tries = 0;
	if (!r->is_closing && is_to_be_reported(w)) {
		report(r);
	} else {
		r->again = true;
		idle(r);
	}
	release(r);
}

static void
do_work(struct pool_job *job)
{
	work_run((struct work *)job);
}

static void
work(struct runner *r)
{
	r->work.pool_job.work = do_work;
	r->work.pool_job.done = on_worked;
	r->state = WORKING;
	r->has_worked = true;
	if (pool_start(r->worker->parse_pool, &r->work.pool_job) == ERR_OK)
		r->refs++;
	else
		r->state = HOLDING;
}

static void
begin(struct runner *r, const struct task *t)
{
	r->work = (struct work){ .setup = r->worker->setup,
		.view = &r->view,
		.task = *t,
		.worker = r->name };
	if (t->deliveries <= TASK_DELIVERIES) {
		work(r);
		return;
	}
	r->work.err = problem_set(&r->work.why, ERR_PARSE_FAILED,
	    "Task %s %" PRIu32 " was given out %d times and never finished",
	    task_kind_name(t->kind), t->index, TASK_DELIVERIES);
	r->tries = 0;
	report(r);
}

static void
on_checked(struct pool_job *job)
{
	struct check *c = (struct check *)job;
	struct runner *r =
	    (struct runner *)((char *)c - offsetof(struct runner, check));

	if (c->err == ERR_OK) {
		forget(r);
		r->view = c->view;
		c->view = (struct job_view){ 0 };
		r->again = true;
	} else if (c->err == ERR_STALE) {
		r->declined = c->view.number;
	} else if (!r->is_closing) {
		/* The log is not what it was, and nobody can bring it back. */
		r->declined = c->view.number;
		r->work = (struct work){ .err = c->err, .why = c->why };
		r->work.task.job = c->view.number;
		r->tries = 0;
		report(r);
	}
	job_view_cleanup(&c->view);
	if (r->state == CHECKING)
		idle(r);
	release(r);
}

static void
do_check(struct pool_job *job)
{
	struct check *c = (struct check *)job;

	c->err = job_view_check(&c->view, c->setup, &c->why);
}

static void
on_record(enum err e, struct record *record, void *arg)
{
	struct runner *r = arg;
	struct check *c = &r->check;

	*c = (struct check){ .pool_job = { .work = do_check,
				 .done = on_checked },
		.setup = r->worker->setup };
	if (e == ERR_OK && record->len > 0 && !r->is_closing)
		e = job_view_of_record(record, r->looking_at, &c->view);
	else if (e == ERR_OK)
		e = ERR_NO_JOB;
	arena_reset(&r->arena);
	if (e == ERR_OK)
		e = pool_start(r->worker->parse_pool, &c->pool_job);
	if (e == ERR_OK) {
		r->state = CHECKING;
		r->refs++;
	} else {
		if (e == ERR_CORRUPT) {
			log_warn("ingest: job %" PRId64 " has an unknown form",
			    r->looking_at);
			r->declined = r->looking_at;
		}
		job_view_cleanup(&c->view);
		idle(r);
	}
	release(r);
}

static void
look(struct runner *r, int64_t job)
{
	r->state = LOOKING;
	r->looking_at = job;
	if (job_read(r->redis, job, &r->arena, on_record, r) == ERR_OK)
		r->refs++;
	else
		idle(r);
}

static void
give_back(struct pool_job *job)
{
	(void)job;
	heap_give_back();
}

static void
on_given_back(struct pool_job *job)
{
	struct runner *r =
	    (struct runner *)((char *)job - offsetof(struct runner, rest));

	r->is_resting = false;
	release(r);
}

/* There is no job any more. */
static void
rest(struct runner *r)
{
	forget(r);
	if (!r->has_worked || r->is_resting)
		return;
	r->rest = (struct pool_job){ .work = give_back, .done = on_given_back };
	if (pool_start(r->worker->parse_pool, &r->rest) != ERR_OK)
		return;
	r->has_worked = false;
	r->is_resting = true;
	r->refs++;
}

static void
on_task(enum err e, const struct task *t, void *arg)
{
	struct runner *r = arg;

	if (e != ERR_OK || r->is_closing) {
		r->again = false;
		idle(r);
	} else if (t->entry[0]) {
		begin(r, t);
	} else if (t->job != 0 && t->job != r->view.number &&
		   t->job != r->declined) {
		look(r, t->job);
	} else {
		if (t->job == 0)
			rest(r);
		idle(r);
	}
	release(r);
}

static void
ask(struct runner *r)
{
	r->again = false;
	r->state = ASKING;
	if (task_take(r->redis, r->view.number, r->name,
		r->worker->setup->config->task_timeout_ms, on_task,
		r) == ERR_OK)
		r->refs++;
	else
		r->state = IDLE;
}

static void
on_renewed(enum err e, const struct task *t, void *arg)
{
	struct runner *r = arg;

	(void)t;
	r->is_renewing = false;
	if (e == ERR_STALE)
		atomic_store(&r->work.stop, 1);
	release(r);
}

static void
renew(struct runner *r)
{
	if (r->is_renewing || task_renew(r->redis, &r->work.task, r->name,
				  on_renewed, r) != ERR_OK)
		return;
	r->is_renewing = true;
	r->refs++;
}

static void
on_tick(uv_timer_t *t)
{
	struct runner *r = t->data;

	if (r->state == WORKING || r->state == HOLDING)
		renew(r);
	if (r->state == HOLDING)
		work(r);
	else if (r->state == OWING)
		report(r);
	else if (r->state == IDLE)
		ask(r);
}

struct runner *
runner_open(struct worker *w, struct redis *redis, const char *name)
{
	int64_t tick_ms = w->setup->config->task_timeout_ms / 3;
	struct runner *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	if (tick_ms > TICK_MOST_MS)
		tick_ms = TICK_MOST_MS;
	r->worker = w;
	r->redis = redis;
	r->refs = 1;
	snprintf(r->name, sizeof(r->name), "%s", name);
	uv_timer_init(w->loop, &r->tick);
	r->tick.data = r;
	uv_timer_start(&r->tick, on_tick, (uint64_t)tick_ms, (uint64_t)tick_ms);
	return r;
}

void
runner_wake(struct runner *r)
{
	if (r->state == IDLE && !r->is_closing)
		ask(r);
	else
		r->again = true;
}

static void
on_closed(uv_handle_t *h)
{
	release(h->data);
}

void
runner_close(struct runner *r)
{
	if (!r || r->is_closing)
		return;
	r->is_closing = true;
	if (r->state == WORKING)
		atomic_store(&r->work.stop, 1);
	uv_close((uv_handle_t *)&r->tick, on_closed);
}
