/* From one generation to the next:
 *
 *	on_change   Redis tells of a change: which one is it now?
 *	on_name     its documents are to be made                   hooks.prepare
 *	prepared    until all workers of the host are so far       on_tick
 *	go_over     it is the one that is shown
 *
 * The old one is in doubt meanwhile (copies.h). When that ends in another way,
 * by time or because somebody shows or says something newer, requests find out
 * what is current by themselves, and this is given up. */
#include "worker/store/segments/succession.h"

#include "worker/context.h"
#include "worker/store/copies/copies.h"
#include "worker/store/copies/shown.h"
#include "worker/store/segments/generation_name.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum {
	TICK_MS = 1,
	SETTLE_MS = DOUBT_MS + 10, /* then they have gone over by themselves */
};

enum state {
	SETTLED,
	READING,   /* Redis was asked for the name */
	PREPARING, /* hooks.prepare was called */
	READY,     /* waits for the other workers */
};

/* Who waits until all workers show a generation; in its request's arena. */
struct settler {
	struct settler *next;
	struct req *req;
	struct span generation;
	uint64_t ends_ms;
};

struct succession {
	struct worker *worker;
	struct succession_hooks hooks;
	uv_timer_t tick; /* runs while there is something to wait for */
	enum state state;
	char next[COPIES_NAME_MAX];
	size_t next_len;
	uint64_t stamp; /* of the read of its name */
	struct settler *settlers;
	bool is_closing;
};

static void on_tick(uv_timer_t *t);

static struct span
next_name(const struct succession *s)
{
	return span_of(s->next, s->next_len);
}

static void
tick(struct succession *s)
{
	if (!s->is_closing && !uv_is_active((uv_handle_t *)&s->tick))
		uv_timer_start(&s->tick, on_tick, TICK_MS, TICK_MS);
}

static void
give_up(struct succession *s)
{
	s->state = SETTLED;
	copies_end_doubt(s->worker->copies);
}

/* It is not kept, and so asked for again, when it has been overtaken. */
static void
go_over(struct succession *s)
{
	s->state = SETTLED;
	copies_keep_generation(s->worker->copies, next_name(s), s->stamp);
}

static void
go_over_if_all_can(struct succession *s)
{
	if (shown_or_ready_by_others(s->worker, next_name(s)))
		go_over(s);
}

/* A worker may not have heard of the change at all: nobody is asked to go over who
 * has said that it did. */
void
store_reports_are_new(struct worker *w, struct span generation)
{
	if (shown_is_told(w, generation))
		return;
	if (generation.len == 0 || !shown_by_all(w, generation))
		copies_revoke_reports(w);
	shown_tell(w, generation);
}

bool
succession_is_due(struct succession *s)
{
	if (!s || s->state != READY)
		return false;
	go_over_if_all_can(s);
	return s->state == SETTLED;
}

/* The doubt has ended. A worker that still shows the old one may not have heard. */
static void
end(struct succession *s)
{
	struct copies *c = s->worker->copies;

	if (succession_is_due(s))
		return;
	if (copies_is_doubt_overdue(c))
		copies_revoke_reports(s->worker);
	give_up(s);
}

/* Takes it out of the list and lets its request go on. */
static void
end_settling(struct settler **at, enum err e)
{
	struct req *r = (*at)->req;

	*at = (*at)->next;
	req_resume(r, e);
}

static bool
is_settled(const struct succession *s, const struct settler *n)
{
	if (shown_by_all(s->worker, n->generation))
		return true;
	if (uv_now(s->worker->loop) < n->ends_ms)
		return false;
	copies_revoke_reports(s->worker);
	return true;
}

/* From the beginning again after each: a request that goes on may end others. */
static void
look_at_settlers(struct succession *s)
{
	struct settler **at = &s->settlers;

	while (*at) {
		if (is_settled(s, *at)) {
			end_settling(at, ERR_OK);
			at = &s->settlers;
		} else {
			at = &(*at)->next;
		}
	}
}

static void
on_tick(uv_timer_t *t)
{
	struct succession *s = t->data;

	if (s->state != SETTLED && !copies_is_in_doubt(s->worker->copies))
		end(s);
	else if (s->state == READY)
		go_over_if_all_can(s);
	look_at_settlers(s);
	if (s->state == SETTLED && !s->settlers)
		uv_timer_stop(t);
}

static void
on_name(enum err err, const struct generation_name *name, void *arg)
{
	struct succession *s = arg;
	struct copies *c = s->worker->copies;

	if (s->is_closing || s->state != READING)
		return;
	if (err != ERR_OK || !name->is_kept || name->text.len == 0 ||
	    !copies_is_in_doubt(c)) {
		give_up(s);
		return;
	}
	s->stamp = name->stamp;
	s->next_len = name->text.len;
	memcpy(s->next, name->text.data, s->next_len);
	if (span_is_equal(next_name(s), copies_find_generation(c))) {
		go_over(s);
		return;
	}
	s->state = PREPARING;
	s->hooks.prepare(next_name(s), s->hooks.arg);
}

static bool
on_change(void *arg)
{
	struct succession *s = arg;

	if (s->is_closing || s->state != SETTLED || !s->hooks.is_wanted ||
	    !s->hooks.is_wanted(s->hooks.arg) ||
	    generation_name_read(s->worker, on_name, s) != ERR_OK)
		return false;
	s->state = READING;
	tick(s);
	return true;
}

void
succession_prepared(struct succession *s)
{
	if (s->is_closing || s->state != PREPARING)
		return;
	s->state = READY;
	shown_set_ready(s->worker, next_name(s));
	if (copies_is_in_doubt(s->worker->copies))
		go_over_if_all_can(s);
}

enum req_state
store_reports_settle(struct req *r, struct span generation, req_step *next)
{
	struct succession *s = r->worker->succession;
	struct settler *n;

	if (generation.len == 0)
		copies_revoke_reports(r->worker);
	if (generation.len == 0 || shown_by_all(r->worker, generation))
		return next(r);
	n = arena_alloc(&r->arena, sizeof(*n));
	if (!n)
		return req_fail(r, ERR_NO_MEMORY);
	*n = (struct settler){ s->settlers, r,
		span_of(arena_copy(&r->arena, generation), generation.len),
		uv_now(r->worker->loop) + SETTLE_MS };
	if (!n->generation.data)
		return req_fail(r, ERR_NO_MEMORY);
	s->settlers = n;
	tick(s);
	return req_wait(r, next);
}

struct succession *
succession_open(struct worker *w)
{
	struct succession *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->worker = w;
	uv_timer_init(w->loop, &s->tick);
	s->tick.data = s;
	copies_on_change(w->copies, on_change, s);
	return s;
}

void
succession_set_hooks(struct succession *s, const struct succession_hooks *hooks)
{
	s->hooks = hooks ? *hooks : (struct succession_hooks){ 0 };
}

static void
on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void
succession_close(struct succession *s)
{
	if (!s)
		return;
	s->is_closing = true;
	copies_on_change(s->worker->copies, NULL, NULL);
	while (s->settlers)
		end_settling(&s->settlers, ERR_DRAINING);
	uv_close((uv_handle_t *)&s->tick, on_closed);
}
