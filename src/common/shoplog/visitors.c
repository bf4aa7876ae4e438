/* Addresses and what of them crosses a border. */
#include "common/shoplog/visitors.h"

#include "common/shoplog/shard.h"

#include <stdlib.h>

void
visitors_init(struct visitors *v, const struct hash_secret *secret)
{
	hash_table_init(&v->table, sizeof(struct visitor), secret);
}

void
visitors_cleanup(struct visitors *v)
{
	hash_table_cleanup(&v->table);
}

struct visitor *
visitors_meet(struct visitors *v, struct hash_key key, bool *is_new)
{
	return visitors_meet_hashed(
	    v, key, hash_of(&v->table.secret, key), is_new);
}

struct visitor *
visitors_meet_hashed(
    struct visitors *v, struct hash_key key, uint64_t hash, bool *is_new)
{
	struct visitor *visitor =
	    hash_table_add_hashed(&v->table, key, hash, is_new);

	if (visitor && *is_new) {
		visitor->last_page = NAME_NONE;
		visitor->country = COUNTRY_NOT_ASKED;
	}
	return visitor;
}

/* `right` has its page under the name it has on the left. */
static enum err
follow(
    struct visitors *left, struct ballot *ballot, const struct visitor *right)
{
	bool is_new;
	struct visitor *v = visitors_meet(left, right->key, &is_new);
	enum err e = ERR_OK;

	if (!v)
		return ERR_NO_MEMORY;
	if (is_new) {
		v->begins_with_cart = right->begins_with_cart;
		v->first_goods_id = right->first_goods_id;
	} else if (right->begins_with_cart && v->last_page != NAME_NONE) {
		e = ballot_add(ballot, right->first_goods_id, v->last_page, 1);
	}
	v->last_page = right->last_page;
	return e;
}

enum err
visitors_append(struct visitors *left, struct names *left_names,
    struct ballot *ballot, const struct visitors *right,
    const struct names *right_names, struct names_map *map)
{
	for (size_t i = 0; i < right->table.len; i++) {
		struct visitor v =
		    *(const struct visitor *)hash_table_at(&right->table, i);
		enum err e = ERR_OK;

		if (v.last_page != NAME_NONE)
			e = names_map_id(map, left_names, right_names,
			    v.last_page, &v.last_page);
		if (!e)
			e = follow(left, ballot, &v);
		if (e)
			return e;
	}
	return ERR_OK;
}

void
visitors_use_names(const struct visitors *v, struct names_order *o)
{
	for (size_t i = 0; i < v->table.len; i++) {
		const struct visitor *visitor = hash_table_at(&v->table, i);

		if (visitor->last_page != NAME_NONE)
			names_order_use(o, visitor->last_page);
	}
}

static bool
is_ipv4(struct hash_key key)
{
	return key.high == 0 && key.low >> 32 == 0xffff;
}

static int
by_address(const void *a, const void *b, void *context)
{
	const struct visitor *x = a, *y = b;
	int order = is_ipv4(y->key) - is_ipv4(x->key);

	(void)context;
	if (order)
		return order;
	if (x->key.high != y->key.high)
		return x->key.high < y->key.high ? -1 : 1;
	return (x->key.low > y->key.low) - (x->key.low < y->key.low);
}

/* The visitors that are to be written, by address, and how many of each sort
 * there are. */
struct rows {
	const struct visitor **at;
	uint32_t ipv4_len, ipv6_len, firsts_len;
};

static enum err
choose(struct rows *rows, const struct visitors *v, enum visitors_part part)
{
	size_t len = 0;

	*rows = (struct rows){ 0 };
	rows->at = (const struct visitor **)hash_table_sorted(
	    &v->table, by_address, NULL);
	if (!rows->at)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < v->table.len; i++) {
		const struct visitor *row = rows->at[i];

		if (part == VISITORS_PAGES && row->last_page == NAME_NONE)
			continue;
		if (is_ipv4(row->key))
			rows->ipv4_len++;
		else
			rows->ipv6_len++;
		rows->firsts_len +=
		    part == VISITORS_BORDERS && row->begins_with_cart;
		rows->at[len++] = row;
	}
	return ERR_OK;
}

