/* Carts of all shards, read downward:
 *
 *	catalogue   5: the votes, base and deltas, and whom they elect
 *	shards      which segments each has
 *	heads       where the columns of its base lie
 *	deltas      those of a shard, folded
 *	add_base    the columns of the base, used where they were received
 *
 * Shards are read one by one although one batch could fetch them all: the
 * memory of one is used again for the next, and touching new memory costs more
 * than sixteen round trips. */
#include "worker/service/cold_carts.h"

#include "common/shoplog/columns_patch.h"
#include "common/shoplog/tally.h"
#include "worker/store/log_read.h"

#include <stdio.h>
#include <string.h>

enum { NAME_SIZE = 32 };

/* Segments of one noun, the base first. */
struct segments {
	struct span *ids;
	size_t len;
};

struct cold_carts {
	struct bulk *bulk;
	const struct record *manifest;
	const struct question *question;
	struct arena *arena;
	struct question_carts carts;

	/* the shard that is being read */
	struct columns_part part;
	struct columns delta;
	bool has_delta;
};

/* The ids of a list "id id ...". */
static enum err
list(struct cold_carts *c, const char *field, struct segments *out)
{
	struct span rest = record_get(c->manifest, field);

	out->len = 0;
	out->ids =
	    arena_alloc(c->arena, (rest.len / 2 + 1) * sizeof(*out->ids));
	if (!out->ids)
		return ERR_NO_MEMORY;
	while (rest.len > 0) {
		const char *blank = memchr(rest.data, ' ', rest.len);
		size_t id = blank ? (size_t)(blank - rest.data) : rest.len;

		if (id > 0)
			out->ids[out->len++] = span_of(rest.data, id);
		rest.data += id + (blank != NULL);
		rest.len -= id + (blank != NULL);
	}
	return ERR_OK;
}

static enum err
read_whole(struct cold_carts *c, const struct segments *s, struct span **out)
{
	*out = arena_alloc(c->arena, (s->len + 1) * sizeof(**out));
	if (!*out)
		return ERR_NO_MEMORY;
	return log_read_bytes(c->bulk, s->ids, s->len, c->arena, *out);
}

static enum err
read_catalogue(struct cold_carts *c, struct catalogue **out)
{
	struct tally *t = tally_new(NULL);
	struct segments votes = { 0 };
	struct span *bytes = NULL;
	enum err e = t ? list(c, "votes", &votes) : ERR_NO_MEMORY;

	if (e == ERR_OK)
		e = read_whole(c, &votes, &bytes);
	for (size_t i = 0; e == ERR_OK && i < votes.len; i++)
		e = votes_append(t, bytes[i]);
	if (e == ERR_OK)
		e = catalogue_of_tally(t, out);
	tally_free(t);
	return e;
}

static enum err
fold(const struct span *segments, size_t len, struct columns *out)
{
	enum err e = columns_decode(segments[0], out);

	for (size_t i = 1; e == ERR_OK && i < len; i++) {
		struct columns earlier = *out, next, sum;

		e = columns_decode(segments[i], &next);
		if (e != ERR_OK)
			break;
		e = columns_append(&earlier, &next, &sum);
		columns_cleanup(&next);
		if (e != ERR_OK)
			break;
		columns_cleanup(&earlier);
		*out = sum;
	}
	return e;
}

/* Sets c->delta. */
static enum err
read_deltas(struct cold_carts *c, const struct segments *shard)
{
	struct segments deltas = { shard->ids + 1, shard->len - 1 };
	struct span *bytes = NULL;
	enum err e = ERR_OK;

	c->has_delta = deltas.len > 0;
	if (c->has_delta)
		e = read_whole(c, &deltas, &bytes);
	if (c->has_delta && e == ERR_OK)
		e = fold(bytes, deltas.len, &c->delta);
	return e;
}

static enum err
add_patched(struct cold_carts *c, const struct columns *base)
{
	struct columns_patch patch;
	enum err e = columns_patch_init(&patch, base, &c->delta);

	if (e == ERR_OK)
		e = question_carts_add(&c->carts, &patch.rest);
	if (e == ERR_OK)
		e = question_carts_add(&c->carts, &patch.changed);
	columns_patch_cleanup(&patch);
	return e;
}

static enum err
on_base(void *arg, const struct span *bytes)
{
	struct cold_carts *c = arg;
	struct columns base;
	enum err e = columns_part_read(&c->part, bytes, &base);

	if (e != ERR_OK)
		return e;
	return c->has_delta ? add_patched(c, &base)
			    : question_carts_add(&c->carts, &base);
}

static enum err
add_base(struct cold_carts *c, struct span id, struct span head)
{
	enum err e = columns_part_plan(
	    &c->part, question_columns(c->question, c->has_delta), head);

	if (e != ERR_OK)
		return e;
	return log_read_ranges(
	    c->bulk, id, c->part.ranges, c->part.ranges_len, on_base, c);
}

static enum err
add_shards(struct cold_carts *c)
{
	struct segments shards[SHARDS];
	struct span bases[SHARDS], heads[SHARDS];
	size_t len = 0;
	enum err e = ERR_OK;

	for (unsigned i = 0; e == ERR_OK && i < SHARDS; i++) {
		char field[NAME_SIZE];

		snprintf(field, sizeof(field), "carts:%02u", i);
		e = list(c, field, &shards[len]);
		if (e == ERR_OK && shards[len].len > 0) {
			bases[len] = shards[len].ids[0];
			len++;
		}
	}
	if (e == ERR_OK)
		e = log_read_heads(
		    c->bulk, bases, len, COLUMNS_HEADER_SIZE, c->arena, heads);
	for (size_t i = 0; e == ERR_OK && i < len; i++) {
		e = read_deltas(c, &shards[i]);
		if (e == ERR_OK)
			e = add_base(c, bases[i], heads[i]);
		columns_cleanup(&c->delta);
	}
	return e;
}

enum err
cold_carts(struct bulk *b, const struct record *manifest,
    const struct question *q, struct arena *a, struct answer *out)
{
	struct cold_carts c = {
		.bulk = b, .manifest = manifest, .question = q, .arena = a
	};
	struct catalogue *catalogue = NULL;
	enum err e = ERR_OK;

	if (q->report == 5)
		e = read_catalogue(&c, &catalogue);
	if (e == ERR_OK)
		e = question_carts_init(&c.carts, q, catalogue);
	if (e == ERR_OK)
		e = add_shards(&c);
	if (e == ERR_OK)
		e = question_carts_answer(&c.carts, a, out);
	question_carts_cleanup(&c.carts);
	catalogue_free(catalogue);
	return e;
}
