/* Ready documents: a list, the most recently asked first. It is short (a
 * generation has seven reports, times the categories and periods that people
 * ask for), so a document is found by looking at each.
 *
 * An entry is being made (`waiting` holds who wants it) or ready. Documents are
 * counted: a request that is being answered keeps its one alive. */
#include "worker/service/rendered.h"

#include "worker/context.h"
#include "worker/pool.h"
#include "worker/service/cold.h"

#include <assert.h>
#include <stdlib.h>

enum {
	ENTRIES_MAX = 256,
	BYTES_MAX = 16 * 1024 * 1024,
	CATEGORY_MAX = 1024, /* longer ones are made each time */
};

struct document {
	int refs;
	struct cold_answer answer;
};

struct waiter {
	struct waiter *next;
	struct req *req;
};

struct entry {
	struct pool_job pool_job;
	struct entry *next;
	struct rendered *cache;
	struct cold_question q;
	char *category; /* owner of q.category's bytes */
	char *generation;
	struct document *document;
	struct waiter *waiting;
	bool is_ready;
};

struct rendered {
	struct worker *worker;
	struct entry *first;
	size_t entries, bytes; /* of those that are ready */
	bool is_closing;
	int making;
};

static void
document_release(void *arg)
{
	struct document *d = arg;

	assert(d->refs > 0);
	if (--d->refs > 0)
		return;
	cold_cleanup(&d->answer);
	free(d);
}

static void
entry_free(struct entry *n)
{
	if (n->document)
		document_release(n->document);
	free(n->category);
	free(n->generation);
	free(n);
}

static size_t
entry_bytes(const struct entry *n)
{
	return sizeof(*n) + n->q.category.len +
	       n->document->answer.document_len;
}

static void
unlist(struct entry *n)
{
	struct entry **at = &n->cache->first;

	while (*at != n)
		at = &(*at)->next;
	*at = n->next;
	if (n->is_ready) {
		n->cache->entries--;
		n->cache->bytes -= entry_bytes(n);
	}
}

static void
list(struct entry *n)
{
	n->next = n->cache->first;
	n->cache->first = n;
	if (n->is_ready) {
		n->cache->entries++;
		n->cache->bytes += entry_bytes(n);
	}
}

static bool
is_same(const struct cold_question *a, const struct cold_question *b)
{
	return a->report == b->report && a->has_category == b->has_category &&
	       a->has_period == b->has_period &&
	       a->period.from == b->period.from &&
	       a->period.to == b->period.to &&
	       span_is_equal(a->category, b->category);
}

static struct entry *
find(struct rendered *c, struct span generation, const struct cold_question *q)
{
	for (struct entry *n = c->first; n; n = n->next)
		if (is_same(&n->q, q) &&
		    span_is_equal(span_text(n->generation), generation))
			return n;
	return NULL;
}

/* Drops the least recently asked until the rest fits. */
static void
make_room(struct rendered *c)
{
	while (c->entries > ENTRIES_MAX || c->bytes > BYTES_MAX) {
		struct entry *last = NULL;

		for (struct entry *n = c->first; n; n = n->next)
			if (n->is_ready)
				last = n;
		unlist(last);
		entry_free(last);
	}
}

/* What the document says goes to the request. */
static enum err
give(struct document *d, struct req *r)
{
	const struct cold_answer *a = &d->answer;

	d->refs++;
	if (arena_on_reset(&r->arena, document_release, d) != 0) {
		d->refs--;
		return ERR_NO_MEMORY;
	}
	r->out.detail = a->words;
	if (a->err != ERR_OK)
		return a->err;
	r->out.body = span_of(a->document, a->document_len);
	r->row.parse.generation = span_text(a->generation);
	return ERR_OK;
}

static void
make(struct pool_job *job)
{
	struct entry *n = (struct entry *)job;
	const struct worker_setup *setup = n->cache->worker->setup;

	cold_compute(&setup->redis, setup->config->redis_timeout_ms, &n->q,
	    &n->document->answer);
}

/* A refusal is not kept; a document is, under the generation that it is of. */
static bool
is_to_be_kept(const struct entry *n)
{
	return !n->cache->is_closing && n->document->answer.err == ERR_OK &&
	       n->q.category.len <= CATEGORY_MAX;
}

static void
on_made(struct pool_job *job)
{
	struct entry *n = (struct entry *)job;
	struct rendered *c = n->cache;
	struct document *d = n->document;
	struct waiter *w = n->waiting, *next;

	d->refs++;
	n->waiting = NULL;
	c->making--;
	unlist(n);
	if (is_to_be_kept(n)) {
		free(n->generation);
		n->generation = strdup(d->answer.generation);
		n->is_ready = true;
	}
	if (n->is_ready && n->generation &&
	    !find(c, span_text(n->generation), &n->q)) {
		list(n);
		make_room(c);
	} else {
		entry_free(n);
	}
	for (; w; w = next) {
		next = w->next; /* it lies in the request's arena */
		req_resume(w->req, give(d, w->req));
	}
	document_release(d);
	if (c->is_closing && c->making == 0)
		free(c);
}

static struct entry *
entry_new(
    struct rendered *c, struct span generation, const struct cold_question *q)
{
	struct entry *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->cache = c;
	n->q = *q;
	n->pool_job.work = make;
	n->pool_job.done = on_made;
	n->generation = strndup(generation.data, generation.len);
	n->category =
	    strndup(q->category.len ? q->category.data : "", q->category.len);
	n->document = calloc(1, sizeof(*n->document));
	if (!n->generation || !n->category || !n->document) {
		free(n->document);
		n->document = NULL;
		entry_free(n);
		return NULL;
	}
	n->document->refs = 1;
	n->q.category = span_of(n->category, q->category.len);
	return n;
}

static enum err
start(struct rendered *c, struct span generation, const struct cold_question *q,
    struct entry **out)
{
	struct entry *n = entry_new(c, generation, q);
	enum err e;

	if (!n)
		return ERR_NO_MEMORY;
	e = pool_start(c->worker->parse_pool, &n->pool_job);
	if (e != ERR_OK) {
		entry_free(n);
		return e;
	}
	list(n);
	c->making++;
	*out = n;
	return ERR_OK;
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
	struct span generation = r->row.parse.generation;
	struct entry *n = find(c, generation, &q);
	struct waiter *w;
	enum err e = ERR_OK;

	if (n && n->is_ready) {
		unlist(n);
		list(n);
		e = give(n->document, r);
		return e == ERR_OK ? next(r) : req_fail(r, e);
	}
	w = arena_alloc(&r->arena, sizeof(*w));
	if (!w)
		return req_fail(r, ERR_NO_MEMORY);
	if (!n)
		e = start(c, generation, &q, &n);
	if (e != ERR_OK)
		return req_fail(r, e);
	w->req = r;
	w->next = n->waiting;
	n->waiting = w;
	return req_wait(r, next);
}

struct rendered *
rendered_open(struct worker *w)
{
	struct rendered *c = calloc(1, sizeof(*c));

	if (c)
		c->worker = w;
	return c;
}

/* Documents that are being made answer their waiters when they are done: the
 * pool lets every job end. */
void
rendered_close(struct rendered *c)
{
	struct entry *n, *next;

	if (!c)
		return;
	c->is_closing = true;
	for (n = c->first; n; n = next) {
		next = n->next;
		if (!n->is_ready)
			continue;
		unlist(n);
		entry_free(n);
	}
	if (c->making == 0)
		free(c);
}
