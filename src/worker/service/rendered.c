/* Documents of one generation, the one that was asked for last: nobody asks for an
 * older one any more. Ahead of time documents of the next generation are made, too:
 * then both are there until that one is asked for. */
#include "worker/service/rendered.h"

#include "worker/context.h"
#include "worker/document.h"
#include "worker/pool.h"
#include "worker/service/cold.h"
#include "worker/service/document_cache.h"
#include "worker/store/segments/succession.h"

#include <stdlib.h>
#include <string.h>

enum { AHEAD_MAX = 8 }; /* documents that are made before they are asked for */

struct waiter {
	struct waiter *next;
	struct req *req;
};

/* A document that is being made. */
struct making {
	struct pool_job pool_job;
	struct making *next;
	struct rendered *rendered;
	struct cold_question question;
	char *category;            /* owner of the bytes in the question */
	char *generation;          /* that is asked for */
	struct cold_answer answer; /* of the pool's thread */
	struct document *document; /* NULL: an error */
	struct waiter *waiting;
	bool is_ahead; /* nobody has asked for it yet */
};

struct rendered {
	struct worker *worker;
	struct document_cache *ready;
	struct cold_cache *cache; /* what was read for them */
	struct making *making;    /* no more than the pool takes */
	int ahead;                /* of them */
	bool is_closing;
};

static void
making_free(struct making *m)
{
	document_release(m->document);
	cold_cleanup(&m->answer);
	free(m->category);
	free(m->generation);
	free(m);
}

/* What the document says goes to the request. */
static void
give(struct document *d, struct req *r)
{
	document_hold(d);
	r->out.document = d;
	r->out.body = d->body;
	r->row.parse.generation = d->generation;
}

/* What was made, or (it is NULL) why it was not. */
static enum err
give_made(const struct making *m, struct req *r)
{
	if (m->document) {
		give(m->document, r);
	} else if (m->answer.words) {
		r->out.detail =
		    arena_copy(&r->arena, span_text(m->answer.words));
		if (!r->out.detail)
			return ERR_NO_MEMORY;
	}
	return m->answer.err;
}

static void
make(struct pool_job *job)
{
	struct making *m = (struct making *)job;
	const struct rendered *c = m->rendered;
	const struct worker_setup *setup = c->worker->setup;
	const struct cold_source source = { &setup->redis,
		setup->config->redis_timeout_ms, c->cache,
		span_text(m->generation) };
	struct cold_answer *a = &m->answer;

	cold_compute(&source, &m->question, a);
	if (a->err != ERR_OK)
		return;
	m->document = document_new(
	    span_text(a->generation), span_of(a->document, a->document_len));
	if (!m->document)
		a->err = ERR_NO_MEMORY;
}

static void
rendered_free(struct rendered *c)
{
	document_cache_free(c->ready);
	cold_cache_free(c->cache);
	free(c);
}

static void
unlink_making(struct rendered *c, const struct making *m)
{
	struct making **at = &c->making;

	while (*at != m)
		at = &(*at)->next;
	*at = m->next;
}

/* A refusal is not kept; a document is, under the generation that it is of. */
static void
on_made(struct pool_job *job)
{
	struct making *m = (struct making *)job;
	struct rendered *c = m->rendered;
	struct waiter *w, *next;
	bool is_last_ahead = m->is_ahead && --c->ahead == 0;

	unlink_making(c, m);
	if (m->document && !c->is_closing)
		document_cache_put(c->ready, &m->question, m->document);
	for (w = m->waiting; w; w = next) {
		next = w->next; /* it lies in the request's arena */
		req_resume(w->req, give_made(m, w->req));
	}
	making_free(m);
	if (c->is_closing && !c->making)
		rendered_free(c);
	else if (!c->is_closing && is_last_ahead)
		succession_prepared(c->worker->succession);
}

static struct making *
making_new(
    struct rendered *c, struct span generation, const struct cold_question *q)
{
	struct making *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->rendered = c;
	m->question = *q;
	m->pool_job.work = make;
	m->pool_job.done = on_made;
	m->category =
	    strndup(q->category.len ? q->category.data : "", q->category.len);
	m->generation = strndup(generation.data, generation.len);
	if (!m->generation || !m->category) {
		making_free(m);
		return NULL;
	}
	m->question.category = span_of(m->category, q->category.len);
	return m;
}

static enum err
start(struct rendered *c, struct span generation, const struct cold_question *q,
    struct making **out)
{
	struct making *m = making_new(c, generation, q);
	enum err e;

