/* Addresses and what of them crosses a border. */
#include "common/shoplog/tally/visitors.h"

#include "common/shoplog/table/buckets.h"
#include "common/shoplog/tally/country_index.h"

#include <stdlib.h>

enum { FIRST_BUCKETS = 32 };

void
visitors_init(struct visitors *v, const struct hash_secret *secret)
{
	*v = (struct visitors){ .secret = *secret };
	hash_table_init(&v->firsts, sizeof(struct first_cart), secret);
	hash_table_init(&v->far_pages, sizeof(struct far_page), secret);
}

void
visitors_cleanup(struct visitors *v)
{
	free(v->buckets);
	ipv6_visitors_cleanup(&v->ipv6);
	hash_table_cleanup(&v->firsts);
	hash_table_cleanup(&v->far_pages);
	*v = (struct visitors){ 0 };
}

/* The place of the address, or the free one where it belongs. */
static struct visitor *
probe(struct visitors_bucket *all, size_t len, uint32_t ip, uint64_t hash,
    uint32_t **place_of_ip)
{
	size_t i = hash & (len - 1);
	unsigned place;

	while ((place = visitors_bucket_find(&all[i], ip)) == BUCKET_PLACES)
		i = (i + 1) & (len - 1);
	*place_of_ip = &all[i].ip[place];
	return &all[i].visitor[place];
}

static bool
reserve_ipv4(struct visitors *v, size_t ipv4_len)
{
	size_t len = v->buckets_len ? v->buckets_len : FIRST_BUCKETS;
	struct visitors_bucket *all;

	while (len * BUCKET_FILL < ipv4_len)
		len *= 2;
	if (len == v->buckets_len)
		return true;
	all = buckets_new(len * sizeof(*all));
	if (!all)
		return false;
	for (size_t i = 0; i < v->buckets_len * BUCKET_PLACES; i++) {
		const struct visitors_bucket *b =
		    &v->buckets[i / BUCKET_PLACES];
		unsigned place = i % BUCKET_PLACES;
		uint32_t ip = b->ip[place], *to_ip;
		struct visitor *to;

		if (b->visitor[place].country == COUNTRY_NOBODY)
			continue;
		to = probe(all, len, ip,
		    visitors_hash(v, visitor_key_of_ipv4(ip)), &to_ip);
		*to = b->visitor[place];
		*to_ip = ip;
	}
	free(v->buckets);
	v->buckets = all;
	v->buckets_len = len;
	return true;
}

bool
visitors_reserve(struct visitors *v, size_t ipv4_len, size_t ipv6_len)
{
	return reserve_ipv4(v, ipv4_len) &&
	       ipv6_visitors_reserve(&v->ipv6, ipv6_len, &v->secret);
}

static struct visitor *
meet_ipv4(struct visitors *v, uint32_t ip, uint64_t hash)
{
	struct visitor *found;
	uint32_t *place;

	if (!reserve_ipv4(v, v->ipv4_len + 1))
		return NULL;
	found = probe(v->buckets, v->buckets_len, ip, hash, &place);
	v->ipv4_len += found->country == COUNTRY_NOBODY;
	*place = ip;
	return found;
}

struct visitor *
visitors_meet_hashed(
    struct visitors *v, struct hash_key key, uint64_t hash, bool *is_new)
{
	struct visitor *visitor;

	if (visitor_is_ipv4(key))
		visitor = meet_ipv4(v, (uint32_t)key.low, hash);
	else
		visitor = ipv6_visitors_meet(&v->ipv6, key, hash, &v->secret);
	if (!visitor)
		return NULL;
	*is_new = visitor->country == COUNTRY_NOBODY;
	if (*is_new)
		*visitor = (struct visitor){ .page = VISITOR_NO_PAGE,
			.country = COUNTRY_NOT_ASKED };
	return visitor;
}

struct visitor *
visitors_meet(struct visitors *v, struct hash_key key, bool *is_new)
{
	return visitors_meet_hashed(v, key, visitors_hash(v, key), is_new);
}

/* The page of a visitor, far or not. */
static uint32_t
page_of(const struct visitors *v, const struct visitor *visitor,
    struct hash_key key)
{
	const struct far_page *far;

