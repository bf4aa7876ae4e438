/* Counts by day, category and slot, in one list. */
#include "common/shoplog/tally/counts.h"

#include "common/base/civil.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Categories by id, and none. */
#define CATEGORIES ((uint64_t)HASH_ENTRIES_MAX + 1)

static_assert((CIVIL_DAY_MAX + 1) * CATEGORIES <= UINT64_MAX / COUNT_SLOTS,
    "a day, a category and a slot fit one key");

void
counts_init(struct counts *c)
{
	*c = (struct counts){ 0 };
}

void
counts_cleanup(struct counts *c)
{
	free(c->rows);
	*c = (struct counts){ 0 };
}

/* Sorts by day, then all requests before the categories by number, then slot. */
static uint64_t
key_of(int32_t day, uint32_t category, uint32_t slot)
{
	/* NAME_NONE + 1 is 0. */
	return ((uint64_t)day * CATEGORIES + (uint32_t)(category + 1)) *
		   COUNT_SLOTS +
	       slot;
}

static struct count
read_row(struct radix_row row)
{
	uint64_t group = row.key / COUNT_SLOTS;

	return (struct count){ .day = (int32_t)(group / CATEGORIES),
		.category = (uint32_t)(group % CATEGORIES) - 1,
		.slot = (uint32_t)(row.key % COUNT_SLOTS),
		.value = row.value };
}

struct count
counts_row(const struct counts *c, size_t i)
{
	return read_row(c->rows[i]);
}

/* Sorts the rows and adds up those of one key. Returns how many stay. */
static size_t
settle(struct radix_row *rows, size_t len, struct radix_row *scratch)
{
	size_t stay = 0;

	radix_sort(rows, scratch, len);
	for (size_t i = 0; i < len; i++) {
		struct radix_row *last = &rows[stay ? stay - 1 : 0];

		if (stay && last->key == rows[i].key)
			last->value =
			    add_saturating(last->value, rows[i].value);
		else
			rows[stay++] = rows[i];
	}
	return stay;
}

/* Adds up the rows. Those that are sorted and before all that came since, days
 * that are over, stay as they are. */
static enum err
settle_new(struct counts *c)
{
	uint64_t least = UINT64_MAX;
	size_t from = c->settled;
	struct radix_row *scratch;

	for (size_t i = c->settled; i < c->len; i++)
		if (c->rows[i].key < least)
			least = c->rows[i].key;
	while (from > 0 && c->rows[from - 1].key >= least)
		from--;
	scratch = malloc((c->len - from) * sizeof(*scratch));
	if (!scratch)
		return ERR_NO_MEMORY;
	c->len = from + settle(c->rows + from, c->len - from, scratch);
	c->settled = c->len;
	memset(c->recalled, 0, sizeof(c->recalled));
	free(scratch);
	return ERR_OK;
}

/* Room for one more row. */
static enum err
make_room(struct counts *c)
{
	size_t room = c->room ? 2 * c->room : COUNTS_LEAST;
	struct radix_row *rows;

	if (c->len) {
		enum err e = settle_new(c);

		if (e || c->len <= c->room / 2)
			return e;
	}
	rows = room <= UINT32_MAX ? reallocarray(c->rows, room, sizeof(*rows))
				  : NULL;
	if (!rows)
		return ERR_NO_MEMORY;
	c->rows = rows;
	c->room = room;
	return ERR_OK;
}

/* A busy log adds to few counts at a time: of a day or two, a handful of
 * categories, some fifty countries. */
enum err
counts_add(struct counts *c, int32_t day, uint32_t category, uint32_t slot,
    uint64_t value)
{
	uint64_t key = key_of(day, category, slot);
	uint64_t hash = key * 0x9e3779b97f4a7c15;
	uint32_t *recalled = &c->recalled[(hash >> 32) % COUNTS_RECALLED];
	uint8_t *tag = &c->recalled_tag[(hash >> 32) % COUNTS_RECALLED];

	if (*recalled && *tag == hash >> 56 &&
	    c->rows[*recalled - 1].key == key) {
		struct radix_row *row = &c->rows[*recalled - 1];

		row->value = add_saturating(row->value, value);
		return ERR_OK;
	}
	if (c->len == c->room) {
		enum err e = make_room(c);

		if (e)
			return e;
	}
	c->rows[c->len++] = (struct radix_row){ key, value };
	*recalled = (uint32_t)c->len;
	*tag = (uint8_t)(hash >> 56);
	return ERR_OK;
}

/* Adds a number whose category is one of `names`. */
static enum err
add_foreign(struct counts *c, struct names *own_names, struct count n,
    const struct names *names, struct names_map *map)
{
	enum err e = ERR_OK;

	if (n.category != NAME_NONE)
		e = names_map_id(
		    map, own_names, names, n.category, &n.category);
	return e ? e : counts_add(c, n.day, n.category, n.slot, n.value);
}

enum err
counts_append(struct counts *left, struct names *left_names,
    const struct counts *right, const struct names *right_names,
    struct names_map *map)
{
	enum err e = ERR_OK;

	for (size_t i = 0; !e && i < right->len; i++)
		e = add_foreign(
		    left, left_names, counts_row(right, i), right_names, map);
	return e;
}