enum err
visitors_write(struct writer *w, const struct visitors *v,
    const struct names_order *o, enum visitors_part part)
{
	struct rows rows;
	enum err e = choose(&rows, v, part);
	uint32_t len = rows.ipv4_len + rows.ipv6_len;

	if (e)
		return e;
	writer_u32(w, rows.ipv4_len);
	writer_u32(w, rows.ipv6_len);
	writer_u32(w, rows.firsts_len);
	writer_u32(w, 0);
	for (uint32_t i = rows.ipv4_len; i < len; i++) {
		writer_u64(w, rows.at[i]->key.high);
		writer_u64(w, rows.at[i]->key.low);
	}
	for (uint32_t i = 0; rows.firsts_len && i < len; i++)
		if (rows.at[i]->begins_with_cart)
			writer_u64(w, rows.at[i]->first_goods_id);
	for (uint32_t i = 0; rows.firsts_len && i < len; i++)
		if (rows.at[i]->begins_with_cart)
			writer_u32(w, i);
	for (uint32_t i = 0; i < rows.ipv4_len; i++)
		writer_u32(w, (uint32_t)rows.at[i]->key.low);
	for (uint32_t i = 0; i < len; i++) {
		uint32_t page = rows.at[i]->last_page;

		writer_u32(w, page == NAME_NONE ? 0 : 1 + o->rank[page]);
	}
	free(rows.at);
	return ERR_OK;
}

/* The columns as they lie in the bytes. */
struct view {
	size_t ipv4_len, ipv6_len, firsts_len;
	const char *ipv6, *first_goods, *first_row, *ipv4, *last;
	size_t first; /* the next of the firsts */
};

static bool
open_view(struct view *v, struct reader *r)
{
	*v = (struct view){ .ipv4_len = reader_u32(r) };
	v->ipv6_len = reader_u32(r);
	v->firsts_len = reader_u32(r);
	if (reader_u32(r) != 0)
		return false;
	v->ipv6 = reader_bytes(r, 16 * (uint64_t)v->ipv6_len).data;
	v->first_goods = reader_bytes(r, 8 * (uint64_t)v->firsts_len).data;
	v->first_row = reader_bytes(r, 4 * (uint64_t)v->firsts_len).data;
	v->ipv4 = reader_bytes(r, 4 * (uint64_t)v->ipv4_len).data;
	v->last =
	    reader_bytes(r, 4 * (uint64_t)(v->ipv4_len + v->ipv6_len)).data;
	return !r->has_failed;
}

/* Row `i`; its last page is the number in the bytes. Rows are asked for in
 * order. */
static struct visitor
row_of(struct view *v, size_t i)
{
	struct visitor row = { .last_page = le32(v->last + 4 * i) };

	if (i < v->ipv4_len) {
		row.key.low = (uint64_t)0xffff << 32 | le32(v->ipv4 + 4 * i);
	} else {
		const char *at = v->ipv6 + 16 * (i - v->ipv4_len);

		row.key.high = le64(at);
		row.key.low = le64(at + 8);
	}
	if (v->first < v->firsts_len &&
	    le32(v->first_row + 4 * v->first) == i) {
		row.begins_with_cart = true;
		row.first_goods_id = le64(v->first_goods + 8 * v->first++);
	}
	return row;
}

enum err
visitors_read(struct visitors *left, unsigned shard, const struct names *n,
    struct ballot *ballot, struct reader *r, const struct names_map *map)
{
	struct visitor before = { 0 };
	struct view view;
	size_t len;

	if (!open_view(&view, r))
		return ERR_CORRUPT;
	len = view.ipv4_len + view.ipv6_len;
	if (!hash_table_reserve(&left->table, len))
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < len; i++) {
		struct visitor row = row_of(&view, i);
		uint32_t page = row.last_page;
		enum err e;

		if (shard_of(row.key) != shard || page > map->len ||
		    is_ipv4(row.key) != (i < view.ipv4_len) ||
		    (i > 0 && by_address(&before, &row, NULL) >= 0))
			return ERR_CORRUPT;
		row.last_page = page ? map->ids[page - 1] : NAME_NONE;
		if (page && !names_is_page(n, row.last_page))
			return ERR_CORRUPT;
		e = follow(left, ballot, &row);
		if (e)
			return e;
		before = row;
	}
	return view.first == view.firsts_len ? ERR_OK : ERR_CORRUPT;
}
