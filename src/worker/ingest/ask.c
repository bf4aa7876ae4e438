/* One who asks for a parse:
 *
 *	look   what the log is like now            look.h; it may be known
 *	start  a job, or join one that reads it    job_start; a new one's first task
 *	                                           is the runner's, if it is free
 *	watch  until the job is over, or patience  watch.h
 *
 * When the job has vanished from Redis, its base turned out not to be whole, or who
 * was to look at the log for it sees none, or another one, round again, a bounded
 * number of times; and so with `start` when nobody goes on with it. */
#include "worker/ingest/ask.h"

#include "common/base/clock.h"
#include "worker/context.h"
#include "worker/ingest/job_view.h"
#include "worker/ingest/look.h"
#include "worker/ingest/runner.h"
#include "worker/ingest/source_text.h"
#include "worker/ingest/watch.h"
#include "worker/store/jobs/job.h"

#include <assert.h>
#include <stdlib.h>

enum {
	ROUNDS = 4,               /* jobs that one asker begins */
	SILENT_MOST = 2,          /* jobs that it sees given up */
	SILENCE_LEAST_MS = 10000, /* of a job, before it is given up */
	AWAY_MOST_MS = 500,       /* Redis, before the answer is 503 */
	STILL_MS = 1000,          /* without a look: this worker stood still */
};

struct ask {
	struct looker looker;
	struct watch watch;
	struct asks *asks;
	struct ask *next;
	parse_fn *fn; /* NULL: answered, waits for the look or Redis */
	void *arg;
	struct parse_wish wish;
	unsigned rounds, silent;
	bool has_offer; /* of the runner, to begin with the job */
	int64_t job;
	/* clock_ms(): asked, the last look, Redis answered */
	int64_t since_ms, looked_ms, heard_ms;
	uint64_t alive_ms; /* the job's last sign of life, Redis's clock */
	int64_t moved_ms;  /* clock_ms(): when it was seen first */
	struct look *look; /* NULL: there was none yet */
};

struct asks {
	struct worker *worker;
	struct redis *redis;
	struct watches *watches;
	struct runner *runner;
	struct looks looks;
	struct ask *first;
	bool is_closing;
	int refs; /* its owner and each ask */
};

static enum err look(struct ask *k);
static void start(struct ask *k);

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

	watch_stop(&k->watch);
	unlist(k);
	look_release(k->look);
	free(k);
	release(a);
}

static void
answer(struct ask *k, const struct parse_outcome *outcome)
{
	parse_fn *fn = k->fn;

	k->fn = NULL;
	if (fn)
		fn(outcome, k->arg);
}

/* is_accepted  the job goes on without the asker, who is told how far it is */
static void
end(struct ask *k, enum err e, const char *words, const struct record *job,
    bool is_accepted)
{
	const struct parse_outcome outcome = { .err = e,
		.words = words,
		.is_accepted = is_accepted,
		.job = job,
		.number = k->job };

	answer(k, &outcome);
	ask_free(k);
}

static void
finish(struct ask *k, enum err e, const char *words, const struct record *job)
{
	end(k, e, words, job, e == ERR_OK && k->wish.wait_ms == 0);
}

static void
let_go(struct ask *k, const struct record *job)
{
	end(k, ERR_OK, "", job, true);
}

/* Begins anew with another look at the log. */
static void
again(struct ask *k, enum err e, const char *words)
{
	if (++k->rounds == ROUNDS) {
		finish(k, e, words, NULL);
		return;
	}
	watch_stop(&k->watch);
	k->job = 0;
	e = look(k);
	if (e != ERR_OK)
		finish(k, e, "", NULL);
}

static int64_t
silence_ms(const struct asks *a)
{
	return SILENCE_LEAST_MS + 4 * a->worker->setup->config->task_timeout_ms;
}

/* Whether nobody has given a sign of life for so long that it is time to ask
 * again: job_start gives up what is dead. */
static bool
is_silent(struct ask *k, const struct record *record, int64_t now)
{
	uint64_t alive_ms = record_number(record, "alive_ms");

	if (alive_ms != k->alive_ms)
		k->moved_ms = now;
	k->alive_ms = alive_ms;
	return now - k->moved_ms > silence_ms(k->asks);
}

static bool
is_gone(const struct ask *k)
{
	return k->wish.is_gone && k->wish.is_gone(k->arg);
}

/* Whether the job is one that had to wait, and no look at the log has come of it. */
static bool
is_planning(const struct record *record)
{
	return span_is_equal(record_get(record, "phase"), span_text("plan"));
}

/* Whether the log was looked at for the job by who may see another one: this worker
 * saw something else. */
static bool
is_of_another_log(const struct ask *k, const struct record *record)
{
	char here[SOURCE_SEEN_FROM_SIZE];

	if (source_text_is_same(
		record_get(record, "source"), look_plan(k->look)->source_text))
		return false;
	source_seen_from(here);
	return !span_is_equal(record_get(record, "seen_from"), span_text(here));
}

