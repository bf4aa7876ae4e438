/* Ready documents, found by a hash of their question and listed by when they
 * were last asked. All of them are of one generation, the one that was asked
 * for last: nobody asks for an older one any more.
 *
 * An entry is being made (`waiting` holds who wants it) or ready, and then in
 * the list.
 *
 * Ahead of time entries of the next generation are made, too: then both are there
 * until that one is asked for. */
#include "worker/service/rendered.h"

#include "worker/context.h"
#include "worker/document.h"
#include "worker/pool.h"
#include "worker/service/cold.h"
#include "worker/store/succession.h"

#include <stdlib.h>
#include <string.h>

/* Some thousand documents fit; who finds questions that fall into one bucket
 * has a list searched that is no longer than that. */
enum {
	BUCKETS = 1024,
	AHEAD_MAX = 8, /* documents that are made before they are asked for */
};

struct waiter {
	struct waiter *next;
	struct req *req;
};

struct entry {
	struct pool_job pool_job;
	struct entry *chain;         /* of its bucket */
	struct entry *newer, *older; /* in the list of those that are ready */
	unsigned listed_at; /* rendered.ready_ever when it came to the front */
	struct rendered *cache;
	struct cold_question q;
	char *category;            /* owner of q.category's bytes */
	struct span generation;    /* owner */
	struct cold_answer answer; /* while it is being made */
	struct document *document; /* NULL: an error */
	struct waiter *waiting;
	bool is_ready;
	bool is_asked; /* since it is ready, or was made ahead */
	bool is_ahead; /* is being made before anybody asked */
};

struct rendered {
	struct worker *worker;
	struct entry *buckets[BUCKETS];
	struct entry *newest, *oldest;
	/* Ready, of `generation`, without category and period: what is asked
	 * most is found without a look through the others. NULL: not known. */
	struct entry *plain[REPORTS + 1];
	unsigned ready_ever;     /* how many there have been, wrapping */
	struct kept *kept;       /* what was read for them */
	struct span generation;  /* that was asked for last; owner */
	size_t bytes, bytes_max; /* of those that are ready */
	bool is_closing;
	int making;
	int ahead; /* of them */
};

static void
name_free(struct span *name)
{
	free((void *)(uintptr_t)name->data);
	*name = span_of(NULL, 0);
}

/* In place of what it was; false: memory is out. */
static bool
name_copy(struct span *name, struct span bytes)
{
	char *copy = strndup(bytes.data, bytes.len);

	if (!copy)
		return false;
	name_free(name);
	*name = span_of(copy, bytes.len);
	return true;
}

static void
entry_free(struct entry *n)
{
	document_release(n->document);
	cold_cleanup(&n->answer);
	free(n->category);
	name_free(&n->generation);
	free(n);
}

static size_t
entry_bytes(const struct entry *n)
{
	return sizeof(*n) + n->q.category.len + n->generation.len +
	       sizeof(*n->document) + DOCUMENT_HEAD_MAX + n->document->body.len;
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

	n->listed_at = c->ready_ever;
	n->newer = NULL;
	n->older = c->newest;
	*(c->newest ? &c->newest->newer : &c->oldest) = n;
	c->newest = n;
}

static void
unlist(struct entry *n)
{
	struct rendered *c = n->cache;

	*(n->newer ? &n->newer->older : &c->newest) = n->older;
	*(n->older ? &n->older->newer : &c->oldest) = n->newer;
}

static void
drop(struct entry *n)
{
	if (n->cache->plain[n->q.report] == n)
		n->cache->plain[n->q.report] = NULL;
	n->cache->bytes -= entry_bytes(n);
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
		    span_is_equal(n->generation, generation))
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
	struct entry *n, *newer;

	if (span_is_equal(c->generation, generation))
		return ERR_OK;
	if (!name_copy(&c->generation, generation))
		return ERR_NO_MEMORY;
	memset(c->plain, 0, sizeof(c->plain));
	for (n = c->oldest; n; n = newer) {
		newer = n->newer;
		if (!span_is_equal(n->generation, generation))
			drop(n);
	}
	return ERR_OK;
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

/* What was made, or (d is NULL) why it was not. */
static enum err
give_made(struct document *d, const struct cold_answer *a, struct req *r)
{
	if (d) {
		give(d, r);
	} else if (a->words) {
		r->out.detail = arena_copy(&r->arena, span_text(a->words));
		if (!r->out.detail)
			return ERR_NO_MEMORY;
	}
	return a->err;
}

static void
make(struct pool_job *job)
{
	struct entry *n = (struct entry *)job;
	const struct worker_setup *setup = n->cache->worker->setup;
	const struct cold_source source = { &setup->redis,
		setup->config->redis_timeout_ms, n->cache->kept,
		n->generation };

	struct cold_answer *a = &n->answer;

	cold_compute(&source, &n->q, a);
	if (a->err != ERR_OK)
		return;
	n->document = document_new(
	    span_text(a->generation), span_of(a->document, a->document_len));
	if (!n->document)
		a->err = ERR_NO_MEMORY;
}

