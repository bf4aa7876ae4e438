/* The segments of one shard, and what the base must be asked for them. A
 * segment's id begins with the number of its job, so it is nobody else's. */
#include "worker/ingest/build_shard.h"

#include "common/shoplog/answer/day.h"
#include "common/shoplog/tally/addresses.h"
#include "common/shoplog/tally/tally_columns.h"
#include "worker/ingest/base.h"
#include "worker/ingest/fold.h"
#include "worker/store/segments/segment.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 32, ROW_TEXT = 3 * 21 };

void
build_segment_id(char id[SEGMENT_ID_SIZE], const struct build *b, bool is_tail,
    const char *name)
{
	snprintf(id, SEGMENT_ID_SIZE, "%" PRId64 "-%s%s", b->job->number,
	    is_tail ? "tail-" : "", name);
}

/* What the carts of `now` have over those of `known`, day by day: neither fewer
 * carts begin on a day nor fewer are paid. */
static void
subtract(struct day_carts *now, size_t len, const struct day_carts *known,
    size_t known_len)
{
	size_t at = 0;

	for (size_t i = 0; i < known_len; i++) {
		while (at < len && now[at].day < known[i].day)
			at++;
		if (at == len || now[at].day != known[i].day)
			continue;
		now[at].begun -= known[i].begun;
		now[at].paid -= known[i].paid;
	}
}

/* What they add to days, as text, for the commit. */
static enum err
put_days(struct record *out, const char *field, const struct columns *known,
    const struct columns *now)
{
	struct day_carts *rows = NULL, *old = NULL;
	size_t len = 0, old_len = 0;
	enum err e = day_carts_of(now, &rows, &len);
	char *text = NULL, *to;

	if (e == ERR_OK)
		e = day_carts_of(known, &old, &old_len);
	if (e == ERR_OK) {
		text = to = malloc(len * ROW_TEXT + 1);
		e = text ? ERR_OK : ERR_NO_MEMORY;
	}
	if (e == ERR_OK) {
		subtract(rows, len, old, old_len);
		for (size_t i = 0; i < len; i++)
			if (rows[i].begun + rows[i].paid > 0)
				to += sprintf(to,
				    "%" PRId32 " %" PRIu64 " %" PRIu64 " ",
				    rows[i].day, rows[i].begun, rows[i].paid);
		e = record_put(out, field, span_of(text, (size_t)(to - text)));
	}
	free(text);
	free(old);
	free(rows);
	return e;
}

static void
name_segment(char id[SEGMENT_ID_SIZE], const struct build *b, bool is_tail,
    const char *name, unsigned shard)
{
	char label[NAME_SIZE];

	snprintf(label, sizeof(label), "%s-%02u", name, shard);
	build_segment_id(id, b, is_tail, label);
}

static enum err
put_list(struct record *out, const char *name, struct span ids)
{
	return ids.len > 0 ? record_put(out, name, ids) : ERR_OK;
}

/* The lists of one shard. */
struct lists {
	struct fold carts, addresses;
};

static struct lists
lists_of(const struct build *b, unsigned shard)
{
	struct lists l = {
		.carts = { .kind = FOLD_CARTS, .shard = shard },
		.addresses = { .kind = FOLD_ADDRESSES, .shard = shard },
	};

	if (b->base) {
		l.carts.list = &b->base->carts[shard];
		l.addresses.list = &b->base->addresses[shard];
	}
	name_segment(l.carts.id, b, false, "carts", shard);
	name_segment(l.addresses.id, b, false, "addresses", shard);
	return l;
}

static enum err
begin_carts(const struct build *b, const struct columns *c, struct fold *f)
{
	uint8_t *bytes;
	size_t len;
	enum err e;

	if (c->carts_len == 0)
		return ERR_OK;
	e = columns_encode(c, &bytes, &len);
	if (e == ERR_OK)
		fold_begin(f, b, bytes, len);
	return e;
}

static enum err
begin_addresses(const struct build *b, const struct tally *t, unsigned first,
    unsigned shards, struct lists *lists)
{
	struct addresses_shard parts[SHARDS];
	enum err e;

	for (unsigned i = 0; i < shards; i++) {
		const struct base_list *list = lists[i].addresses.list;

		parts[i].keep_not = list && list->len > 0;
	}
	e = addresses_encode_shards(t, first, parts, shards);
	for (unsigned i = 0; e == ERR_OK && i < shards; i++)
		fold_begin(
		    &lists[i].addresses, b, parts[i].bytes, parts[i].len);
	return e;
}

static enum err
fetch(const struct build *b, struct lists *lists, unsigned shards)
{
	struct fold *folds[2 * SHARDS];

	for (unsigned i = 0; i < shards; i++) {
		folds[2 * i] = &lists[i].carts;
		folds[2 * i + 1] = &lists[i].addresses;
	}
	return folds_fetch(b, folds, (size_t)2 * shards);
}