static void
on_look(enum err e, const struct record *record, void *arg)
{
	struct ask *k = arg;
	int64_t now = clock_ms();
	struct span words;
	bool is_over;

	/* Whoever stood still knows nothing of Redis. */
	if (now - k->looked_ms > STILL_MS)
		k->heard_ms = now;
	k->looked_ms = now;
	if (e != ERR_OK) {
		if (now - k->heard_ms > AWAY_MOST_MS || e == ERR_DRAINING)
			finish(k, e, "", NULL);
		return;
	}
	k->heard_ms = now;
	words = record_get(record, "error");
	e = job_outcome(record, &is_over);
	if (e == ERR_NO_JOB) {
		again(k, ERR_PARSE_FAILED,
		    "The job is gone from Redis, again and again");
	} else if (e == ERR_NO_COUNTRIES ||
		   (e == ERR_CORRUPT && record_get(record, "base").len > 0)) {
		/* IPinfo failed, and the next one does without; or what it went
		 * on from is not whole any more. */
		k->wish.is_full = true;
		again(k, e, words.len ? words.data : "");
	} else if ((e == ERR_NO_LOG || e == ERR_LOG_UNREADABLE) &&
		   is_planning(record)) {
		/* Who looked for the job in waiting sees no log: a host that
		 * does asks for another. */
		again(k, e, words.len ? words.data : "");
	} else if (is_over && e == ERR_OK && k->rounds + 1 < ROUNDS &&
		   is_of_another_log(k, record)) {
		/* What was read for it may be an older copy of what this worker
		 * saw, or more than that: another look tells. */
		again(k, e, "");
	} else if (is_over) {
		finish(k, e, words.len ? words.data : "", record);
	} else if (now - k->since_ms >= k->wish.wait_ms || is_gone(k)) {
		let_go(k, record);
	} else if (is_silent(k, record, now)) {
		watch_stop(&k->watch);
		start(k);
	}
}

/* The runner hears what came of its offer. */
static void
take_offer(struct ask *k, enum err e, const struct task *begun)
{
	struct runner *runner = k->asks->runner;
	struct job_view view = { 0 };

	if (!k->has_offer)
		return;
	k->has_offer = false;
	if (begun)
		e = job_view_of_plan(look_plan(k->look), begun->job, &view);
	if (begun && e == ERR_OK) {
		runner_begin(runner, begun, &view);
	} else {
		job_view_cleanup(&view);
		runner_withdraw(runner, e != ERR_OK);
	}
}

static void
on_started(enum err e, int64_t number, const struct task *begun, void *arg)
{
	struct ask *k = arg;
	bool is_another = e == ERR_OK && k->job != 0 && number != k->job;

	take_offer(k, e, begun);
	if (!k->fn) {
		ask_free(k);
		return;
	}
	if (is_another && ++k->silent == SILENT_MOST) {
		finish(k, ERR_PARSE_FAILED,
		    "No worker works on the parse, nor on the next", NULL);
		return;
	}
	k->job = number;
	k->heard_ms = k->looked_ms = k->moved_ms = clock_ms();
	k->alive_ms = 0;
	if (e == ERR_OK)
		e = watch_start(
		    k->asks->watches, &k->watch, number, on_look, k);
	if (e != ERR_OK)
		finish(k, e, "", NULL);
}

static void
start(struct ask *k)
{
	const char *worker = runner_offer(k->asks->runner);
	const struct plan *plan = look_plan(k->look);
	const struct job_start wanted = {
		.source = plan->source_text,
		.fields = &plan->fields,
		.kind = plan->kind,
		.tasks = plan->tasks,
		.is_full = k->wish.is_full,
		.generation = plan->generation,
		.keep_s = k->wish.keep_s,
		.silence_ms = silence_ms(k->asks),
		.worker = worker,
	};
	enum err e = job_start(k->asks->redis, &wanted, on_started, k);

	k->has_offer = worker != NULL;
	if (e == ERR_OK)
		return;
	if (worker)
		runner_withdraw(k->asks->runner, false);
	finish(k, e, "", NULL);
}

static void
on_looked(struct looker *l)
{
	struct ask *k = (struct ask *)l;
	const struct plan *plan = look_plan(k->look);
	const char *words;
	enum err e = look_err(k->look, &words);

	if (!k->fn)
		ask_free(k);
	else if (e != ERR_OK)
		finish(k, e, words, NULL);
	else if (plan->unchanged.len > 0)
		finish(k, ERR_OK, "", &plan->unchanged);
	else
		start(k);
}

static enum err
look(struct ask *k)
{
	look_release(k->look);
	k->look = NULL;
	k->looker.fn = on_looked;
	return look_join(&k->asks->looks, k->wish.is_full, k->wish.yields,
	    &k->looker, &k->look);
}

enum err
asks_add(struct asks *a, const struct parse_wish *wish, parse_fn *fn, void *arg)
{
	struct ask *k = calloc(1, sizeof(*k));
	enum err e;

	if (!k)
		return ERR_NO_MEMORY;
	k->asks = a;
	k->wish = *wish;
	k->fn = fn;
	k->arg = arg;
	k->since_ms = clock_ms();
	e = look(k);
	if (e != ERR_OK) {
		free(k);
		return e;
	}
	k->next = a->first;
	a->first = k;
	a->refs++;
	return ERR_OK;
}

struct asks *
asks_open(struct worker *w, struct redis *redis, struct watches *watches,
    struct runner *runner)
{
	struct asks *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->worker = w;
	a->looks = (struct looks){ .setup = w->setup, .pool = w->parse_pool };
	a->redis = redis;
	a->watches = watches;
	a->runner = runner;
	a->refs = 1;
	return a;
}

void
asks_close(struct asks *a)
{
	const struct parse_outcome draining = { .err = ERR_DRAINING,
		.words = "" };
	struct ask *k, *next;

	if (!a || a->is_closing)
		return;
	a->is_closing = true;
	for (k = a->first; k; k = next) {
		next = k->next;
		answer(k, &draining);
		if (k->watch.at)
			ask_free(k);
	}
	release(a);
}
