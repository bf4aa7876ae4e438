/* Days: what a tally counts of them, and what the shards say of their carts. A
 * growth counts on from the days that it changes, and from no other. */
#include "worker/ingest/build_days.h"

#include "common/base/civil.h"
#include "worker/ingest/base.h"

#include <stdlib.h>
#include <string.h>

/* Rows of all shards, one behind the other. */
struct rows {
	struct day_carts *rows;
	size_t len, room;
};

static enum err
rows_add(struct rows *rows, struct day_carts row)
{
	if (rows->len == rows->room) {
		size_t room = rows->room ? 2 * rows->room : 64;
		struct day_carts *grown =
		    reallocarray(rows->rows, room, sizeof(*grown));

		if (!grown)
			return ERR_NO_MEMORY;
		rows->rows = grown;
		rows->room = room;
	}
	rows->rows[rows->len++] = row;
	return ERR_OK;
}

static bool
next_number(struct span *text, uint64_t *out)
{
	const char *end = text->len ? memchr(text->data, ' ', text->len) : NULL;
	size_t len = end ? (size_t)(end - text->data) : 0;

	if (!end || !span_to_u64(span_of(text->data, len), out))
		return false;
	text->data += len + 1;
	text->len -= len + 1;
	return true;
}

static enum err
rows_read(struct rows *rows, struct span text)
{
	enum err e = ERR_OK;

	while (e == ERR_OK && text.len > 0) {
		struct day_carts row;
		uint64_t day;

		if (!next_number(&text, &day) || day > CIVIL_DAY_MAX ||
		    !next_number(&text, &row.begun) ||
		    !next_number(&text, &row.paid))
			return ERR_CORRUPT;
		row.day = (int32_t)day;
		e = rows_add(rows, row);
	}
	return e;
}

/* The carts of the base and of all shards by day, with or without the tail. */
static enum err
rows_of(const struct build *b, const struct record *reduced, bool is_tail,
    struct rows *out)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && b->base && i < b->base->days_len; i++)
		e = rows_add(out, b->base->days[i]);
	for (unsigned i = 0; e == ERR_OK && i < SHARDS; i++) {
		const char *field = "days";

		if (is_tail && record_get(&reduced[i], "tail carts").len)
			field = "tail days";
		e = rows_read(out, record_get(&reduced[i], field));
	}
	return e;
}

enum err
build_days_of(const struct build *b, const struct tally *t,
    const struct record *reduced, bool is_tail, struct build_days *out)
{
	struct rows rows = { 0 };
	enum err e = rows_of(b, reduced, is_tail, &rows);

	if (e == ERR_OK)
		e = day_segments(
		    t, rows.rows, rows.len, b->arena, &out->days, &out->len);
	free(rows.rows);
	return e;
}

static int
by_number(const void *left, const void *right)
{
	int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;

	return (a > b) - (a < b);
}

/* All days that change, ascending, each once. */
static enum err
list_changed(const struct build *b, const struct tally *t,
    const struct tally *tail, const struct record *reduced, int32_t **out,
    size_t *len)
{
	struct build_days lines = { 0 }, last = { 0 };
	enum err e = build_days_of(b, t, reduced, false, &lines);
	size_t found = 0, kept = 0;
	int32_t *days;

	if (e == ERR_OK && tail)
		e = build_days_of(b, tail, reduced, true, &last);
	days =
	    arena_alloc(b->arena, (lines.len + last.len + 1) * sizeof(*days));
	if (e != ERR_OK || !days)
		return e != ERR_OK ? e : ERR_NO_MEMORY;
	for (size_t i = 0; i < lines.len; i++)
		days[found++] = lines.days[i].day;
	for (size_t i = 0; i < last.len; i++)
		days[found++] = last.days[i].day;
	qsort(days, found, sizeof(*days), by_number);
	for (size_t i = 0; i < found; i++)
		if (kept == 0 || days[kept - 1] != days[i])
			days[kept++] = days[i];
	*out = days;
	*len = kept;
	return ERR_OK;
}

enum err
build_on_base(const struct build *b, struct tally *t, const struct tally *tail,
    const struct record *reduced, struct build_days *known)
{
	struct tally *before;
	int32_t *days;
	size_t len;
	enum err e;

	*known = (struct build_days){ 0 };
	if (!b->base)
		return ERR_OK;
	before = tally_new(NULL);
	e = before ? list_changed(b, t, tail, reduced, &days, &len)
		   : ERR_NO_MEMORY;
	if (e == ERR_OK)
		e = base_days(b->reader, b->base, days, len, b->arena, before);
	if (e == ERR_OK)
		e = day_segments(before, b->base->days, b->base->days_len,
		    b->arena, &known->days, &known->len);
	if (e == ERR_OK)
		e = tally_append(t, before);
	if (e == ERR_OK)
		tally_precede(t, &b->base->summary);
	tally_free(before);
	return e;
}