/* What the tail changes in this shard's carts. */
static enum err
put_tail(const struct build *b, unsigned shard, const struct shard_carts *s,
    const struct columns *lines, struct record *out)
{
	struct columns both = { 0 };
	struct fold f = { .kind = FOLD_CARTS, .shard = shard };
	struct span ids;
	enum err e;

	name_segment(f.id, b, true, "carts", shard);
	e = begin_carts(b, &s->tail, &f);
	if (e == ERR_OK)
		e = fold_end(&f, b, &ids);
	fold_cleanup(&f);
	if (e == ERR_OK)
		e = put_list(out, "tail carts", ids);
	if (e == ERR_OK)
		e = columns_append(lines, &s->tail, &both);
	if (e == ERR_OK)
		e = put_days(out, "tail days", &s->known, &both);
	columns_cleanup(&both);
	return e;
}

static enum err
end_shard(const struct build *b, const struct lists *lists,
    const struct shard_carts *s, struct record *out)
{
	struct columns joined = { 0 };
	const struct columns *lines = &s->lines;
	struct span ids;
	enum err e = ERR_OK;

	if (s->known.carts_len > 0) {
		e = columns_append(&s->known, &s->lines, &joined);
		lines = &joined;
	}
	if (e == ERR_OK)
		e = fold_end(&lists->carts, b, &ids);
	if (e == ERR_OK)
		e = put_list(out, "carts", ids);
	if (e == ERR_OK)
		e = fold_end(&lists->addresses, b, &ids);
	if (e == ERR_OK)
		e = put_list(out, "addresses", ids);
	if (e == ERR_OK)
		e = put_days(out, "days", &s->known, lines);
	if (e == ERR_OK && s->tail.carts_len > 0)
		e = put_tail(b, lists->carts.shard, s, lines, out);
	columns_cleanup(&joined);
	return e;
}

enum err
build_shards(const struct build *b, unsigned first, unsigned shards,
    const struct tally *t, const struct shard_carts *s, struct record *out)
{
	struct lists lists[SHARDS];
	enum err e = ERR_OK;

	for (unsigned i = 0; i < shards; i++)
		lists[i] = lists_of(b, first + i);
	for (unsigned i = 0; e == ERR_OK && i < shards; i++)
		e = begin_carts(b, &s[i].lines, &lists[i].carts);
	if (e == ERR_OK)
		e = begin_addresses(b, t, first, shards, lists);
	if (e == ERR_OK)
		e = fetch(b, lists, shards);
	for (unsigned i = 0; e == ERR_OK && i < shards; i++)
		e = end_shard(b, &lists[i], &s[i], &out[i]);
	for (unsigned i = 0; i < shards; i++) {
		fold_cleanup(&lists[i].carts);
		fold_cleanup(&lists[i].addresses);
	}
	return e;
}

static enum err
look_up_carts(const struct build *b, unsigned first, unsigned shards,
    struct shard_carts *s)
{
	struct columns lines[SHARDS], tail[SHARDS], known[SHARDS];
	const struct base_carts_wish wish = { first, shards, lines, tail };
	enum err e;

	for (unsigned i = 0; i < shards; i++) {
		lines[i] = s[i].lines;
		tail[i] = s[i].tail;
	}
	e = base_carts(b->reader, b->base, &wish, b->arena, known);
	for (unsigned i = 0; i < shards; i++)
		s[i].known = known[i];
	return e;
}

enum err
build_carts_of(
    const struct tally *t, const struct tally *tail, struct shard_carts *s)
{
	enum err e = ERR_OK;

	memset(s, 0, SHARDS * sizeof(*s));
	for (unsigned i = 0; e == ERR_OK && i < SHARDS; i++) {
		e = tally_columns(t, i, &s[i].lines);
		if (e == ERR_OK && tail)
			e = tally_columns(tail, i, &s[i].tail);
	}
	return e;
}

enum err
build_carts(const struct build *b, unsigned first, unsigned shards,
    struct shard_carts *s)
{
	return b->base ? look_up_carts(b, first, shards, s) : ERR_OK;
}

void
build_carts_cleanup(struct shard_carts *s, unsigned shards)
{
	for (unsigned i = 0; i < shards; i++) {
		columns_cleanup(&s[i].lines);
		columns_cleanup(&s[i].tail);
		columns_cleanup(&s[i].known);
	}
}

enum err
build_border(const struct build *b, unsigned first, unsigned shards,
    struct tally **t, const struct tally *tail)
{
	const struct base_pages_wish wish = { first, shards, *t, tail };
	struct tally *both;
	enum err e;

	if (!b->base)
		return ERR_OK;
	both = tally_new(NULL);
	if (!both)
		return ERR_NO_MEMORY;
	e = base_pages(b->reader, b->base, &wish, b->arena, both);
	if (e == ERR_OK)
		e = tally_append(both, *t);
	tally_free(*t);
	*t = both;
	return e;
}
