/* One worker at the queue, with more than one hand (hand.h): what one has done is
 * on its way to Redis, or to the disk, while the other goes on.
 *
 *	ask     is there a task for a free hand?   task_take
 *	look    another job: its record            job_read
 *	check   can this worker do it?             on the pool
 *	begin   the hand has it
 *
 * or, when who starts the job is in this worker, in one step with its start:
 *
 *	offer   a hand for the first task          job_start
 *	begin
 *
 * and round again until there is nothing to do or no hand free. A failure on the
 * way goes back to `ask` at the next tick: whatever this worker had claimed comes
 * back to somebody when its claim has grown old. */
#include "worker/ingest/runner.h"

#include "common/base/clock.h"
#include "common/base/log.h"
#include "worker/context.h"
#include "worker/ingest/hand.h"
#include "worker/ingest/trimmer.h"
#include "worker/store/jobs/job.h"
#include "worker/store/redis/redis.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

enum {
	TICK_MOST_MS = 500,
	/* After it saw no log: longer than another is looked for who does
	 * (job_fail.lua). */
	BLIND_MS = 3000,
};

enum state {
	IDLE,
	ASKING,   /* Redis has task_take */
	LOOKING,  /* Redis has job_read */
	CHECKING, /* the pool has `check` */
	OFFERED,  /* Redis may be giving it the first task of a job */
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
	struct trimmer trimmer;
	enum state state;
	bool again; /* woken while it was busy */
	bool is_closing;
	bool has_lost;         /* Redis did not answer the last task_take */
	int64_t not_before_ms; /* clock_ms(): it leaves tasks to others, */
	/* but for those of jobs that begin in this worker: it saw no log. */
	int64_t blind_until_ms;
	/* The tick, the trimmer, the pool, Redis, each hand that is not free. */
	int refs;
	int64_t declined; /* a job that others must do */
	int64_t looking_at;
	struct arena arena; /* of the record that is read */
	/* The job that all hands work for; number 0: none. Another one only when
	 * all are free. */
	struct job_view view;
	struct check check;
	struct hand hands[RUNNER_HANDS];
};

static void ask(struct runner *r);

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

/* NULL: none is. */
static struct hand *
free_hand(struct runner *r)
{
	for (size_t i = 0; i < RUNNER_HANDS; i++)
		if (hand_is_free(&r->hands[i]))
			return &r->hands[i];
	return NULL;
}

static bool
all_are_free(const struct runner *r)
{
	for (size_t i = 0; i < RUNNER_HANDS; i++)
		if (!hand_is_free(&r->hands[i]))
			return false;
	return true;
}

/* What it lacks others may have, and they are to find the task first. */
static void
pause_asking(struct runner *r)
{
	r->not_before_ms =
	    clock_ms() + 2 * r->worker->setup->config->task_timeout_ms;
}

static void
on_free(enum err e, void *arg)
{
	struct runner *r = arg;

	if (e == ERR_NO_FILES)
		pause_asking(r);
	else if (e == ERR_NO_LOG || e == ERR_LOG_UNREADABLE)
		r->blind_until_ms = clock_ms() + BLIND_MS;
	if (r->view.number != 0 && !job_view_ends(&r->view, e))
		r->declined = r->view.number;
	runner_wake(r);
	release(r);
}

static void
begin(struct runner *r, const struct task *t)
{
	trimmer_work(&r->trimmer);
	r->refs++;
	hand_begin(free_hand(r), t, &r->view);
	/* There may be one for another hand. */
	r->again = true;
}

/* The log is not what it was, and nobody can bring it back. */
static void
fail(struct runner *r, const struct check *c)
{
	r->refs++;
	hand_fail(free_hand(r), c->view.number, c->err, &c->why);
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
	} else if (c->err == ERR_NO_FILES) {
		log_warn("ingest: job %" PRId64 " is left to others: %s",
		    c->view.number, c->why.text);
		pause_asking(r);
	} else {
		r->declined = c->view.number;
		if (c->err != ERR_STALE && !r->is_closing)
			fail(r, c);
	}
	job_view_cleanup(&c->view);
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

