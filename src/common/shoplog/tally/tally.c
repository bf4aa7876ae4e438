/* The tally: one event in, every number that it changes; and two neighbours
 * into one. What each part does at the border is said where the part is
 * (visitors.c, carts.c); here they are only held together. */
#include "common/shoplog/tally/tally_state.h"

#include "common/shoplog/table/names_map.h"
#include "common/shoplog/tally/shard.h"

#include <assert.h>
#include <stdlib.h>

struct tally *
tally_new(const struct geo *geo)
{
	struct hash_secret secret;
	struct tally *t;

	if (!hash_secret_new(&secret))
		return NULL;
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->geo = geo;
	t->secret = secret;
	tally_summary_init(&t->summary);
	names_init(&t->names, &secret);
	counts_init(&t->counts);
	ballot_init(&t->ballot, &secret);
	visitors_init(&t->visitors, &secret);
	for (unsigned i = 0; i < SHARDS; i++)
		carts_init(&t->carts[i], &secret);
	return t;
}

void
tally_free(struct tally *t)
{
	if (!t)
		return;
	free(t->paths);
	free(t->open_day);
	names_cleanup(&t->names);
	counts_cleanup(&t->counts);
	ballot_cleanup(&t->ballot);
	visitors_cleanup(&t->visitors);
	for (unsigned i = 0; i < SHARDS; i++)
		carts_cleanup(&t->carts[i]);
	free(t);
}

const struct tally_summary *
tally_summary(const struct tally *t)
{
	return &t->summary;
}

/* The country of the visitor, who is asked for it once. */
static uint16_t
country_of(struct tally *t, struct visitor *v, const struct address *address)
{
	uint16_t country;

	if (country_is_kept(v->country))
		return t->countries.country[v->country];
	country = geo_country(t->geo, address);
	v->country = country_index_number(&t->countries, country);
	return country;
}

static enum err
add_category_view(struct tally *t, const struct event *e)
{
	uint32_t category;
	enum err err = names_category(&t->names, e->category, &category);

	return err ? err
		   : counts_add(
			 &t->counts, e->day, category, e->second / 3600, 1);
}

static enum err
add_goods_view(
    struct tally *t, const struct event *e, uint32_t page, uint16_t country)
{
	return counts_add(&t->counts, e->day,
	    names_category_of(&t->names, page), COUNT_HOURS + country, 1);
}

/* page  of the visitor's line before this one; NAME_NONE: none */
static enum err
add_cart_line(
    struct tally *t, const struct event *e, struct hash_key ip, uint32_t page)
{
	struct carts *carts =
	    &t->carts[shard_of((struct hash_key){ 0, e->cart_id })];
	struct cart *cart;
	enum err err = carts_name(carts, e->cart_id, e->day, &cart);

	if (err)
		return err;
	if (e->kind == EVENT_PAY) {
		cart_pay(cart, e->user_id);
	} else if (e->kind == EVENT_SUCCESS) {
		cart_success(cart, e->day, ip);
	} else {
		err = carts_hold(carts, cart, e->goods_id);
		if (!err && page != NAME_NONE)
			err = ballot_add(&t->ballot, e->goods_id, page, 1);
	}
	return err;
}

enum err
tally_add(struct tally *t, const struct event *e)
{
	int64_t moment_s = (int64_t)e->day * 86400 + e->second;
	struct hash_key ip = visitor_key(&e->address);
	struct visitors *visitors = &t->visitors;
	uint32_t page = NAME_NONE, before;
	uint16_t country;
	struct visitor *v;
	bool is_new;
	enum err err = ERR_OK;

	if (e->kind == EVENT_GOODS)
		err = names_page(&t->names, e->category, e->goods, &page);
	v = err ? NULL : visitors_meet(visitors, ip, &is_new);
	if (!v)
		return ERR_NO_MEMORY;
	country = country_of(t, v, &e->address);
	if (is_new && e->kind == EVENT_CART)
		err = visitors_begin_with_cart(visitors, v, ip, e->goods_id);
	if (!err)
		err = visitors_turn(visitors, v, ip, page, &before);
	if (err)
		return err;
	t->summary.lines = add_saturating(t->summary.lines, 1);
	tally_summary_widen(&t->summary, moment_s, moment_s);
	err = counts_add(&t->counts, e->day, NAME_NONE, e->second / 3600, 1);
	if (!err)
		err = counts_add(
		    &t->counts, e->day, NAME_NONE, COUNT_HOURS + country, 1);
	if (err)
		return err;
	switch (e->kind) {
	case EVENT_HOME:
		return ERR_OK;
	case EVENT_CATEGORY:
		return add_category_view(t, e);
	case EVENT_GOODS:
		return add_goods_view(t, e, page, country);
	case EVENT_CART:
	case EVENT_PAY:
	case EVENT_SUCCESS:
		return add_cart_line(t, e, ip, before);
	case EVENT_OTHER:
		t->summary.other = add_saturating(t->summary.other, 1);
		return ERR_OK;
	}
	return ERR_INTERNAL;
}

