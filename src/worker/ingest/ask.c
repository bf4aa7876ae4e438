/* One who asks for a parse:
 *
 *	plan   what the log is like now       on the pool; it may be known
 *	start  a job, or join the running one job_start
 *	wait   until the job is over          an event, or a look now and then
 *	read   how it ended                   job_read
 *
 * A joined job may read less than the log holds by now: then round again, a
 * bounded number of times; so too when the job has vanished from Redis or was
 * given up by its workers. */
#include "worker/ingest/ask.h"

#include "common/base/shared.h"
#include "worker/context.h"
#include "worker/ingest/plan.h"
#include "worker/pool.h"
#include "worker/store/job.h"

#include <assert.h>
#include <stdlib.h>
#include <uv.h>

enum {
	LOOK_MS = 500,            /* while nothing is heard of the job */
	ROUNDS = 4,               /* jobs that one asker waits for */
	SILENCE_LEAST_MS = 10000, /* of a job, before it is given up */
	AWAY_MOST_MS = 500,       /* Redis, before the answer is 503 */
	WAIT_MOST_MS = 3600000,
};

enum ask_state {
	ASK_PLANNING, /* the pool has it */
	ASK_STARTING, /* Redis has it */
	ASK_WAITING,
	ASK_READING, /* Redis has it */
};

struct ask {
	struct pool_job pool_job;
	struct asks *asks;
	struct ask *next;
	parse_fn *fn; /* NULL: answered, waits for pool or Redis to let go */
	void *arg;
	enum ask_state state;
	unsigned rounds;
	int64_t job;
	bool is_full;    /* the log is read, whatever is known of it */
	bool is_covered; /* the job reads all that the plan has seen */
	bool is_over;    /* an event came while it was read */
	int64_t since_ms, heard_ms; /* clock_ms(): asked, Redis answered */
	struct arena arena;
	struct plan plan;
	enum err err;
	struct problem why;
};

struct asks {
	struct worker *worker;
	struct redis *redis;
	struct ask *first;
	uv_timer_t tick;
	bool is_closing;
	int refs; /* the timer and each ask */
};

static enum err make_plan(struct ask *k);

static void
release(struct asks *a)
{
	assert(a->refs > 0);
	if (--a->refs == 0)
		free(a);
}

static void
unlist(struct ask *k)
{
	struct ask **at = &k->asks->first;

	while (*at != k)
		at = &(*at)->next;
	*at = k->next;
}

/* Out of the list and gone. Nobody else holds it. */
static void
ask_free(struct ask *k)
{
	struct asks *a = k->asks;

	unlist(k);
	arena_reset(&k->arena);
	free(k);
	release(a);
}

static void
answer(struct ask *k, enum err e, const char *words, const struct record *job)
{
	const struct parse_outcome outcome = { e, words, job };
	parse_fn *fn = k->fn;

	k->fn = NULL;
	if (fn)
		fn(&outcome, k->arg);
}

static void
finish(struct ask *k, enum err e, const char *words, const struct record *job)
{
	answer(k, e, words, job);
	ask_free(k);
}

/* Begins anew with another look at the log. */
static void
again(struct ask *k, enum err e, const char *words)
{
	if (++k->rounds == ROUNDS) {
		finish(k, e, words, NULL);
		return;
	}
	arena_reset(&k->arena);
	e = make_plan(k);
	if (e != ERR_OK)
		finish(k, e, "", NULL);
}

static int64_t
silence_ms(const struct asks *a)
{
	return SILENCE_LEAST_MS + 4 * a->worker->setup->config->task_timeout_ms;
}

static void
read_outcome(struct ask *k, const struct record *record)
{
	struct span words = record_get(record, "error");
	bool is_over;
	enum err e = job_outcome(record, &is_over);

	if (e == ERR_NO_JOB) {
		again(k, ERR_PARSE_FAILED,
		    "The job is gone from Redis, again and again");
	} else if (!is_over) {
		k->state = ASK_WAITING;
	} else if (e == ERR_CORRUPT && record_get(record, "base").len > 0) {
		/* What it went on from is not whole any more. */
		k->is_full = true;
		again(k, e, words.len ? words.data : "");
	} else if (!k->is_covered) {
		/* Its end is a beginning: the rest, or a try of our own. When
		 * the log grows without end, what was read is an answer. */
		if (e == ERR_OK && k->rounds + 1 == ROUNDS)
			finish(k, ERR_OK, "", record);
		else
			again(k, e, words.len ? words.data : "");
	} else {
		finish(k, e, words.len ? words.data : "", record);
	}
}

