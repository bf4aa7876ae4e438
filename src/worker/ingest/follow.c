/* One round of following:
 *
 *	look    where does the log lie?             on the pool
 *	listen  to the kernel, there                follow_events.h
 *	parse   what is new                         asks
 *	rest    until the next round, if there was anything, or may be by now
 *	check   else: do the folders lie there, has Redis the reports? again and again
 *
 * The first thing that happens to the log ends the listening until the next round.
 * That one listens before it looks at the log, so nothing is missed between. */
#include "worker/ingest/follow.h"

#include "common/base/clock.h"
#include "common/base/log.h"
#include "worker/context.h"
#include "worker/ingest/ask.h"
#include "worker/ingest/follow_events.h"
#include "worker/ingest/follow_places.h"
#include "worker/pool.h"
#include "worker/store/copies/copies.h"
#include "worker/store/jobs/generation.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

enum {
	LEAD_MS =
	    150, /* before it acts: those before it may just be starting */
	BLIND_MS = 1000, /* between two looks where nobody tells */
	RETRY_MS = 1000, /* after a failure */
	PATIENCE_MS = 3600000,
	/* Reports with the countries of another host that do not keep up with the
	 * log, before they are made with those of this one. */
	YIELD_MS = 10000,
	KEEP_S = 60, /* the record of a job that nobody asked for */
};

enum state {
	RESTING, /* until the timer, or an event, begins a round */
	LOOKING, /* the pool has `pool_job` */
	PARSING, /* asks have it */
};

struct follow {
	struct pool_job pool_job;
	struct worker *worker;
	struct asks *asks;
	struct redis *redis;
	uv_timer_t timer; /* the next round, or the next check */
	struct follow_places places;
	struct follow_events events; /* of `places` */
	enum state state;
	enum err err; /* of the look */
	bool is_leading;
	bool is_changed; /* something happened since the round began */
	bool is_failing; /* said so already */
	bool yields;     /* to a host with other countries that follows, too */
	char behind[COPIES_NAME_MAX + 1]; /* that host's, when it was behind */
	int64_t behind_ms;                /* clock_ms(): seen first */
	bool is_closing;
	int64_t began_ms; /* clock_ms() of the round */
	int refs;         /* the timer, the events, the pool, asks, Redis */
};

static void begin(struct follow *f);

static void
release(struct follow *f)
{
	assert(f->refs > 0);
	if (--f->refs > 0)
		return;
	follow_places_cleanup(&f->places);
	free(f);
}

static void
on_timer(uv_timer_t *t)
{
	begin(t->data);
}

/* The next round begins when the last one is `ms` old; what is over already
 * begins with the loop's next turn. */
static void
rest(struct follow *f, int64_t ms)
{
	int64_t left = f->began_ms + ms - clock_ms();

	if (!f->is_closing)
		uv_timer_start(
		    &f->timer, on_timer, left > 0 ? (uint64_t)left : 0, 0);
}

static void check_later(struct follow *f);

/* A round that began meanwhile, or is to, makes it of no interest. */
static void
on_there(enum err e, bool is_there, void *arg)
{
	struct follow *f = arg;

	if (f->state == RESTING && !f->is_closing && f->is_leading &&
	    !uv_is_active((uv_handle_t *)&f->timer)) {
		if (e == ERR_OK && !is_there)
			begin(f);
		else
			check_later(f);
	}
	release(f);
}

static void
on_check(uv_timer_t *t)
{
	struct follow *f = t->data;

	if (follow_places_are_others(&f->places))
		begin(f);
	else if (!f->is_failing &&
		 generation_is_there(f->redis, on_there, f) == ERR_OK)
		f->refs++;
	else
		check_later(f);
}

static void
check_later(struct follow *f)
{
	uv_timer_start(&f->timer, on_check, FOLLOW_CHECK_MS, 0);
}

static void
on_change(void *arg)
{
	struct follow *f = arg;

	f->is_changed = true;
	if (f->state == RESTING)
		rest(f, FOLLOW_MS);
}

/* Says it when it begins and when it ends, not every second. */
static void
note(struct follow *f, enum err e, const char *words)
{
	bool is_failing = e != ERR_OK;

	if (is_failing && !f->is_failing)
		log_warn("follow: %s", words[0] ? words : err_text(e));
	else if (!is_failing && f->is_failing)
		log_info("follow: the reports are up to date again");
	f->is_failing = is_failing;
}

