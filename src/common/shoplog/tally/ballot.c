/* Votes, counted. */
#include "common/shoplog/tally/ballot.h"

#include <stdlib.h>

void
ballot_init(struct ballot *b, const struct hash_secret *secret)
{
	hash_table_init(&b->table, sizeof(struct vote), secret);
}

void
ballot_cleanup(struct ballot *b)
{
	hash_table_cleanup(&b->table);
}

enum err
ballot_add(struct ballot *b, uint64_t goods_id, uint32_t page, uint64_t votes)
{
	return ballot_add_hashed(
	    b, goods_id, page, ballot_hash(b, goods_id, page), votes);
}

enum err
ballot_add_hashed(struct ballot *b, uint64_t goods_id, uint32_t page,
    uint64_t hash, uint64_t votes)
{
	struct hash_key key = { goods_id, page };
	bool is_new;
	struct vote *v = hash_table_add_hashed(&b->table, key, hash, &is_new);

	if (!v)
		return ERR_NO_MEMORY;
	v->votes = add_saturating(v->votes, votes);
	return ERR_OK;
}

static uint32_t
page_of(const struct vote *v)
{
	return (uint32_t)v->key.low;
}

/* Appends `len` votes from `at` on, what each needs being fetched before. */
static enum err
append_some(struct ballot *left, struct names *left_names,
    const struct ballot *right, const struct names *right_names,
    struct names_map *map, size_t at, size_t len)
{
	uint32_t page[NAMES_AT_ONCE];
	uint64_t hash[NAMES_AT_ONCE];
	enum err e;

	for (size_t i = 0; i < len; i++)
		page[i] = page_of(hash_table_at(&right->table, at + i));
	e = names_map_ids(map, left_names, right_names, page, len);
	for (size_t i = 0; !e && i < len; i++) {
		const struct vote *v = hash_table_at(&right->table, at + i);

		e = names_map_id(
		    map, left_names, right_names, page[i], &page[i]);
		hash[i] = ballot_hash(left, v->key.high, page[i]);
		hash_table_fetch_bucket(&left->table, hash[i]);
	}
	for (size_t i = 0; !e && i < len; i++)
		hash_table_fetch_entry(&left->table, hash[i]);
	for (size_t i = 0; !e && i < len; i++) {
		const struct vote *v = hash_table_at(&right->table, at + i);

		e = ballot_add_hashed(
		    left, v->key.high, page[i], hash[i], v->votes);
	}
	return e;
}

enum err
ballot_append(struct ballot *left, struct names *left_names,
    const struct ballot *right, const struct names *right_names,
    struct names_map *map)
{
	enum err e = ERR_OK;

	for (size_t i = 0; !e && i < right->table.len; i += NAMES_AT_ONCE)
		e = append_some(left, left_names, right, right_names, map, i,
		    right->table.len - i < NAMES_AT_ONCE ? right->table.len - i
							 : NAMES_AT_ONCE);
	return e;
}

void
ballot_use_names(const struct ballot *b, struct names_order *o)
{
	for (size_t i = 0; i < b->table.len; i++)
		names_order_use(o, page_of(hash_table_at(&b->table, i)));
}

static int
compare(const void *a, const void *b, void *context)
{
	const struct vote *x = a, *y = b;
	const struct names_order *o = context;
	uint32_t x_rank, y_rank;

	if (x->key.high != y->key.high)
		return x->key.high < y->key.high ? -1 : 1;
	x_rank = o->rank[page_of(x)];
	y_rank = o->rank[page_of(y)];
	return (x_rank > y_rank) - (x_rank < y_rank);
}

const struct vote **
ballot_sorted(const struct ballot *b, struct names_order *o)
{
	return (const struct vote **)hash_table_sorted(&b->table, compare, o);
}

enum err
ballot_write(struct writer *w, const struct ballot *b, struct names_order *o)
{
	const struct vote **sorted = ballot_sorted(b, o);
	uint64_t before = 0;

	if (!sorted)
		return ERR_NO_MEMORY;
	writer_varint(w, b->table.len);
	for (size_t i = 0; i < b->table.len; i++) {
		writer_varint(w, sorted[i]->key.high - before);
		writer_varint(w, o->rank[page_of(sorted[i])]);
		writer_varint(w, sorted[i]->votes);
		before = sorted[i]->key.high;
	}
	free(sorted);
	return ERR_OK;
}

enum err
ballot_read(struct ballot *b, const struct names *n, struct reader *r,
    const struct names_map *map)
{
	size_t rows = reader_rows(r, reader_varint(r), 3);
	uint64_t goods_id = 0;

	while (rows-- > 0) {
		uint64_t step = reader_varint(r);
		uint64_t page = reader_varint(r);
		uint64_t votes = reader_varint(r);
		enum err e;

		if (r->has_failed || step > UINT64_MAX - goods_id ||
		    page >= map->len || votes == 0 ||
		    !names_is_page(n, map->ids[page]))
			return ERR_CORRUPT;
		goods_id += step;
		e = ballot_add(b, goods_id, map->ids[page], votes);
		if (e)
			return e;
	}
	return r->has_failed ? ERR_CORRUPT : ERR_OK;
}
