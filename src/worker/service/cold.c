/* A report, read downward:
 *
 *	manifest   which segments there are
 *	category   is it one that occurs
 *	days       1 2 3 4 6: sums over the days of the period (cold_days.c)
 *	carts      5 7: carts of all shards, and votes (cold_carts.c)
 *	document
 *
 * What has been read before is kept: a second period of the same report asks
 * Redis nothing, or only of its other days. A parse may replace the generation
 * meanwhile and give segments back; then the whole is read again. */
#include "worker/service/cold.h"

#include "common/report/report.h"
#include "common/shoplog/answer/categories.h"
#include "worker/service/cold_carts.h"
#include "worker/service/cold_days.h"
#include "worker/service/cold_manifest.h"
#include "worker/store/segments/log_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 4 };

/* "No category 'x'; there are: a, b, c" */
static enum err
refuse_category(const struct cold *c, struct span id, char **words)
{
	struct span category = c->question->category;
	struct span *names = NULL;
	const char *others;
	size_t len = 0;
	enum err e = ERR_OK;

	if (id.len > 0)
		e = log_read_categories(
		    c->bulk, id, CATEGORIES_SHOWN + 1, c->arena, &names, &len);
	if (e != ERR_OK)
		return e;
	others = categories_text(names, len, c->arena);
	if (!others || asprintf(words, "No category '%.*s'; %s",
			   (int)category.len, category.data, others) < 0) {
		*words = NULL;
		return ERR_NO_MEMORY;
	}
	return ERR_NO_CATEGORY;
}

/* A category that is known to occur in a generation. */
struct known {
	struct cold_cache_item item;
	struct span generation;
};

static bool
is_known_to_occur(const struct cold *c, struct span name)
{
	struct known *known = cold_cache_hold(c->cache, name);
	bool is_known =
	    known && span_is_equal(known->generation, c->manifest->generation);

	if (known)
		cold_cache_release(c->cache, &known->item);
	return is_known;
}

/* Without memory for it nothing is kept. */
static void
keep_known(const struct cold *c, struct span name)
{
	struct span generation = c->manifest->generation;
	struct known *known = cold_cache_item_new(name, sizeof(*known));

	if (!known)
		return;
	known->generation =
	    span_of(arena_copy(&known->item.arena, generation), generation.len);
	if (known->generation.data)
		cold_cache_put(c->cache, &known->item);
	cold_cache_release(c->cache, &known->item);
}

static enum err
check_category(const struct cold *c, char **words)
{
	struct span id = record_get(&c->manifest->record, "categories");
	struct span category = c->question->category;
	struct span name = span_text(arena_printf(
	    c->arena, "category %.*s", (int)category.len, category.data));
	bool is_known = false;
	enum err e = ERR_OK;

	if (!name.data)
		return ERR_NO_MEMORY;
	if (is_known_to_occur(c, name))
		return ERR_OK;
	if (id.len > 0)
		e = log_read_category(c->bulk, id, category, &is_known);
	if (e != ERR_OK)
		return e;
	if (!is_known)
		return refuse_category(c, id, words);
	keep_known(c, name);
	return ERR_OK;
}

static enum err
answer(const struct cold *c, const struct cold_question *q,
    struct cold_answer *out)
{
	struct answer a;
	enum err e = ERR_OK;

	if (q->has_category)
		e = check_category(c, &out->words);
	if (e == ERR_OK)
		e = question_is_of_days(c->question) ? cold_days(c, &a)
						     : cold_carts(c, &a);
	if (e == ERR_OK)
		e = report_encode(&a, &c->manifest->source,
		    q->has_period ? &q->period : NULL, &out->document,
		    &out->document_len);
	if (e != ERR_OK)
		return e;
	out->generation = strdup(c->manifest->generation.data);
	return out->generation ? ERR_OK : ERR_NO_MEMORY;
}

/* generation  as cold_manifest wants it */
static enum err
try(struct bulk *b, const struct cold_source *s, struct span generation,
    const struct cold_question *q, struct cold_answer *out)
{
	const struct question question = { .report = q->report,
		.category = q->has_category
				? q->category
				: answer_default_category(q->report),
		.period = q->period };
	struct manifest *m;
	struct arena arena;
	struct cold c = { .bulk = b,
		.cache = s->cache,
		.arena = &arena,
		.question = &question };
	enum err e = cold_manifest(b, s->cache, generation, &m);

	if (e != ERR_OK)
		return e;
	arena_init(&arena);
	c.manifest = m;
	e = answer(&c, q, out);
	arena_reset(&arena);
	cold_cache_release(s->cache, &m->item);
	return e;
}

void
cold_compute(const struct cold_source *s, const struct cold_question *q,
    struct cold_answer *out)
{
	struct bulk *b = bulk_new(s->address, NULL, s->patience_ms);
	struct span generation = s->generation;

	*out = (struct cold_answer){ .err = b ? ERR_STALE : ERR_NO_MEMORY };
	for (int i = 0; out->err == ERR_STALE && i < TRIES; i++) {
		out->err = try(b, s, generation, q, out);
		generation = span_of(NULL, 0);
	}
	bulk_free(b);
	/* Nobody parses as often as that. */
	if (out->err == ERR_STALE)
		out->words = strdup("A part of the reports is gone from Redis; "
				    "parse again");
}

bool
cold_question_is_same(
    const struct cold_question *a, const struct cold_question *b)
{
	return a->report == b->report && a->has_category == b->has_category &&
	       a->has_period == b->has_period &&
	       a->period.from == b->period.from &&
	       a->period.to == b->period.to &&
	       span_is_equal(a->category, b->category);
}

void
cold_cleanup(struct cold_answer *a)
{
	free(a->words);
	free(a->generation);
	free(a->document);
	*a = (struct cold_answer){ 0 };
}
