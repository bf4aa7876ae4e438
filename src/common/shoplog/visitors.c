/* Addresses and what of them crosses a border. */
#include "common/shoplog/visitors.h"

#include "common/shoplog/shard.h"

#include <stdlib.h>

enum { FIRST_PLACES = 16 };

void
visitors_init(struct visitors *v, const struct hash_secret *secret)
{
	*v = (struct visitors){ .secret = *secret };
	hash_table_init(&v->ipv6, sizeof(struct ipv6_visitor), secret);
	hash_table_init(&v->firsts, sizeof(struct first_cart), secret);
}

void
visitors_cleanup(struct visitors *v)
{
	free(v->ipv4);
	hash_table_cleanup(&v->ipv6);
	hash_table_cleanup(&v->firsts);
	*v = (struct visitors){ 0 };
}

static struct hash_key
ipv4_key(uint32_t ip)
{
	return (struct hash_key){ 0, (uint64_t)0xffff << 32 | ip };
}

/* The place of the address, or the free one where it belongs. */
static inline struct ipv4_visitor *
ipv4_probe(struct ipv4_visitor *all, size_t places, uint32_t ip, uint64_t hash)
{
	size_t i = hash & (places - 1);

	while (all[i].visitor.is_there && all[i].ip != ip)
		i = (i + 1) & (places - 1);
	return &all[i];
}

/* Makes room for `len` IPv4 addresses in all; false when memory is out. */
static bool
reserve_ipv4(struct visitors *v, size_t len)
{
	size_t places = v->ipv4_places ? v->ipv4_places : FIRST_PLACES;
	struct ipv4_visitor *all;

	while (places - places / 4 < len)
		places *= 2;
	if (places == v->ipv4_places)
		return true;
	all = calloc(places, sizeof(*all));
	if (!all)
		return false;
	for (size_t i = 0; i < v->ipv4_places; i++) {
		uint32_t ip = v->ipv4[i].ip;

		if (v->ipv4[i].visitor.is_there)
			*ipv4_probe(all, places, ip,
			    hash_of(&v->secret, ipv4_key(ip))) = v->ipv4[i];
	}
	free(v->ipv4);
	v->ipv4 = all;
	v->ipv4_places = places;
	return true;
}

static struct visitor *
meet_ipv4(struct visitors *v, uint32_t ip, uint64_t hash)
{
	struct ipv4_visitor *found;

	if (v->ipv4_places) {
		found = ipv4_probe(v->ipv4, v->ipv4_places, ip, hash);
		if (found->visitor.is_there)
			return &found->visitor;
	}
	if (!reserve_ipv4(v, v->ipv4_len + 1))
		return NULL;
	found = ipv4_probe(v->ipv4, v->ipv4_places, ip, hash);
	found->ip = ip;
	v->ipv4_len++;
	return &found->visitor;
}

struct visitor *
visitors_meet_hashed(
    struct visitors *v, struct hash_key key, uint64_t hash, bool *is_new)
{
	struct visitor *visitor;

	if (visitor_is_ipv4(key)) {
		visitor = meet_ipv4(v, (uint32_t)key.low, hash);
	} else {
		struct ipv6_visitor *found =
		    hash_table_add_hashed(&v->ipv6, key, hash, is_new);

		visitor = found ? &found->visitor : NULL;
	}
	if (!visitor)
		return NULL;
	*is_new = !visitor->is_there;
	if (*is_new)
		*visitor = (struct visitor){ .last_page = NAME_NONE,
			.country = COUNTRY_NOT_ASKED,
			.is_there = true };
	return visitor;
}

struct visitor *
visitors_meet(struct visitors *v, struct hash_key key, bool *is_new)
{
	return visitors_meet_hashed(v, key, hash_of(&v->secret, key), is_new);
}

enum err
visitors_begin_with_cart(struct visitors *v, struct visitor *visitor,
    struct hash_key key, uint64_t goods_id)
{
	bool is_new;
	struct first_cart *first = hash_table_add(&v->firsts, key, &is_new);

	if (!first)
		return ERR_NO_MEMORY;
	first->goods_id = goods_id;
	visitor->begins_with_cart = true;
	return ERR_OK;
}

/* A visitor by itself, out of its table. */
struct row {
	struct hash_key key;
	struct visitor visitor;
	uint64_t first_goods_id; /* if it begins with an add-to-cart */
};

/* A walk over all visitors. */
struct walk {
	const struct visitors *visitors;
	size_t ipv4, ipv6; /* the next ones */
};

static bool
walk_next(struct walk *w, struct row *out)
{
	const struct visitors *v = w->visitors;
	const struct first_cart *first;

	while (w->ipv4 < v->ipv4_places && !v->ipv4[w->ipv4].visitor.is_there)
		w->ipv4++;
	*out = (struct row){ .key = { 0, 0 } };
	if (w->ipv4 < v->ipv4_places) {
		out->key = ipv4_key(v->ipv4[w->ipv4].ip);
		out->visitor = v->ipv4[w->ipv4++].visitor;
	} else if (w->ipv6 < v->ipv6.len) {
		const struct ipv6_visitor *at =
		    hash_table_at(&v->ipv6, w->ipv6++);

		out->key = at->key;
		out->visitor = at->visitor;
	} else {
		return false;
	}
	if (out->visitor.begins_with_cart) {
		first = hash_table_find(&v->firsts, out->key);
		out->first_goods_id = first->goods_id;
	}
	return true;
}

