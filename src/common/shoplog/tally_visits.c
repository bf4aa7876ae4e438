/* Many visits at a time into a tally. Its tables are larger than the caches, so
 * what a line needs is fetched while the lines before it are worked on: a loop
 * over the visits a step, each step fetching for the next one. */
#include "common/shoplog/tally_state.h"

#include "common/shoplog/paths.h"
#include "common/shoplog/scan.h"
#include "common/shoplog/shard.h"

#include <assert.h>

/* A visit on its way. */
struct step {
	uint64_t hash; /* of the address */
	uint8_t shard; /* of the address */
	uint8_t kind;  /* enum event_kind */
	uint32_t category, page;
};

/* A line that names a cart, on its way. */
struct cart_step {
	const struct visit *visit; /* borrowed */
	uint64_t hash;             /* of the cart id */
	uint64_t cart_id;
	uint64_t number;    /* goods id or user id */
	uint64_t item_hash; /* of what it adds to the cart */
	uint32_t page;      /* of the visitor's line before */
	uint32_t index;     /* of the cart in its shard */
	uint8_t shard;      /* of the cart */
	uint8_t kind;       /* EVENT_CART, EVENT_PAY or EVENT_SUCCESS */
};

struct steps {
	struct step at[SCAN_LINES];
	struct cart_step carts[SCAN_LINES];
	size_t len, carts_len;
};

static void
find_visitors(struct tally *t, struct steps *s, const struct visit *visits)
{
	for (size_t i = 0; i < s->len; i++) {
		struct hash_key ip = visits[i].ip;
		struct step *step = &s->at[i];

		step->hash = hash_of(&t->secret, ip);
		step->shard = (uint8_t)shard_of(ip);
		visitors_fetch(
		    &t->shards[step->shard].visitors, ip, step->hash);
	}
}

static void
find_cart(struct tally *t, struct steps *s, const struct visit *visit,
    const struct event *e, enum event_kind kind)
{
	struct cart_step *c = &s->carts[s->carts_len++];
	struct hash_key key = { 0, e->cart_id };

	*c = (struct cart_step){ .visit = visit,
		.cart_id = e->cart_id,
		.number = kind == EVENT_CART ? e->goods_id : e->user_id,
		.hash = hash_of(&t->secret, key),
		.shard = (uint8_t)shard_of(key),
		.kind = (uint8_t)kind };
	hash_table_fetch_slot(&t->shards[c->shard].carts.table, c->hash);
}

static enum err
look_at_paths(struct tally *t, struct steps *s, const struct visit *visits)
{
	for (size_t i = 0; i < s->len; i++) {
		struct step *step = &s->at[i];
		struct path_entry path;
		struct event event;
		enum err e = paths_look_up(
		    t->paths, &t->names, visits[i].rest, &path, &event);

		if (e)
			return e;
		step->kind = path.kind;
		step->category = path.category;
		step->page = path.page;
		if (path.kind == EVENT_CART || path.kind == EVENT_PAY ||
		    path.kind == EVENT_SUCCESS)
			find_cart(t, s, &visits[i], &event, path.kind);
	}
	return ERR_OK;
}

/* Requests of one hour, one behind the other, until another hour comes. */
struct hour_run {
	int32_t day;
	uint32_t hour;
	uint64_t requests;
};

static enum err
add_hour(struct tally *t, const struct hour_run *run)
{
	if (run->requests == 0)
		return ERR_OK;
	return counts_add(
	    &t->counts, run->day, NAME_NONE, run->hour, run->requests);
}

static enum err
add_view(struct tally *t, const struct visit *visit, const struct step *step,
    uint16_t country)
{
	uint32_t slot = COUNT_HOURS + (uint32_t)country;

	if (step->kind == EVENT_CATEGORY)
		slot = visit->second / 3600;

	return counts_add(&t->counts, visit->day, step->category, slot, 1);
}

