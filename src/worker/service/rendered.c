/* Ready documents, found by a hash of their question and listed by when they
 * were last asked. All of them are of one generation, the one that was asked
 * for last: nobody asks for an older one any more.
 *
 * An entry is being made (`waiting` holds who wants it) or ready, and then in
 * the list. Documents are counted: a request that is being answered keeps its
 * one alive. */
#include "worker/service/rendered.h"

#include "worker/context.h"
#include "worker/pool.h"
#include "worker/service/cold.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Some thousand documents fit; who finds questions that fall into one bucket
 * has a list searched that is no longer than that. */
enum { BUCKETS = 1024 };

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
	struct entry *chain;         /* of its bucket */
	struct entry *newer, *older; /* in the list of those that are ready */
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
	struct entry *buckets[BUCKETS];
	struct entry *newest, *oldest;
	struct kept *kept;       /* what was read for them */
	char *generation;        /* that was asked for last; NULL: none was */
	size_t bytes, bytes_max; /* of those that are ready */
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
	return sizeof(*n) + n->q.category.len + strlen(n->generation) +
	       n->document->answer.document_len;
}

static struct entry **
bucket(struct rendered *c, const struct cold_question *q)
{
	uint64_t h = (uint64_t)q->report;

	h = h * 31 + (uint32_t)q->period.from;
	h = h * 31 + (uint32_t)q->period.to;
	for (size_t i = 0; i < q->category.len; i++)
		h = h * 31 + (unsigned char)q->category.data[i];
	return &c->buckets[(h * 0x9e3779b97f4a7c15 >> 32) % BUCKETS];
}

static void
chain(struct entry *n)
{
	struct entry **first = bucket(n->cache, &n->q);

	n->chain = *first;
	*first = n;
}

static void
unchain(struct entry *n)
{
	struct entry **at = bucket(n->cache, &n->q);

	while (*at != n)
		at = &(*at)->chain;
	*at = n->chain;
}

static void
list(struct entry *n)
{
	struct rendered *c = n->cache;

	n->newer = NULL;
	n->older = c->newest;
	*(c->newest ? &c->newest->newer : &c->oldest) = n;
	c->newest = n;
	c->bytes += entry_bytes(n);
}

static void
unlist(struct entry *n)
{
	struct rendered *c = n->cache;

	*(n->newer ? &n->newer->older : &c->newest) = n->older;
	*(n->older ? &n->older->newer : &c->oldest) = n->newer;
	c->bytes -= entry_bytes(n);
}

static void
drop(struct entry *n)
{
	unlist(n);
	unchain(n);
	entry_free(n);
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
	for (struct entry *n = *bucket(c, q); n; n = n->chain)
		if (is_same(&n->q, q) &&
		    span_is_equal(span_text(n->generation), generation))
			return n;
	return NULL;
}

/* Drops the least recently asked until the rest fits. */
static void
make_room(struct rendered *c)
{
	while (c->bytes > c->bytes_max)
		drop(c->oldest);
}

/* Another generation is asked for from now on: drops what is not of it. */
static enum err
turn_to(struct rendered *c, struct span generation)
{
	char *copy;
	struct entry *n, *newer;

	if (c->generation &&
	    span_is_equal(span_text(c->generation), generation))
		return ERR_OK;
	copy = strndup(generation.data, generation.len);
	if (!copy)
		return ERR_NO_MEMORY;
	free(c->generation);
	c->generation = copy;
	for (n = c->oldest; n; n = newer) {
		newer = n->newer;
		if (!span_is_equal(span_text(n->generation), generation))
			drop(n);
	}
	return ERR_OK;
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
	const struct cold_source source = { &setup->redis,
		setup->config->redis_timeout_ms, n->cache->kept,
		span_text(n->generation) };

	cold_compute(&source, &n->q, &n->document->answer);
}

static void
rendered_free(struct rendered *c)
{
	kept_free(c->kept);
	free(c->generation);
	free(c);
}

/* A refusal is not kept; a document is, under the generation that it is of. */
static bool
is_to_be_kept(const struct entry *n)
{
	return !n->cache->is_closing && n->document->answer.err == ERR_OK;
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
	unchain(n);
	if (is_to_be_kept(n)) {
		free(n->generation);
		n->generation = strdup(d->answer.generation);
		n->is_ready =
		    n->generation && !find(c, span_text(n->generation), &n->q);
	}
	if (n->is_ready) {
		chain(n);
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
		rendered_free(c);
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
	chain(n);
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
	struct waiter *w;
	struct entry *n;
	enum err e = turn_to(c, generation);

	if (e != ERR_OK)
		return req_fail(r, e);
	n = find(c, generation, &q);
	if (n && n->is_ready) {
		if (n->newer) {
			unlist(n);
			list(n);
		}
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

	if (!c)
		return NULL;
	c->kept = kept_new((size_t)w->setup->config->segment_copies);
	if (!c->kept) {
		free(c);
		return NULL;
	}
	c->worker = w;
	c->bytes_max = (size_t)w->setup->config->report_copies;
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
	while (c->oldest)
		drop(c->oldest);
	if (c->making == 0)
		rendered_free(c);
}
