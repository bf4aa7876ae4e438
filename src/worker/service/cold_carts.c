/* Carts of all shards, read downward:
 *
 *	catalogue   5: the votes, base and deltas, and whom they elect
 *	shards      which segments each has
 *	heads       where the columns of a shard of one segment lie
 *	add_part    ... and those columns, used where they were received
 *	add_folded  a shard of more segments: base and deltas make one first
 *
 * Shards are read one by one although one batch could fetch them all: the
 * memory of one is used again for the next, and touching new memory costs more
 * than sixteen round trips. */
#include "worker/service/cold_carts.h"

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
	struct columns_part part; /* of the shard that is being read */
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

/* Base and deltas, folded. */
static enum err
fold(const struct span *segments, size_t len, struct columns *out)
{
	enum err e = columns_decode(segments[0], out);

	for (size_t i = 1; e == ERR_OK && i < len; i++) {
		struct columns base = *out, delta, sum;

		e = columns_decode(segments[i], &delta);
		if (e != ERR_OK)
			break;
		e = columns_append(&base, &delta, &sum);
		columns_cleanup(&delta);
		if (e != ERR_OK)
			break;
		columns_cleanup(&base);
		*out = sum;
	}
	return e;
}

static enum err
add_folded(struct cold_carts *c, const struct segments *s)
{
	struct columns columns = { 0 };
	struct span *bytes = NULL;
	enum err e = read_whole(c, s, &bytes);

	if (e == ERR_OK)
		e = fold(bytes, s->len, &columns);
	if (e == ERR_OK)
		e = question_carts_add(&c->carts, &columns);
	columns_cleanup(&columns);
	return e;
}

static enum err
on_part(void *arg, const struct span *bytes)
{
	struct cold_carts *c = arg;
	struct columns columns;
	enum err e = columns_part_read(&c->part, bytes, &columns);

	return e == ERR_OK ? question_carts_add(&c->carts, &columns) : e;
}

static enum err
add_part(struct cold_carts *c, struct span id, struct span head)
{
	enum err e =
	    columns_part_plan(&c->part, question_columns(c->question), head);

	if (e != ERR_OK)
		return e;
	return log_read_ranges(
	    c->bulk, id, c->part.ranges, c->part.ranges_len, on_part, c);
}

static enum err
add_shards(struct cold_carts *c)
{
	struct segments shards[SHARDS] = { 0 };
	struct span single[SHARDS], heads[SHARDS];
	size_t singles = 0, at = 0;
	enum err e = ERR_OK;

	for (unsigned i = 0; e == ERR_OK && i < SHARDS; i++) {
		char field[NAME_SIZE];

		snprintf(field, sizeof(field), "carts:%02u", i);
		e = list(c, field, &shards[i]);
		if (e == ERR_OK && shards[i].len == 1)
			single[singles++] = shards[i].ids[0];
	}
	if (e == ERR_OK)
		e = log_read_heads(c->bulk, single, singles,
		    COLUMNS_HEADER_SIZE, c->arena, heads);
	for (unsigned i = 0; e == ERR_OK && i < SHARDS; i++) {
		if (shards[i].len == 1) {
			e = add_part(c, single[at], heads[at]);
			at++;
		} else if (shards[i].len > 1) {
			e = add_folded(c, &shards[i]);
		}
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