static enum err
meet_visitors(struct tally *t, struct steps *s, const struct visit *visits)
{
	struct hour_run run = { .requests = 0 };
	struct cart_step *cart = s->carts;
	enum err e = ERR_OK;

	for (size_t i = 0; i < s->len && !e; i++) {
		const struct visit *visit = &visits[i];
		const struct step *step = &s->at[i];
		uint32_t hour = visit->second / 3600;
		struct visitor *v;
		bool is_new;

		v = visitors_meet_hashed(&t->shards[step->shard].visitors,
		    visit->ip, step->hash, &is_new);
		if (!v)
			return ERR_NO_MEMORY;
		if (v->country == COUNTRY_NOT_ASKED) {
			struct address ip = visitor_address(visit->ip);

			v->country = geo_country(t->geo, &ip);
		}
		if (cart < s->carts + s->carts_len && cart->visit == visit) {
			if (is_new && cart->kind == EVENT_CART)
				e = visitors_begin_with_cart(
				    &t->shards[step->shard].visitors, v,
				    visit->ip, cart->number);
			cart->page = v->last_page;
			hash_table_fetch_entry(
			    &t->shards[cart->shard].carts.table, cart->hash);
			cart++;
		}
		v->last_page = step->page;
		if (!e && (run.day != visit->day || run.hour != hour)) {
			e = add_hour(t, &run);
			run = (struct hour_run){ visit->day, hour, 0 };
		}
		run.requests++;
		if (!e)
			e = counts_add(&t->counts, visit->day, NAME_NONE,
			    COUNT_HOURS + v->country, 1);
		if (!e && step->category != NAME_NONE)
			e = add_view(t, visit, step, v->country);
	}
	return e ? e : add_hour(t, &run);
}

static enum err
meet_carts(struct tally *t, struct steps *s)
{
	for (size_t i = 0; i < s->carts_len; i++) {
		struct cart_step *c = &s->carts[i];
		struct carts *carts = &t->shards[c->shard].carts;
		struct cart *cart;
		enum err e = carts_name_hashed(
		    carts, c->cart_id, c->hash, c->visit->day, &cart);

		if (e)
			return e;
		if (c->kind == EVENT_PAY) {
			cart_pay(cart, c->number);
		} else if (c->kind == EVENT_SUCCESS) {
			cart_success(cart, c->visit->day, c->visit->ip);
		} else {
			struct hash_key key = {
				hash_table_index(&carts->table, cart), c->number
			};

			c->index = (uint32_t)key.high;
			c->item_hash = hash_of(&t->secret, key);
			hash_table_fetch_slot(&carts->items, c->item_hash);
		}
	}
	return ERR_OK;
}

static enum err
fill_carts(struct tally *t, const struct steps *s)
{
	for (size_t i = 0; i < s->carts_len; i++) {
		const struct cart_step *c = &s->carts[i];
		struct hash_key key = { c->index, c->number };
		bool is_new;
		enum err e;

		if (c->kind != EVENT_CART)
			continue;
		if (!hash_table_add_hashed(&t->shards[c->shard].carts.items,
			key, c->item_hash, &is_new))
			return ERR_NO_MEMORY;
		if (c->page == NAME_NONE)
			continue;
		e = ballot_add(&t->ballot, c->number, c->page, 1);
		if (e)
			return e;
	}
	return ERR_OK;
}

static void
add_to_summary(
    struct tally *t, const struct steps *s, const struct visit *visits)
{
	struct tally_summary *sum = &t->summary;
	uint64_t other = 0;

	for (size_t i = 0; i < s->len; i++) {
		int64_t moment_s =
		    (int64_t)visits[i].day * 86400 + visits[i].second;

		if (moment_s < sum->first_s)
			sum->first_s = moment_s;
		if (moment_s > sum->last_s)
			sum->last_s = moment_s;
		other += s->at[i].kind == EVENT_OTHER;
	}
	sum->lines = add_saturating(sum->lines, s->len);
	sum->other = add_saturating(sum->other, other);
}

enum err
tally_add_visits(struct tally *t, const struct visit *visits, size_t len)
{
	struct steps s;
	enum err e;

	assert(len <= SCAN_LINES);
	s.len = len;
	s.carts_len = 0;
	if (!t->paths)
		t->paths = paths_new(&t->secret);
	if (!t->paths)
		return ERR_NO_MEMORY;
	find_visitors(t, &s, visits);
	e = look_at_paths(t, &s, visits);
	if (!e)
		e = meet_visitors(t, &s, visits);
	if (!e)
		e = meet_carts(t, &s);
	if (!e)
		e = fill_carts(t, &s);
	add_to_summary(t, &s, visits);
	return e;
}