/* `right` has its page under the name it has on the left. */
static enum err
follow(struct visitors *left, struct ballot *ballot, const struct row *right)
{
	bool is_new;
	struct visitor *v = visitors_meet(left, right->key, &is_new);
	enum err e = ERR_OK;

	if (!v)
		return ERR_NO_MEMORY;
	if (right->visitor.begins_with_cart) {
		if (is_new)
			e = visitors_begin_with_cart(
			    left, v, right->key, right->first_goods_id);
		else if (v->last_page != NAME_NONE)
			e = ballot_add(
			    ballot, right->first_goods_id, v->last_page, 1);
	}
	v->last_page = right->visitor.last_page;
	return e;
}

enum err
visitors_append(struct visitors *left, struct names *left_names,
    struct ballot *ballot, const struct visitors *right,
    const struct names *right_names, struct names_map *map)
{
	struct walk walk = { .visitors = right };
	struct row row;

	while (walk_next(&walk, &row)) {
		uint32_t *page = &row.visitor.last_page;
		enum err e = ERR_OK;

		if (*page != NAME_NONE)
			e = names_map_id(
			    map, left_names, right_names, *page, page);
		if (!e)
			e = follow(left, ballot, &row);
		if (e)
			return e;
	}
	return ERR_OK;
}

void
visitors_use_names(const struct visitors *v, struct names_order *o)
{
	struct walk walk = { .visitors = v };
	struct row row;

	while (walk_next(&walk, &row))
		if (row.visitor.last_page != NAME_NONE)
			names_order_use(o, row.visitor.last_page);
}

static int
by_address(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int order = visitor_is_ipv4(y->key) - visitor_is_ipv4(x->key);

	if (order)
		return order;
	if (x->key.high != y->key.high)
		return x->key.high < y->key.high ? -1 : 1;
	return (x->key.low > y->key.low) - (x->key.low < y->key.low);
}

/* The visitors that are to be written, by address, and how many of each sort
 * there are. */
struct rows {
	struct row *at;
	uint32_t ipv4_len, ipv6_len, firsts_len;
};

static enum err
choose(struct rows *rows, const struct visitors *v, enum visitors_part part)
{
	struct walk walk = { .visitors = v };
	struct row row;
	size_t len = 0;

	*rows = (struct rows){ 0 };
	rows->at = calloc(visitors_len(v) + 1, sizeof(*rows->at));
	if (!rows->at)
		return ERR_NO_MEMORY;
	while (walk_next(&walk, &row)) {
		if (part == VISITORS_PAGES &&
		    row.visitor.last_page == NAME_NONE)
			continue;
		if (visitor_is_ipv4(row.key))
			rows->ipv4_len++;
		else
			rows->ipv6_len++;
		rows->firsts_len +=
		    part == VISITORS_BORDERS && row.visitor.begins_with_cart;
		rows->at[len++] = row;
	}
	qsort(rows->at, len, sizeof(*rows->at), by_address);
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
		writer_u64(w, rows.at[i].key.high);
		writer_u64(w, rows.at[i].key.low);
	}
	for (uint32_t i = 0; rows.firsts_len && i < len; i++)
		if (rows.at[i].visitor.begins_with_cart)
			writer_u64(w, rows.at[i].first_goods_id);
	for (uint32_t i = 0; rows.firsts_len && i < len; i++)
		if (rows.at[i].visitor.begins_with_cart)
			writer_u32(w, i);
	for (uint32_t i = 0; i < rows.ipv4_len; i++)
		writer_u32(w, (uint32_t)rows.at[i].key.low);
	for (uint32_t i = 0; i < len; i++) {
		uint32_t page = rows.at[i].visitor.last_page;

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
static struct row
row_of(struct view *v, size_t i)
{
	struct row row = { .visitor = { .last_page = le32(v->last + 4 * i),
			       .is_there = true } };

	if (i < v->ipv4_len) {
		row.key = ipv4_key(le32(v->ipv4 + 4 * i));
	} else {
		const char *at = v->ipv6 + 16 * (i - v->ipv4_len);

		row.key.high = le64(at);
		row.key.low = le64(at + 8);
	}
	if (v->first < v->firsts_len &&
	    le32(v->first_row + 4 * v->first) == i) {
		row.visitor.begins_with_cart = true;
		row.first_goods_id = le64(v->first_goods + 8 * v->first++);
	}
	return row;
}

enum err
visitors_read(struct visitors *left, unsigned shard, const struct names *n,
    struct ballot *ballot, struct reader *r, const struct names_map *map)
{
	struct row before = { .key = { 0, 0 } };
	struct view view;
	size_t len;

	if (!open_view(&view, r))
		return ERR_CORRUPT;
	len = view.ipv4_len + view.ipv6_len;
	if (!reserve_ipv4(left, view.ipv4_len) ||
	    !hash_table_reserve(&left->ipv6, view.ipv6_len))
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < len; i++) {
		struct row row = row_of(&view, i);
		uint32_t page = row.visitor.last_page;
		enum err e;

		if (shard_of(row.key) != shard || page > map->len ||
		    visitor_is_ipv4(row.key) != (i < view.ipv4_len) ||
		    (i > 0 && by_address(&before, &row) >= 0))
			return ERR_CORRUPT;
		row.visitor.last_page = page ? map->ids[page - 1] : NAME_NONE;
		if (page && !names_is_page(n, row.visitor.last_page))
			return ERR_CORRUPT;
		e = follow(left, ballot, &row);
		if (e)
			return e;
		before = row;
	}
	return view.first == view.firsts_len ? ERR_OK : ERR_CORRUPT;
}