	if (visitor->page == VISITOR_NO_PAGE)
		return NAME_NONE;
	if (visitor->page != VISITOR_FAR_PAGE)
		return visitor->page;
	far = hash_table_find(&v->far_pages, key);
	return far->page;
}

bool
visitors_page(const struct visitors *v, struct hash_key key, uint32_t *page)
{
	uint64_t hash = visitors_hash(v, key);
	const struct visitor *visitor = NULL;
	uint32_t *place;

	if (!visitor_is_ipv4(key))
		visitor = ipv6_visitors_find(&v->ipv6, key, hash);
	else if (v->buckets_len)
		visitor = probe(v->buckets, v->buckets_len, (uint32_t)key.low,
		    hash, &place);
	if (!visitor || visitor->country == COUNTRY_NOBODY)
		return false;
	*page = page_of(v, visitor, key);
	return true;
}

enum err
visitors_turn_far(struct visitors *v, struct visitor *visitor,
    struct hash_key key, uint32_t page, uint32_t *before)
{
	struct far_page *far;
	bool is_new;

	*before = page_of(v, visitor, key);
	visitor->page = page < VISITOR_FAR_PAGE ? page : VISITOR_NO_PAGE;
	if (page < VISITOR_FAR_PAGE || page == NAME_NONE)
		return ERR_OK;
	far = hash_table_add(&v->far_pages, key, &is_new);
	if (!far)
		return ERR_NO_MEMORY;
	far->page = page;
	visitor->page = VISITOR_FAR_PAGE;
	return ERR_OK;
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

/* NULL at the end. */
static const struct visitor *
next_of(struct visitors_walk *w, struct hash_key *key)
{
	const struct visitors *v = w->visitors;

	while (w->place < v->buckets_len * BUCKET_PLACES) {
		const struct visitors_bucket *b =
		    &v->buckets[w->place / BUCKET_PLACES];
		size_t place = w->place++ % BUCKET_PLACES;

		*key = visitor_key_of_ipv4(b->ip[place]);
		if (b->visitor[place].country != COUNTRY_NOBODY)
			return &b->visitor[place];
	}
	return ipv6_visitors_next(&v->ipv6, &w->ipv6, key);
}

bool
visitors_walk_next(struct visitors_walk *w, struct visitors_row *out)
{
	const struct visitor *visitor;

	*out = (struct visitors_row){ .page = NAME_NONE };
	visitor = next_of(w, &out->key);
	if (!visitor)
		return false;
	out->page = page_of(w->visitors, visitor, out->key);
	if (visitor->begins_with_cart) {
		const struct first_cart *first =
		    hash_table_find(&w->visitors->firsts, out->key);

		out->begins_with_cart = true;
		out->first_goods_id = first->goods_id;
	}
	return true;
}

enum err
visitors_follow(
    struct visitors *v, struct ballot *ballot, const struct visitors_row *right)
{
	uint32_t before;
	bool is_new;
	struct visitor *visitor = visitors_meet(v, right->key, &is_new);
	enum err e;

	if (!visitor)
		return ERR_NO_MEMORY;
	e = visitors_turn(v, visitor, right->key, right->page, &before);
	if (e || !right->begins_with_cart)
		return e;
	if (is_new)
		return visitors_begin_with_cart(
		    v, visitor, right->key, right->first_goods_id);
	return before == NAME_NONE
		   ? ERR_OK
		   : ballot_add(ballot, right->first_goods_id, before, 1);
}

enum err
visitors_append(struct visitors *left, struct names *left_names,
    struct ballot *ballot, const struct visitors *right,
    const struct names *right_names, struct names_map *map)
{
	struct visitors_walk walk = { .visitors = right };
	struct visitors_row row;

	while (visitors_walk_next(&walk, &row)) {
		enum err e = ERR_OK;

		if (row.page != NAME_NONE)
			e = names_map_id(
			    map, left_names, right_names, row.page, &row.page);
		if (!e)
			e = visitors_follow(left, ballot, &row);
		if (e)
			return e;
	}
	return ERR_OK;
}