static void
end_round(struct follow *f, enum err e, bool is_news)
{
	f->state = RESTING;
	if (f->is_closing || !f->is_leading)
		return;
	if (e != ERR_OK && e != ERR_NO_LOG)
		rest(f, RETRY_MS);
	else if (is_news || f->is_changed || !f->events.is_listening)
		rest(f, FOLLOW_MS);
	else if (f->places.is_blind)
		rest(f, BLIND_MS);
	else
		check_later(f);
}

/* Two hosts with different countries would take turns in reading everything, for
 * as long as they follow: each leaves it to the other as long as that keeps up. */
static void
yield(struct follow *f, const struct record *reports)
{
	struct span name = record_get(reports, "generation");
	int64_t now_ms = clock_ms();

	if (!span_is_equal(name, span_text(f->behind))) {
		snprintf(f->behind, sizeof(f->behind), "%.*s", (int)name.len,
		    name.data);
		f->behind_ms = now_ms;
	}
	f->yields = now_ms - f->behind_ms < YIELD_MS;
	f->state = RESTING;
	if (!f->is_closing && f->is_leading)
		rest(f, RETRY_MS);
}

static void
on_parsed(const struct parse_outcome *outcome, void *arg)
{
	struct follow *f = arg;
	enum err e = outcome->err;
	struct span mode = { NULL, 0 };

	if (e == ERR_OK)
		mode = record_get(outcome->job, "mode");
	if (e != ERR_DRAINING)
		note(f, e, outcome->words);
	if (span_is_equal(mode, span_text("yielded"))) {
		yield(f, outcome->job);
	} else {
		f->yields |= e == ERR_OK;
		f->behind[0] = '\0';
		end_round(f, e,
		    e == ERR_OK &&
			!span_is_equal(mode, span_text("unchanged")));
	}
	release(f);
}

static void
parse(struct follow *f)
{
	const struct parse_wish wish = {
		.yields = f->yields, .wait_ms = PATIENCE_MS, .keep_s = KEEP_S
	};
	enum err e = asks_add(f->asks, &wish, on_parsed, f);

	if (e == ERR_OK) {
		f->state = PARSING;
		f->refs++;
	} else {
		note(f, e, "");
		end_round(f, e, false);
	}
}

static void
on_looked(struct pool_job *job)
{
	struct follow *f = (struct follow *)job;

	if (f->is_closing || !f->is_leading) {
		end_round(f, ERR_OK, false);
	} else if (f->err != ERR_OK) {
		note(f, f->err, "");
		end_round(f, f->err, false);
	} else {
		if (!follow_events_start(&f->events, &f->places))
			f->places.is_blind = true;
		parse(f);
	}
	release(f);
}

static void
do_look(struct pool_job *job)
{
	struct follow *f = (struct follow *)job;

	f->err = follow_places_find(
	    f->worker->setup->config->logs_file_name, &f->places);
}

static void
begin(struct follow *f)
{
	if (f->state != RESTING || f->is_closing || !f->is_leading)
		return;
	uv_timer_stop(&f->timer);
	follow_events_stop(&f->events);
	follow_places_cleanup(&f->places);
	f->began_ms = clock_ms();
	f->is_changed = false;
	if (pool_start(f->worker->parse_pool, &f->pool_job) == ERR_OK) {
		f->state = LOOKING;
		f->refs++;
	} else {
		rest(f, RETRY_MS);
	}
}

struct follow *
follow_open(struct worker *w, struct asks *asks, struct redis *redis)
{
	struct follow *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->pool_job.work = do_look;
	f->pool_job.done = on_looked;
	f->worker = w;
	f->asks = asks;
	f->redis = redis;
	f->refs = 2;
	follow_events_init(&f->events, w->loop, on_change, f);
	uv_timer_init(w->loop, &f->timer);
	f->timer.data = f;
	return f;
}

void
follow_lead(struct follow *f, bool is_leading)
{
	if (f->is_leading == is_leading)
		return;
	f->is_leading = is_leading;
	log_debug(is_leading ? "follows the log" : "follows the log no more");
	if (is_leading) {
		f->began_ms = clock_ms();
		f->yields = false;
		rest(f, LEAD_MS);
	} else {
		uv_timer_stop(&f->timer);
		follow_events_stop(&f->events);
	}
}

static void
on_timer_closed(uv_handle_t *h)
{
	release(h->data);
}

static void
on_events_closed(void *arg)
{
	release(arg);
}

void
follow_close(struct follow *f)
{
	if (!f || f->is_closing)
		return;
	f->is_closing = true;
	uv_close((uv_handle_t *)&f->timer, on_timer_closed);
	follow_events_close(&f->events, on_events_closed);
}
