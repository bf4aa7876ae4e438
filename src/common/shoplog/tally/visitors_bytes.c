/* Visitors in order, written and read. */
#include "common/shoplog/tally/visitors_bytes.h"

#include "common/shoplog/tally/shard.h"

#include <stdlib.h>

void
visitors_rows_cleanup(struct visitors_rows *rows)
{
	free(rows->at);
	free(rows->ipv4);
	free(rows->ipv6);
	*rows = (struct visitors_rows){ 0 };
}

/* Every row that is written, and how many of each shard there are, one place
 * further on in *_from. */
static void
collect(struct visitors_rows *rows, const struct visitors *v, unsigned from,
    unsigned to)
{
	struct visitors_walk walk = { .visitors = v };
	struct visitors_row *row = rows->at;
	uint32_t ipv4_len = 0, ipv6_len = 0;

	while (visitors_walk_next(&walk, row)) {
		uint64_t shard = shard_of(row->key);
		uint64_t i = (uint64_t)(row - rows->at);

		if (shard < from || shard >= to ||
		    (rows->part == VISITORS_PAGES && row->page == NAME_NONE))
			continue;
		if (visitor_is_ipv4(row->key)) {
			rows->ipv4_from[shard + 1]++;
			rows->ipv4[ipv4_len++] = (struct radix_row){
				shard << 32 | (uint32_t)row->key.low, i
			};
		} else {
			rows->ipv6_from[shard + 1]++;
			rows->ipv6[ipv6_len++] =
			    (struct radix_row){ row->key.low, i };
		}
		row++;
	}
	for (unsigned i = 0; i < SHARDS; i++) {
		rows->ipv4_from[i + 1] += rows->ipv4_from[i];
		rows->ipv6_from[i + 1] += rows->ipv6_from[i];
	}
}

/* IPv6 addresses by their low half, then by the high one, then by shard: rows
 * that are equal in it stay as they are. */
static void
sort(struct visitors_rows *rows, struct radix_row *scratch)
{
	uint32_t len = rows->ipv6_from[SHARDS];

	radix_sort(rows->ipv4, scratch, rows->ipv4_from[SHARDS]);
	radix_sort(rows->ipv6, scratch, len);
	for (uint32_t i = 0; i < len; i++)
		rows->ipv6[i].key = rows->at[rows->ipv6[i].value].key.high;
	radix_sort(rows->ipv6, scratch, len);
	for (uint32_t i = 0; i < len; i++)
		rows->ipv6[i].key = shard_of(rows->at[rows->ipv6[i].value].key);
	radix_sort(rows->ipv6, scratch, len);
}

enum err
visitors_rows_init(struct visitors_rows *out, const struct visitors *v,
    enum visitors_part part, unsigned from, unsigned to)
{
	size_t len = visitors_len(v) + 1;
	struct radix_row *scratch = malloc(len * sizeof(*scratch));

	/* The walk writes one row behind the last one. */
	*out = (struct visitors_rows){ .part = part,
		.at = malloc((len + 1) * sizeof(*out->at)),
		.ipv4 = malloc((v->ipv4_len + 1) * sizeof(*out->ipv4)),
		.ipv6 = malloc((v->ipv6.len + 1) * sizeof(*out->ipv6)) };
	if (!scratch || !out->at || !out->ipv4 || !out->ipv6) {
		free(scratch);
		return ERR_NO_MEMORY;
	}
	collect(out, v, from, to);
	sort(out, scratch);
	free(scratch);
	return ERR_OK;
}

/* The rows of one shard, IPv4 first. */
struct shard_rows {
	const struct visitors_row *at;
	const struct radix_row *ipv4, *ipv6;
	uint32_t ipv4_len, ipv6_len;
};

static struct shard_rows
rows_of(const struct visitors_rows *rows, unsigned shard)
{
	uint32_t ipv4 = rows->ipv4_from[shard], ipv6 = rows->ipv6_from[shard];

	return (struct shard_rows){ rows->at, rows->ipv4 + ipv4,
		rows->ipv6 + ipv6, rows->ipv4_from[shard + 1] - ipv4,
		rows->ipv6_from[shard + 1] - ipv6 };
}