static bool
is_one_of(uint32_t category, const uint32_t *categories, size_t len)
{
	bool found = category == NAME_NONE;

	for (size_t i = 0; i < len; i++)
		found |= category == categories[i];
	return found;
}

enum err
counts_append_of(struct counts *left, struct names *left_names,
    const struct counts *right, const struct names *right_names,
    struct names_map *map, const uint32_t *categories, size_t len)
{
	enum err e = ERR_OK;

	for (size_t i = 0; !e && i < right->len; i++) {
		struct count n = counts_row(right, i);

		if (is_one_of(n.category, categories, len))
			e = add_foreign(left, left_names, n, right_names, map);
	}
	return e;
}

void
counts_use_names(const struct counts *c, struct names_order *o)
{
	for (size_t i = 0; i < c->len; i++) {
		uint32_t category = counts_row(c, i).category;

		if (category != NAME_NONE)
			names_order_use(o, category);
	}
}

/* Copies the rows that are asked for, categories by rank. Returns how many. */
static size_t
choose(
    struct radix_row *to, const struct counts *c, const struct names_order *o)
{
	size_t len = 0;

	for (size_t i = 0; i < c->len; i++) {
		struct count n = counts_row(c, i);
		uint32_t rank = n.category;

		if (n.category != NAME_NONE) {
			rank = o->rank[n.category];
			if (rank == NAME_NONE)
				continue;
		}
		to[len++] =
		    (struct radix_row){ key_of(n.day, rank, n.slot), n.value };
	}
	return len;
}

enum err
counts_sorted(const struct counts *c, const struct names_order *o,
    struct count **out, size_t *len)
{
	struct radix_row *rows = malloc((c->len + 1) * sizeof(*rows));
	struct radix_row *scratch = malloc((c->len + 1) * sizeof(*scratch));
	size_t n = rows && scratch ? choose(rows, c, o) : 0;

	*out = rows && scratch ? malloc((n + 1) * sizeof(**out)) : NULL;
	if (*out) {
		*len = settle(rows, n, scratch);
		for (size_t i = 0; i < *len; i++) {
			struct count *to = &(*out)[i];

			*to = read_row(rows[i]);
			if (to->category != NAME_NONE)
				to->category = o->ids[to->category];
		}
	}
	free(rows);
	free(scratch);
	return *out ? ERR_OK : ERR_NO_MEMORY;
}

/* 0 for all requests, else 1 + rank of the category. */
static uint64_t
rank_of(const struct names_order *o, uint32_t category)
{
	return category == NAME_NONE ? 0 : 1 + (uint64_t)o->rank[category];
}

enum err
counts_write(struct writer *w, const struct counts *c, struct names_order *o)
{
	size_t len = 0, groups = 0;
	struct count *sorted;
	int32_t day = 0;
	enum err e = counts_sorted(c, o, &sorted, &len);

	if (e)
		return e;
	for (size_t i = 0; i < len; i++)
		groups +=
		    i == 0 || !counts_are_grouped(&sorted[i], &sorted[i - 1]);
	writer_varint(w, groups);
	for (size_t i = 0, end; i < len; i = end) {
		for (end = i + 1;
		     end < len && counts_are_grouped(&sorted[end], &sorted[i]);)
			end++;
		writer_varint(w, (uint64_t)(sorted[i].day - day));
		writer_varint(w, rank_of(o, sorted[i].category));
		writer_varint(w, end - i);
		day = sorted[i].day;
		for (size_t row = i; row < end; row++) {
			writer_varint(w, sorted[row].slot);
			writer_varint(w, sorted[row].value);
		}
	}
	free(sorted);
	return ERR_OK;
}

static enum err
read_rows(struct counts *c, struct reader *r, int32_t day, uint32_t category)
{
	size_t rows = reader_rows(r, reader_varint(r), 2);

	while (rows-- > 0) {
		uint64_t slot = reader_varint(r);
		uint64_t value = reader_varint(r);
		enum err e;

		if (r->has_failed || slot >= COUNT_SLOTS || value == 0)
			return ERR_CORRUPT;
		e = counts_add(c, day, category, (uint32_t)slot, value);
		if (e)
			return e;
	}
	return ERR_OK;
}

enum err
counts_read(struct counts *c, const struct names *n, struct reader *r,
    const struct names_map *map)
{
	size_t groups = reader_rows(r, reader_varint(r), 3);
	uint64_t day = 0;

	while (groups-- > 0) {
		uint64_t step = reader_varint(r);
		uint64_t rank = reader_varint(r);
		uint32_t category = NAME_NONE;
		enum err e;

		if (r->has_failed || step > CIVIL_DAY_MAX - day ||
		    rank > map->len)
			return ERR_CORRUPT;
		day += step;
		if (rank > 0)
			category = map->ids[rank - 1];
		if (category != NAME_NONE && names_is_page(n, category))
			return ERR_CORRUPT;
		e = read_rows(c, r, (int32_t)day, category);
		if (e)
			return e;
	}
	return r->has_failed ? ERR_CORRUPT : ERR_OK;
}