static void
on_read(enum err e, struct record *record, void *arg)
{
	struct ask *k = arg;
	int64_t now = clock_ms();

	if (!k->fn) {
		ask_free(k);
		return;
	}
	if (e == ERR_OK) {
		k->heard_ms = now;
		read_outcome(k, record);
		return;
	}
	k->state = ASK_WAITING;
	if (now - k->heard_ms > AWAY_MOST_MS)
		finish(k, e, "", NULL);
}

static void
look(struct ask *k)
{
	k->state = ASK_READING;
	arena_reset(&k->arena);
	if (job_read(k->asks->redis, k->job, &k->arena, on_read, k) != ERR_OK)
		k->state = ASK_WAITING;
}

static void
on_started(
    enum err e, int64_t number, bool is_new, struct span source, void *arg)
{
	struct ask *k = arg;

	if (!k->fn) {
		ask_free(k);
	} else if (e != ERR_OK) {
		finish(k, e, "", NULL);
	} else {
		k->job = number;
		k->is_covered =
		    is_new || span_is_equal(source, k->plan.source_text);
		k->heard_ms = clock_ms();
		k->state = ASK_WAITING;
	}
}

static void
on_planned(struct pool_job *job)
{
	struct ask *k = (struct ask *)job;
	const struct job_start start = {
		.source = k->plan.source_text,
		.fields = &k->plan.fields,
		.kind = k->plan.kind,
		.tasks = k->plan.tasks,
		.silence_ms = silence_ms(k->asks),
	};
	enum err e = k->err;

	if (!k->fn) {
		ask_free(k);
		return;
	}
	if (e == ERR_OK && k->plan.unchanged.len > 0) {
		finish(k, ERR_OK, "", &k->plan.unchanged);
		return;
	}
	k->state = ASK_STARTING;
	if (e == ERR_OK)
		e = job_start(k->asks->redis, &start, on_started, k);
	if (e != ERR_OK)
		finish(k, e, k->why.text, NULL);
}

static void
do_plan(struct pool_job *job)
{
	struct ask *k = (struct ask *)job;
	const struct plan_wish wish = { k->asks->worker->setup, k->is_full };

	k->err = plan_make(&wish, &k->arena, &k->plan, &k->why);
}

static enum err
make_plan(struct ask *k)
{
	k->why.text[0] = '\0';
	k->state = ASK_PLANNING;
	return pool_start(k->asks->worker->parse_pool, &k->pool_job);
}

enum err
asks_add(struct asks *a, bool is_full, parse_fn *fn, void *arg)
{
	struct ask *k = calloc(1, sizeof(*k));
	enum err e;

	if (!k)
		return ERR_NO_MEMORY;
	k->pool_job.work = do_plan;
	k->pool_job.done = on_planned;
	k->asks = a;
	k->is_full = is_full;
	k->fn = fn;
	k->arg = arg;
	k->since_ms = k->heard_ms = clock_ms();
	arena_init(&k->arena);
	e = make_plan(k);
	if (e != ERR_OK) {
		free(k);
		return e;
	}
	k->next = a->first;
	a->first = k;
	a->refs++;
	return ERR_OK;
}

void
asks_job_is_over(struct asks *a, int64_t job)
{
	struct ask *k, *next;

	for (k = a->first; k; k = next) {
		next = k->next;
		if (k->state == ASK_WAITING && (job == 0 || k->job == job))
			look(k);
	}
}

static void
on_tick(uv_timer_t *t)
{
	struct asks *a = t->data;
	struct ask *k, *next;

	for (k = a->first; k; k = next) {
		next = k->next;
		if (k->state != ASK_WAITING)
			continue;
		if (clock_ms() - k->since_ms > WAIT_MOST_MS)
			finish(
			    k, ERR_PARSE_FAILED, "The parse still runs", NULL);
		else
			look(k);
	}
}

struct asks *
asks_open(struct worker *w, struct redis *redis)
{
	struct asks *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->worker = w;
	a->redis = redis;
	a->refs = 1;
	uv_timer_init(w->loop, &a->tick);
	a->tick.data = a;
	uv_timer_start(&a->tick, on_tick, LOOK_MS, LOOK_MS);
	return a;
}

static void
on_closed(uv_handle_t *h)
{
	release(h->data);
}

void
asks_close(struct asks *a)
{
	struct ask *k, *next;

	if (!a || a->is_closing)
		return;
	a->is_closing = true;
	uv_close((uv_handle_t *)&a->tick, on_closed);
	for (k = a->first; k; k = next) {
		next = k->next;
		if (k->state == ASK_WAITING)
			finish(k, ERR_DRAINING, "", NULL);
		else
			answer(k, ERR_DRAINING, "", NULL);
	}
}
