/* Carts of all shards, read downward:
 *
 *	catalogue   5: the votes, base and deltas, and whom they elect
 *	shards      which segments each has, and their headers, at once
 *	parts       the columns of one shard, used where they were received
 *	patch       carts that several segments name, taken out and folded
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

	/* the shard that is being read: its segments */
	struct log_part *parts;
	struct columns *columns; /* of each part */
	size_t parts_len;
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
read_catalogue(struct cold_carts *c, struct catalogue **out)
{
	struct tally *t = tally_new(NULL);
	struct segments votes = { 0 };
	struct span *bytes = NULL;
	enum err e = t ? list(c, "votes", &votes) : ERR_NO_MEMORY;

	if (e == ERR_OK) {
		bytes = arena_alloc(c->arena, (votes.len + 1) * sizeof(*bytes));
		e = bytes ? log_read_bytes(
				c->bulk, votes.ids, votes.len, c->arena, bytes)
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
add_patched(struct cold_carts *c)
{
	struct columns_patch patch;
	enum err e = columns_patch_init(&patch, c->columns, c->parts_len);

	for (size_t i = 0; e == ERR_OK && i < patch.len; i++)
		e = question_carts_add(&c->carts, &patch.rest[i]);
	if (e == ERR_OK)
		e = question_carts_add(&c->carts, &patch.changed);
	columns_patch_cleanup(&patch);
	return e;
}

static enum err
on_parts(void *arg)
{
	struct cold_carts *c = arg;
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < c->parts_len; i++)
		e = columns_part_read(
		    &c->parts[i].part, c->parts[i].bytes, &c->columns[i]);
	if (e != ERR_OK)
		return e;
	return c->parts_len > 1 ? add_patched(c)
				: question_carts_add(&c->carts, &c->columns[0]);
}

/* heads  of its segments */
static enum err
add_shard(struct cold_carts *c, const struct segments *shard,
    const struct span *heads)
{
	enum columns_choice choice =
	    question_columns(c->question, shard->len > 1);
	enum err e = ERR_OK;

	if (shard->len == 0)
		return ERR_OK;
	c->parts_len = shard->len;
	c->parts = arena_alloc(c->arena, shard->len * sizeof(*c->parts));
	c->columns = arena_alloc(c->arena, shard->len * sizeof(*c->columns));
	if (!c->parts || !c->columns)
		return ERR_NO_MEMORY;
	for (size_t i = 0; e == ERR_OK && i < shard->len; i++) {
		c->parts[i].id = shard->ids[i];
		e = columns_part_plan(&c->parts[i].part, choice, heads[i]);
	}
	if (e != ERR_OK)
		return e;
	return log_read_parts(c->bulk, c->parts, c->parts_len, on_parts, c);
}

static enum err
list_shards(struct cold_carts *c, struct segments shards[SHARDS], size_t *all)
{
	enum err e = ERR_OK;

	*all = 0;
	for (unsigned i = 0; e == ERR_OK && i < SHARDS; i++) {
		char field[NAME_SIZE];

		snprintf(field, sizeof(field), "carts:%02u", i);
		e = list(c, field, &shards[i]);
		*all += shards[i].len;
	}
	return e;
}

static enum err
add_shards(struct cold_carts *c)
{
	struct segments shards[SHARDS] = { 0 };
	struct span *ids, *heads;
	size_t all, len = 0;
	enum err e = list_shards(c, shards, &all);

	if (e != ERR_OK)
		return e;
	ids = arena_alloc(c->arena, (all + 1) * sizeof(*ids));
	heads = arena_alloc(c->arena, (all + 1) * sizeof(*heads));
	if (!ids || !heads)
		return ERR_NO_MEMORY;
	for (unsigned i = 0; i < SHARDS; i++)
		for (size_t k = 0; k < shards[i].len; k++)
			ids[len++] = shards[i].ids[k];
	e = log_read_heads(
	    c->bulk, ids, all, COLUMNS_HEADER_SIZE, c->arena, heads);
	for (unsigned i = 0; e == ERR_OK && i < SHARDS; i++) {
		e = add_shard(c, &shards[i], heads);
		heads += shards[i].len;
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