static void
rendered_free(struct rendered *c)
{
	kept_free(c->kept);
	name_free(&c->generation);
	free(c);
}

/* A refusal is not kept; a document is, under the generation that it is of. */
static bool
keep(struct entry *n)
{
	struct rendered *c = n->cache;
	struct span generation;

	if (c->is_closing || !n->document)
		return false;
	generation = n->document->generation;
	if (!name_copy(&n->generation, generation) ||
	    find(c, generation, &n->q))
		return false;
	n->is_ready = true;
	chain(n);
	c->ready_ever++;
	list(n);
	c->bytes += entry_bytes(n);
	return true;
}

static void
on_made(struct pool_job *job)
{
	struct entry *n = (struct entry *)job;
	struct rendered *c = n->cache;
	struct cold_answer answer = n->answer;
	struct document *d = n->document;
	struct waiter *w = n->waiting, *next;
	bool is_last_ahead = n->is_ahead && --c->ahead == 0;

	if (d)
		document_hold(d);
	n->answer = (struct cold_answer){ 0 };
	n->waiting = NULL;
	c->making--;
	unchain(n);
	if (keep(n))
		make_room(c);
	else
		entry_free(n);
	for (; w; w = next) {
		next = w->next; /* it lies in the request's arena */
		req_resume(w->req, give_made(d, &answer, w->req));
	}
	document_release(d);
	cold_cleanup(&answer);
	if (c->is_closing && c->making == 0)
		rendered_free(c);
	else if (!c->is_closing && is_last_ahead)
		succession_prepared(c->worker->succession);
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
	n->category =
	    strndup(q->category.len ? q->category.data : "", q->category.len);
	if (!name_copy(&n->generation, generation) || !n->category) {
		entry_free(n);
		return NULL;
	}
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
	e = pool_start(c->worker->report_pool, &n->pool_job);
	if (e != ERR_OK) {
		entry_free(n);
		return e;
	}
	chain(n);
	c->making++;
	*out = n;
	return ERR_OK;
}

/* It is the one asked for last. As long as no other has come since it was that
 * before, none has to go, and its neighbours need not be touched. */
static void
note_use(struct entry *n)
{
	n->is_asked = true;
	if (n->listed_at == n->cache->ready_ever)
		return;
	unlist(n);
	list(n);
}

/* The document is there: nearly always. */
static struct entry *
find_plain(const struct rendered *c, const struct req *r)
{
	bool is_plain = !r->in.has_category && !r->in.has_period;

	return is_plain ? c->plain[r->in.report] : NULL;
}

static enum req_state
get(struct rendered *c, struct req *r, req_step *next)
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
	struct entry *n = find(c, generation, &q);
	enum err e = ERR_OK;

	if (n && n->is_ready) {
		if (!q.has_category && !q.has_period)
			c->plain[q.report] = n;
		note_use(n);
		give(n->document, r);
		return next(r);
	}
	w = arena_alloc(&r->arena, sizeof(*w));
	if (!w)
		return req_fail(r, ERR_NO_MEMORY);
	if (!n)
		e = start(c, generation, &q, &n);
	if (e != ERR_OK)
		return req_fail(r, e);
	r->row.parse.generation = span_of(NULL, 0); /* was borrowed */
	w->req = r;
	w->next = n->waiting;
	n->waiting = w;
	return req_wait(r, next);
}

enum req_state
rendered_get(struct rendered *c, struct req *r, req_step *next)
{
	enum err e = turn_to(c, r->row.parse.generation);
	struct entry *n;

	if (e != ERR_OK)
		return req_fail(r, e);
	n = find_plain(c, r);
	if (!n)
		return get(c, r, next);
	note_use(n);
	give(n->document, r);
	return next(r);
}

static bool
is_any_asked(void *arg)
{
	const struct rendered *c = arg;

	for (const struct entry *n = c->newest; n; n = n->older)
		if (n->is_asked)
			return true;
	return false;
}

/* What cannot be made now is made for whoever asks. */
static void
make_ahead(struct rendered *c, const struct entry *n, struct span generation)
{
	struct entry *made;

	if (find(c, generation, &n->q) ||
	    start(c, generation, &n->q, &made) != ERR_OK)
		return;
	made->is_ahead = true;
	c->ahead++;
}

static void
prepare(struct span next, void *arg)
{
	struct rendered *c = arg;
	int before = c->ahead;

	for (struct entry *n = c->newest; n && c->ahead < AHEAD_MAX;
	     n = n->older) {
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
	c->kept = kept_new((size_t)w->setup->config->segment_copies);
	if (!c->kept) {
		free(c);
		return NULL;
	}
	c->worker = w;
	c->bytes_max = (size_t)w->setup->config->report_copies;
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
	while (c->oldest)
		drop(c->oldest);
	if (c->making == 0)
		rendered_free(c);
}
