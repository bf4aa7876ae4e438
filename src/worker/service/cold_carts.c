/* Carts of all shards, read downward, if they are not kept:
 *
 *	catalogue   5: the votes, base and deltas, and whom they elect
 *	shards      which segments each has, and their headers, at once
 *	parts       the columns of one shard, used where they were received
 *	patch       carts that several segments name, taken out and folded
 *
 * Shards are read one by one although one batch could fetch them all: the
 * memory of one is used again for those behind it. */
#include "worker/service/cold_carts.h"

#include "common/shoplog/answer/question.h"
#include "common/shoplog/carts/columns_patch.h"
#include "common/shoplog/tally/tally.h"
#include "worker/service/cold_manifest.h"
#include "worker/store/segments/log_parts.h"
#include "worker/store/segments/log_read.h"

#include <stdio.h>
#include <string.h>

enum {
	NAME_SIZE = 32,
	HEAD_SIZE = 8192, /* of a segment: the sample of 250,000 carts */
	THREADS = 2,      /* of one question: others ask too */
};

/* The segments of one list, the base first. */
struct segments {
	struct span *ids;
	size_t len;
};

/* What a report asks of the carts, of one generation. */
struct carts {
	struct cold_cache_item item;
	struct span generation;
	struct question_carts carts;
};

struct reading {
	const struct cold *cold;
	struct question_carts *carts; /* that are being read */
};

/* The ids of a list "id id ...". */
static enum err
list(struct reading *r, const char *field, struct segments *out)
{
	struct span rest = record_get(&r->cold->manifest->record, field), id;

	out->len = 0;
	out->ids =
	    arena_alloc(r->cold->arena, (rest.len / 2 + 1) * sizeof(*out->ids));
	if (!out->ids)
		return ERR_NO_MEMORY;
	while (span_take_word(&rest, &id))
		if (id.len > 0)
			out->ids[out->len++] = id;
	return ERR_OK;
}

static enum err
read_catalogue(struct reading *r, struct catalogue **out)
{
	struct tally *t = tally_new(NULL);
	struct segments votes = { 0 };
	struct span *bytes = NULL;
	enum err e = t ? list(r, "votes", &votes) : ERR_NO_MEMORY;

	if (e == ERR_OK) {
		bytes = arena_alloc(
		    r->cold->arena, (votes.len + 1) * sizeof(*bytes));
		e = bytes ? log_read_bytes(r->cold->bulk, votes.ids, votes.len,
				r->cold->arena, bytes)
			  : ERR_NO_MEMORY;
	}
	for (size_t i = 0; e == ERR_OK && i < votes.len; i++)
		e = votes_append(t, bytes[i]);
	if (e == ERR_OK)
		e = catalogue_of_tally(t, out);
	tally_free(t);
	return e;
}

static enum err
add_patched(struct reading *r, const struct columns *segments,
    const struct log_parts *shard)
{
	struct columns_patch patch;
	enum err e = columns_patch_init(
	    &patch, segments, shard->len, shard->parts[0].part.ids_from);

	for (size_t i = 0; e == ERR_OK && i < patch.len; i++)
		e = question_carts_add(r->carts, &patch.rest[i]);
	if (e == ERR_OK)
		e = question_carts_add(r->carts, &patch.changed);
	columns_patch_cleanup(&patch);
	return e;
}

/* One shard. */
static enum err
on_parts(const struct log_parts *shard, void *arg)
{
	struct reading *r = arg;
	struct columns *segments =
	    arena_alloc(r->cold->arena, (shard->len + 1) * sizeof(*segments));
	enum err e = segments ? ERR_OK : ERR_NO_MEMORY;

	for (size_t i = 0; e == ERR_OK && i < shard->len; i++)
		e = columns_part_read(
		    &shard->parts[i].part, shard->parts[i].bytes, &segments[i]);
	if (e != ERR_OK || shard->len == 0)
		return e;
	return shard->len > 1 ? add_patched(r, segments, shard)
			      : question_carts_add(r->carts, segments);
}

/* Ids of the base that no delta names: new carts mostly have larger ones. */
static void
skip_ids(struct log_parts *shard, const struct span *heads)
{
	uint64_t least = UINT64_MAX;

	for (size_t i = 1; i < shard->len; i++) {
		uint64_t id =
		    columns_part_least(&shard->parts[i].part, heads[i]);

		if (id < least)
			least = id;
	}
	columns_part_skip(&shard->parts[0].part, heads[0], least);
}