static const struct visitors_row *
row_at(const struct shard_rows *s, uint32_t i)
{
	return &s->at[i < s->ipv4_len ? s->ipv4[i].value
				      : s->ipv6[i - s->ipv4_len].value];
}

void
visitors_rows_use_names(
    const struct visitors_rows *rows, unsigned shard, struct names_order *o)
{
	struct shard_rows s = rows_of(rows, shard);

	for (uint32_t i = 0; i < s.ipv4_len + s.ipv6_len; i++)
		if (row_at(&s, i)->page != NAME_NONE)
			names_order_use(o, row_at(&s, i)->page);
}

void
visitors_rows_write(struct writer *w, const struct visitors_rows *rows,
    unsigned shard, const struct names_order *o)
{
	struct shard_rows s = rows_of(rows, shard);
	uint32_t len = s.ipv4_len + s.ipv6_len, firsts_len = 0;

	for (uint32_t i = 0; rows->part == VISITORS_BORDERS && i < len; i++)
		firsts_len += row_at(&s, i)->begins_with_cart;
	writer_u32(w, s.ipv4_len);
	writer_u32(w, s.ipv6_len);
	writer_u32(w, firsts_len);
	writer_u32(w, 0);
	for (uint32_t i = s.ipv4_len; i < len; i++) {
		writer_u64(w, row_at(&s, i)->key.high);
		writer_u64(w, row_at(&s, i)->key.low);
	}
	for (uint32_t i = 0; firsts_len && i < len; i++)
		if (row_at(&s, i)->begins_with_cart)
			writer_u64(w, row_at(&s, i)->first_goods_id);
	for (uint32_t i = 0; firsts_len && i < len; i++)
		if (row_at(&s, i)->begins_with_cart)
			writer_u32(w, i);
	for (uint32_t i = 0; i < s.ipv4_len; i++)
		writer_u32(w, (uint32_t)s.ipv4[i].key);
	for (uint32_t i = 0; i < len; i++) {
		uint32_t page = row_at(&s, i)->page;

		writer_u32(w, page == NAME_NONE ? 0 : 1 + o->rank[page]);
	}
}

/* Whether a is written before b. */
static bool
is_before(const struct visitors_row *a, const struct visitors_row *b)
{
	bool a_is_ipv4 = visitor_is_ipv4(a->key);

	if (a_is_ipv4 != visitor_is_ipv4(b->key))
		return a_is_ipv4;
	if (a->key.high != b->key.high)
		return a->key.high < b->key.high;
	return a->key.low < b->key.low;
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
static struct visitors_row
row_of(struct view *v, size_t i)
{
	struct visitors_row row = { .page = le32(v->last + 4 * i) };

	if (i < v->ipv4_len) {
		row.key = visitor_key_of_ipv4(le32(v->ipv4 + 4 * i));
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
	struct visitors_row before = { .key = { 0, 0 } };
	struct view view;
	size_t len;

	if (!open_view(&view, r))
		return ERR_CORRUPT;
	len = view.ipv4_len + view.ipv6_len;
	if (!visitors_reserve(left, view.ipv4_len, view.ipv6_len))
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < len; i++) {
		struct visitors_row row = row_of(&view, i);
		uint32_t page = row.page;
		enum err e;

		if (shard_of(row.key) != shard || page > map->len ||
		    visitor_is_ipv4(row.key) != (i < view.ipv4_len) ||
		    (i > 0 && !is_before(&before, &row)))
			return ERR_CORRUPT;
		row.page = page ? map->ids[page - 1] : NAME_NONE;
		if (page && !names_is_page(n, row.page))
			return ERR_CORRUPT;
		e = visitors_follow(left, ballot, &row);
		if (e)
			return e;
		before = row;
	}
	return view.first == view.firsts_len ? ERR_OK : ERR_CORRUPT;
}
