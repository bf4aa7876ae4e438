/* A hash table by question, and a list by use. Those of the same question and of
 * different generations share a bucket: there are two at most for long, the one
 * that is shown and the one that will be. */
#include "worker/service/document_cache.h"

#include <stdlib.h>
#include <string.h>

/* Some thousand documents fit; who finds questions that fall into one bucket
 * has a list searched that is no longer than that. */
enum { BUCKETS = 1024 };

struct document_cache {
	struct cached_document *buckets[BUCKETS];
	struct cached_document *newest, *oldest;
	struct span generation; /* that is asked for; owner */
	/* Of it, without category and period: what is asked most is found
	 * without a look through the others. NULL: not known. */
	struct cached_document *plain[REPORTS + 1];
	unsigned puts; /* how many there have been, wrapping */
	size_t bytes, bytes_max;
};

struct document_cache *
document_cache_new(size_t bytes_max)
{
	struct document_cache *c = calloc(1, sizeof(*c));

	if (c)
		c->bytes_max = bytes_max;
	return c;
}

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
	char *copy = strndup(bytes.len ? bytes.data : "", bytes.len);

	if (!copy)
		return false;
	name_free(name);
	*name = span_of(copy, bytes.len);
	return true;
}

static size_t
bytes_of(const struct cached_document *n)
{
	return sizeof(*n) + n->question.category.len + sizeof(*n->document) +
	       DOCUMENT_HEAD_MAX + n->document->generation.len +
	       n->document->body.len;
}

static struct cached_document **
bucket(struct document_cache *c, const struct cold_question *q)
{
	uint64_t h = (uint64_t)q->report;

	h = h * 31 + (uint32_t)q->period.from;
	h = h * 31 + (uint32_t)q->period.to;
	for (size_t i = 0; i < q->category.len; i++)
		h = h * 31 + (unsigned char)q->category.data[i];
	return &c->buckets[(h * 0x9e3779b97f4a7c15 >> 32) % BUCKETS];
}

static void
chain(struct document_cache *c, struct cached_document *n)
{
	struct cached_document **first = bucket(c, &n->question);

	n->chain = *first;
	*first = n;
}

static void
unchain(struct document_cache *c, struct cached_document *n)
{
	struct cached_document **at = bucket(c, &n->question);

	while (*at != n)
		at = &(*at)->chain;
	*at = n->chain;
}

static void
list(struct document_cache *c, struct cached_document *n)
{
	n->listed_at = c->puts;
	n->newer = NULL;
	n->older = c->newest;
	*(c->newest ? &c->newest->newer : &c->oldest) = n;
	c->newest = n;
}

static void
unlist(struct document_cache *c, struct cached_document *n)
{
	*(n->newer ? &n->newer->older : &c->newest) = n->older;
	*(n->older ? &n->older->newer : &c->oldest) = n->newer;
}

static void
entry_free(struct cached_document *n)
{
	document_release(n->document);
	name_free(&n->question.category);
	free(n);
}

static void
drop(struct document_cache *c, struct cached_document *n)
{
	if (c->plain[n->question.report] == n)
		c->plain[n->question.report] = NULL;
	c->bytes -= bytes_of(n);
	unlist(c, n);
	unchain(c, n);
	entry_free(n);
}

void
document_cache_free(struct document_cache *c)
{
	if (!c)
		return;
	while (c->oldest)
		drop(c, c->oldest);
	name_free(&c->generation);
	free(c);
}

static bool
is_of(const struct cached_document *n, struct span generation)
{
	return span_is_equal(n->document->generation, generation);
}

enum err
document_cache_turn_to(struct document_cache *c, struct span generation)
{
	struct cached_document *n, *newer;

	if (span_is_equal(c->generation, generation))
		return ERR_OK;
	if (!name_copy(&c->generation, generation))
		return ERR_NO_MEMORY;
	memset(c->plain, 0, sizeof(c->plain));
	for (n = c->oldest; n; n = newer) {
		newer = n->newer;
		if (!is_of(n, generation))
			drop(c, n);
	}
	return ERR_OK;
}

static struct cached_document *
search(struct document_cache *c, struct span generation,
    const struct cold_question *q)
{
	struct cached_document *n = *bucket(c, q);

	while (n && !(cold_question_is_same(&n->question, q) &&
			is_of(n, generation)))
		n = n->chain;
	return n;
}

bool
document_cache_has(struct document_cache *c, struct span generation,
    const struct cold_question *q)
{
	return search(c, generation, q);
}

struct cached_document *
document_cache_find(struct document_cache *c, const struct cold_question *q)
{
	struct cached_document **plain = &c->plain[q->report];

	if (q->has_category || q->has_period)
		return search(c, c->generation, q);
	if (!*plain)
		*plain = search(c, c->generation, q);
	return *plain;
}

/* As long as no other has come since it was the newest, none has to go, and its
 * neighbours need not be touched. */
void
document_cache_note_use(struct document_cache *c, struct cached_document *n)
{
	n->is_asked = true;
	if (n->listed_at == c->puts)
		return;
	unlist(c, n);
	list(c, n);
}

static struct cached_document *
entry_new(const struct cold_question *q, struct document *d)
{
	struct cached_document *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->question = *q;
	n->question.category = span_of(NULL, 0);
	if (!name_copy(&n->question.category, q->category)) {
		free(n);
		return NULL;
	}
	n->document = d;
	document_hold(d);
	return n;
}

void
document_cache_put(
    struct document_cache *c, const struct cold_question *q, struct document *d)
{
	struct cached_document *n;

	if (document_cache_has(c, d->generation, q))
		return;
	n = entry_new(q, d);
	if (!n)
		return;
	chain(c, n);
	c->puts++;
	list(c, n);
	c->bytes += bytes_of(n);
	while (c->oldest && c->bytes > c->bytes_max)
		drop(c, c->oldest);
}

struct cached_document *
document_cache_newest(const struct document_cache *c)
{
	return c->newest;
}

struct cached_document *
document_cache_older(const struct cached_document *n)
{
	return n->older;
}