void
tally_add_malformed(struct tally *t, uint32_t file, uint64_t offset)
{
	tally_summary_add_malformed(
	    &t->summary, (struct malformed_place){ file, offset });
}

void
tally_add_bytes(struct tally *t, uint64_t bytes)
{
	t->summary.bytes = add_saturating(t->summary.bytes, bytes);
}

static enum err
append_counts(struct tally *left, const struct tally *right,
    struct names_map *map, const struct tally_wanted *wanted)
{
	uint32_t ids[TALLY_WANTED_MAX];

	if (!wanted)
		return counts_append(&left->counts, &left->names,
		    &right->counts, &right->names, map);
	assert(wanted->len <= TALLY_WANTED_MAX);
	for (size_t i = 0; i < wanted->len; i++)
		ids[i] =
		    names_find_category(&right->names, wanted->categories[i]);
	return counts_append_of(&left->counts, &left->names, &right->counts,
	    &right->names, map, ids, wanted->len);
}

/* All that is neither cart nor visitor. */
static enum err
append_common(struct tally *left, const struct tally *right,
    struct names_map *map, const struct tally_wanted *wanted)
{
	enum err e = append_counts(left, right, map, wanted);

	if (!e)
		e = ballot_append(&left->ballot, &left->names, &right->ballot,
		    &right->names, map);
	tally_summary_append(&left->summary, &right->summary);
	return e;
}

enum err
tally_append(struct tally *left, const struct tally *right)
{
	struct names_map map;
	enum err e;

	assert(left != right);
	assert(tally_is_settled(left) && tally_is_settled(right));
	e = names_map_init(&map, &right->names);
	if (e)
		return e;
	e = append_common(left, right, &map, NULL);
	if (!e)
		e = visitors_append(&left->visitors, &left->names,
		    &left->ballot, &right->visitors, &right->names, &map);
	for (unsigned i = 0; !e && i < SHARDS; i++)
		e = carts_append(&left->carts[i], &right->carts[i]);
	names_map_cleanup(&map);
	return e;
}

/* The vote of a visitor whose first line in parts[at] is an add-to-cart, for the
 * page of its line before, in the nearest part that has one. */
static enum err
vote_at_border(struct tally *const *parts, size_t at,
    const struct first_cart *first, struct names_map *maps)
{
	struct tally *all = parts[0];
	uint32_t page = NAME_NONE;
	enum err e = ERR_OK;

	while (at > 0 &&
	       !visitors_page(&parts[at - 1]->visitors, first->key, &page))
		at--;
	if (page == NAME_NONE)
		return ERR_OK;
	if (--at > 0)
		e = names_map_id(
		    &maps[at], &all->names, &parts[at]->names, page, &page);
	return e ? e : ballot_add(&all->ballot, first->goods_id, page, 1);
}

static enum err
conclude(struct tally *const *parts, size_t len,
    const struct tally_wanted *wanted, struct names_map *maps)
{
	enum err e = ERR_OK;

	for (size_t i = 1; !e && i < len; i++) {
		e = names_map_init(&maps[i], &parts[i]->names);
		if (!e)
			e = append_common(parts[0], parts[i], &maps[i], wanted);
	}
	for (size_t i = 1; !e && i < len; i++) {
		const struct hash_table *firsts = &parts[i]->visitors.firsts;

		for (size_t k = 0; !e && k < firsts->len; k++)
			e = vote_at_border(
			    parts, i, hash_table_at(firsts, k), maps);
	}
	return e;
}

enum err
tally_conclude(
    struct tally *const *parts, size_t len, const struct tally_wanted *wanted)
{
	struct names_map *maps = calloc(len, sizeof(*maps));
	enum err e = maps ? conclude(parts, len, wanted, maps) : ERR_NO_MEMORY;

	for (size_t i = 0; i < len; i++) {
		visitors_cleanup(&parts[i]->visitors);
		if (maps)
			names_map_cleanup(&maps[i]);
	}
	free(maps);
	return e;
}

bool
tally_has_category(const struct tally *t, struct span category)
{
	return names_find_category(&t->names, category) != NAME_NONE;
}

void
tally_precede(struct tally *t, const struct tally_summary *before)
{
	struct tally_summary both = *before;

	tally_summary_append(&both, &t->summary);
	t->summary = both;
}