	if (!m)
		return ERR_NO_MEMORY;
	e = pool_start(c->worker->report_pool, &m->pool_job);
	if (e != ERR_OK) {
		making_free(m);
		return e;
	}
	m->next = c->making;
	c->making = m;
	*out = m;
	return ERR_OK;
}

static struct making *
find_making(
    struct rendered *c, struct span generation, const struct cold_question *q)
{
	struct making *m = c->making;

	while (m && !(cold_question_is_same(&m->question, q) &&
			span_is_equal(span_text(m->generation), generation)))
		m = m->next;
	return m;
}

/* It is not ready: has it made, and waits. */
static enum req_state
wait(struct rendered *c, struct req *r, const struct cold_question *q,
    req_step *next)
{
	struct span generation = r->row.parse.generation;
	struct waiter *w = arena_alloc(&r->arena, sizeof(*w));
	struct making *m = find_making(c, generation, q);
	enum err e = w ? ERR_OK : ERR_NO_MEMORY;

	if (e == ERR_OK && !m)
		e = start(c, generation, q, &m);
	if (e != ERR_OK)
		return req_fail(r, e);
	r->row.parse.generation = span_of(NULL, 0); /* was borrowed */
	w->req = r;
	w->next = m->waiting;
	m->waiting = w;
	return req_wait(r, next);
}

enum req_state
rendered_get(struct rendered *c, struct req *r, req_step *next)
{
	const struct cold_question q = {
		.report = r->in.report,
		.category = r->in.category,
		.has_category = r->in.has_category,
		.has_period = r->in.has_period,
		.period = r->in.period,
	};
	enum err e = document_cache_turn_to(c->ready, r->row.parse.generation);
	struct cached_document *n;

	if (e != ERR_OK)
		return req_fail(r, e);
	n = document_cache_find(c->ready, &q);
	if (!n)
		return wait(c, r, &q, next);
	document_cache_note_use(c->ready, n);
	give(n->document, r);
	return next(r);
}

struct document *
rendered_ready(struct rendered *c, struct span generation, int report)
{
	const struct cold_question q = { .report = report,
		.period = PERIOD_ALL };
	struct cached_document *n;

	if (document_cache_turn_to(c->ready, generation) != ERR_OK)
		return NULL;
	n = document_cache_find(c->ready, &q);
	if (!n)
		return NULL;
	document_cache_note_use(c->ready, n);
	return n->document;
}

static bool
is_any_asked(void *arg)
{
	const struct rendered *c = arg;

	for (const struct cached_document *n = document_cache_newest(c->ready);
	     n; n = document_cache_older(n))
		if (n->is_asked)
			return true;
	return false;
}

/* What cannot be made now is made for whoever asks. */
static void
make_ahead(
    struct rendered *c, const struct cached_document *n, struct span generation)
{
	struct making *m;

	if (document_cache_has(c->ready, generation, &n->question) ||
	    find_making(c, generation, &n->question) ||
	    start(c, generation, &n->question, &m) != ERR_OK)
		return;
	m->is_ahead = true;
	c->ahead++;
}

static void
prepare(struct span next, void *arg)
{
	struct rendered *c = arg;
	struct cached_document *n = document_cache_newest(c->ready);
	int before = c->ahead;

	for (; n && c->ahead < AHEAD_MAX; n = document_cache_older(n)) {
		if (n->is_asked)
			make_ahead(c, n, next);
		n->is_asked = false;
	}
	if (c->ahead == before)
		succession_prepared(c->worker->succession);
}

struct rendered *
rendered_open(struct worker *w)
{
	struct rendered *c = calloc(1, sizeof(*c));
	const struct succession_hooks hooks = { is_any_asked, prepare, c };

	if (!c)
		return NULL;
	c->cache = cold_cache_new((size_t)w->setup->config->segment_copies);
	c->ready = document_cache_new((size_t)w->setup->config->report_copies);
	if (!c->cache || !c->ready) {
		rendered_free(c);
		return NULL;
	}
	c->worker = w;
	succession_set_hooks(w->succession, &hooks);
	return c;
}

/* Documents that are being made answer their waiters when they are done: the
 * pool lets every job end. */
void
rendered_close(struct rendered *c)
{
	if (!c)
		return;
	c->is_closing = true;
	succession_set_hooks(c->worker->succession, NULL);
	if (!c->making)
		rendered_free(c);
}