/* heads  of its segments */
static enum err
plan_shard(struct reading *r, const struct segments *shard,
    const struct span *heads, struct log_parts *out)
{
	enum columns_choice choice =
	    question_columns(r->cold->question, shard->len > 1);
	enum err e = ERR_OK;

	out->len = shard->len;
	out->parts =
	    arena_alloc(r->cold->arena, (shard->len + 1) * sizeof(*out->parts));
	if (!out->parts)
		return ERR_NO_MEMORY;
	for (size_t i = 0; e == ERR_OK && i < shard->len; i++) {
		out->parts[i].id = shard->ids[i];
		e = columns_part_plan(&out->parts[i].part, choice, heads[i]);
	}
	if (e == ERR_OK && shard->len > 1)
		skip_ids(out, heads);
	return e;
}

static enum err
list_shards(struct reading *r, struct segments shards[SHARDS], size_t *all)
{
	enum err e = ERR_OK;

	*all = 0;
	for (unsigned i = 0; e == ERR_OK && i < SHARDS; i++) {
		char field[NAME_SIZE];

		snprintf(field, sizeof(field), "carts:%02u", i);
		e = list(r, field, &shards[i]);
		*all += shards[i].len;
	}
	return e;
}

static enum err
add_shards(struct reading *r)
{
	struct segments shards[SHARDS] = { 0 };
	struct log_parts lists[SHARDS] = { 0 };
	struct span *ids, *heads;
	size_t all, len = 0;
	enum err e = list_shards(r, shards, &all);

	if (e != ERR_OK)
		return e;
	ids = arena_alloc(r->cold->arena, (all + 1) * sizeof(*ids));
	heads = arena_alloc(r->cold->arena, (all + 1) * sizeof(*heads));
	if (!ids || !heads)
		return ERR_NO_MEMORY;
	for (unsigned i = 0; i < SHARDS; i++)
		for (size_t k = 0; k < shards[i].len; k++)
			ids[len++] = shards[i].ids[k];
	e = log_read_heads(
	    r->cold->bulk, ids, all, HEAD_SIZE, r->cold->arena, heads);
	for (unsigned i = 0; e == ERR_OK && i < SHARDS; i++) {
		e = plan_shard(r, &shards[i], heads, &lists[i]);
		heads += shards[i].len;
	}
	return e == ERR_OK
		   ? log_parts_read(r->cold->bulk, lists, SHARDS, on_parts, r)
		   : e;
}

static enum err
read_carts(const struct cold *c, struct question_carts *carts)
{
	struct reading r = { .cold = c, .carts = carts };
	struct catalogue *catalogue = NULL;
	enum err e = ERR_OK;

	if (c->question->report == 5)
		e = read_catalogue(&r, &catalogue);
	if (e == ERR_OK)
		e = question_carts_init(carts, c->question, catalogue);
	if (e == ERR_OK)
		e = add_shards(&r);
	if (e == ERR_OK)
		e = question_carts_end(carts, THREADS);
	catalogue_free(catalogue);
	return e;
}

static void
on_freed(void *arg)
{
	question_carts_cleanup(arg);
}

/* Held. */
static enum err
make(const struct cold *c, struct span name, struct carts **out)
{
	struct span generation = c->manifest->generation;
	struct carts *k = cold_cache_item_new(name, sizeof(*k));
	struct arena *a = k ? &k->item.arena : NULL;
	enum err e = ERR_NO_MEMORY;

	if (!k)
		return ERR_NO_MEMORY;
	k->generation = span_of(arena_copy(a, generation), generation.len);
	if (k->generation.data && arena_on_reset(a, on_freed, &k->carts) == 0)
		e = read_carts(c, &k->carts);
	if (e != ERR_OK) {
		cold_cache_release(c->cache, &k->item);
		return e;
	}
	k->item.bytes += question_carts_size(&k->carts);
	cold_cache_put(c->cache, &k->item);
	*out = k;
	return ERR_OK;
}

enum err
cold_carts(const struct cold *c, struct answer *out)
{
	const struct question *q = c->question;
	struct span name = span_text(arena_printf(c->arena, "carts %d %.*s",
	    q->report, (int)q->category.len, q->category.data));
	struct carts *k = name.data ? cold_cache_hold(c->cache, name) : NULL;
	enum err e = name.data ? ERR_OK : ERR_NO_MEMORY;

	if (k && !span_is_equal(k->generation, c->manifest->generation)) {
		cold_cache_release(c->cache, &k->item);
		k = NULL;
	}
	if (e == ERR_OK && !k)
		e = make(c, name, &k);
	if (e == ERR_OK)
		e = question_carts_answer(&k->carts, q->period, c->arena, out);
	if (k)
		cold_cache_release(c->cache, &k->item);
	return e;
}
