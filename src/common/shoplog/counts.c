/* Counts by day, category and slot, in one table: the key is the day and the
 * category (0: all requests, else its id + 1) above, the slot below. */
#include "common/shoplog/counts.h"

#include "common/base/civil.h"
#include "common/shoplog/radix_sort.h"

#include <stdlib.h>
#include <string.h>

enum { SLOT_BITS = 11 };
_Static_assert(COUNT_SLOTS <= 1 << SLOT_BITS, "every slot fits");

void
counts_init(struct counts *c, const struct hash_secret *secret)
{
	hash_table_init(&c->table, sizeof(struct count), secret);
	memset(c->recalled, 0, sizeof(c->recalled));
}

void
counts_cleanup(struct counts *c)
{
	hash_table_cleanup(&c->table);
	memset(c->recalled, 0, sizeof(c->recalled));
}

static struct hash_key
key_of(int32_t day, uint32_t category, uint32_t slot)
{
	/* NAME_NONE + 1 is 0. */
	return (struct hash_key){
		(uint64_t)day << 32 | (uint32_t)(category + 1), slot
	};
}

/* A busy log adds to few counts at a time: of a day or two, a handful of
 * categories, some fifty countries. */
static inline uint32_t *
recall(struct counts *c, struct hash_key key)
{
	uint64_t h = (key.high ^ key.low << 20) * 0x9e3779b97f4a7c15;

	return &c->recalled[(h >> 32) % COUNTS_RECALLED];
}

int32_t
count_day(const struct count *n)
{
	return (int32_t)(n->key.high >> 32);
}

uint32_t
count_category(const struct count *n)
{
	return (uint32_t)n->key.high - 1;
}

uint32_t
count_slot(const struct count *n)
{
	return (uint32_t)n->key.low;
}

enum err
counts_add(struct counts *c, int32_t day, uint32_t category, uint32_t slot,
    uint64_t value)
{
	struct hash_key key = key_of(day, category, slot);
	uint32_t *recalled = recall(c, key);
	struct count *n;
	bool is_new;

	if (*recalled) {
		n = hash_table_at(&c->table, *recalled - 1);
		if (n->key.high == key.high && n->key.low == key.low) {
			n->value = add_saturating(n->value, value);
			return ERR_OK;
		}
	}
	n = hash_table_add(&c->table, key, &is_new);
	if (!n)
		return ERR_NO_MEMORY;
	*recalled = (uint32_t)hash_table_index(&c->table, n) + 1;
	n->value = add_saturating(n->value, value);
	return ERR_OK;
}

enum err
counts_append(struct counts *left, struct names *left_names,
    const struct counts *right, const struct names *right_names,
    struct names_map *map)
{
	for (size_t i = 0; i < right->table.len; i++) {
		const struct count *n = hash_table_at(&right->table, i);
		uint32_t category = count_category(n);
		enum err e = ERR_OK;

		if (category != NAME_NONE)
			e = names_map_id(
			    map, left_names, right_names, category, &category);
		if (!e)
			e = counts_add(left, count_day(n), category,
			    count_slot(n), n->value);
		if (e)
			return e;
	}
	return ERR_OK;
}

void
counts_use_names(const struct counts *c, struct names_order *o)
{
	for (size_t i = 0; i < c->table.len; i++) {
		uint32_t category = count_category(hash_table_at(&c->table, i));

		if (category != NAME_NONE)
			names_order_use(o, category);
	}
}

/* 0 for all requests, else 1 + rank of the category. */
static uint64_t
rank_of(const struct names_order *o, uint32_t category)
{
	return category == NAME_NONE ? 0 : 1 + (uint64_t)o->rank[category];
}

/* By category and slot, then by day: rows that are equal in it stay as they are. */
static void
sort(struct radix_row *rows, struct radix_row *scratch, const struct counts *c,
    const struct names_order *o)
{
	size_t len = c->table.len;

	for (size_t i = 0; i < len; i++) {
		const struct count *n = hash_table_at(&c->table, i);
		uint64_t rank = rank_of(o, count_category(n));

		rows[i] =
		    (struct radix_row){ rank << SLOT_BITS | count_slot(n), i };
	}
	radix_sort(rows, scratch, len);
	for (size_t i = 0; i < len; i++)
		rows[i].key = (uint64_t)count_day(
		    hash_table_at(&c->table, rows[i].value));
	radix_sort(rows, scratch, len);
}

const struct count **
counts_sorted(const struct counts *c, const struct names_order *o)
{
	size_t len = c->table.len;
	const struct count **sorted = malloc((len + 1) * sizeof(*sorted));
	struct radix_row *rows = malloc(2 * (len + 1) * sizeof(*rows));

	if (sorted && rows) {
		sort(rows, rows + len, c, o);
		for (size_t i = 0; i < len; i++)
			sorted[i] = hash_table_at(&c->table, rows[i].value);
	} else {
		free(sorted);
		sorted = NULL;
	}
	free(rows);
	return sorted;
}

enum err
counts_write(struct writer *w, const struct counts *c, struct names_order *o)
{
	const struct count **sorted = counts_sorted(c, o);
	size_t len = c->table.len, groups = 0;
	int32_t day = 0;

	if (!sorted)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < len; i++)
		groups +=
		    i == 0 || sorted[i]->key.high != sorted[i - 1]->key.high;
	writer_varint(w, groups);
	for (size_t i = 0, end; i < len; i = end) {
		for (end = i + 1;
		     end < len && sorted[end]->key.high == sorted[i]->key.high;)
			end++;
		writer_varint(w, (uint64_t)(count_day(sorted[i]) - day));
		writer_varint(w, rank_of(o, count_category(sorted[i])));
		writer_varint(w, end - i);
		day = count_day(sorted[i]);
		for (size_t row = i; row < end; row++) {
			writer_varint(w, sorted[row]->key.low);
			writer_varint(w, sorted[row]->value);
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