/* There is no job any more. */
static void
rest(struct runner *r)
{
	if (!all_are_free(r))
		return;
	forget(r);
	trimmer_rest(&r->trimmer);
}

static void
on_task(enum err e, const struct task *t, void *arg)
{
	struct runner *r = arg;

	/* Of a job that it has to look at first it was told no more than that. */
	if (e != ERR_OK || t->job == 0 || t->job == r->view.number)
		r->has_lost = e != ERR_OK;
	if (e != ERR_OK || r->is_closing) {
		r->again = false;
		idle(r);
	} else if (t->entry[0]) {
		begin(r, t);
		idle(r);
	} else if (t->job != 0 && t->job != r->view.number &&
		   t->job != r->declined && all_are_free(r)) {
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
	bool is_declined = r->view.number == r->declined;
	struct task_want want = { .known = is_declined ? 0 : r->view.number,
		.worker = r->name,
		.silence_ms = r->worker->setup->config->task_timeout_ms,
		.has_lost = r->has_lost };

	static_assert(
	    (int)RUNNER_HANDS <= (int)TASK_HELD_MAX, "one entry a hand");
	if (!free_hand(r) || clock_ms() < r->not_before_ms ||
	    clock_ms() < r->blind_until_ms)
		return;
	r->again = false;
	for (size_t i = 0; i < RUNNER_HANDS; i++)
		if (!hand_is_free(&r->hands[i]))
			want.held[want.held_len++] =
			    r->hands[i].work.task.entry;
	if (task_take(r->redis, &want, on_task, r) != ERR_OK)
		return;
	r->state = ASKING;
	r->refs++;
}

static void
on_tick(uv_timer_t *t)
{
	struct runner *r = t->data;

	for (size_t i = 0; i < RUNNER_HANDS; i++)
		hand_tick(&r->hands[i]);
	if (r->state == IDLE)
		ask(r);
}

const char *
runner_offer(struct runner *r)
{
	if (r->state != IDLE || r->is_closing || r->has_lost ||
	    !all_are_free(r) || clock_ms() < r->not_before_ms)
		return NULL;
	r->state = OFFERED;
	r->refs++;
	return r->name;
}

void
runner_begin(struct runner *r, const struct task *t, struct job_view *view)
{
	assert(r->state == OFFERED);
	if (!r->is_closing) {
		forget(r);
		r->view = *view;
		*view = (struct job_view){ 0 };
		r->blind_until_ms = 0;
		begin(r, t);
	}
	job_view_cleanup(view);
	idle(r);
	release(r);
}

void
runner_withdraw(struct runner *r, bool has_lost)
{
	assert(r->state == OFFERED);
	r->has_lost |= has_lost;
	idle(r);
	release(r);
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
	r->refs = 2;
	snprintf(r->name, sizeof(r->name), "%s", name);
	for (size_t i = 0; i < RUNNER_HANDS; i++)
		hand_init(&r->hands[i], w, redis, r->name, on_free, r);
	trimmer_init(&r->trimmer, w->loop, w->parse_pool);
	uv_timer_init(w->loop, &r->tick);
	r->tick.data = r;
	uv_timer_start(&r->tick, on_tick, (uint64_t)tick_ms, (uint64_t)tick_ms);
	return r;
}

void
runner_wake(struct runner *r)
{
	r->again = true;
	if (r->state == IDLE && !r->is_closing)
		ask(r);
}

static void
on_tick_closed(uv_handle_t *h)
{
	release(h->data);
}

static void
on_trimmer_closed(void *arg)
{
	release(arg);
}

void
runner_close(struct runner *r)
{
	if (!r || r->is_closing)
		return;
	r->is_closing = true;
	for (size_t i = 0; i < RUNNER_HANDS; i++)
		hand_close(&r->hands[i]);
	uv_close((uv_handle_t *)&r->tick, on_tick_closed);
	trimmer_close(&r->trimmer, on_trimmer_closed, r);
}
