/* Many visits at a time into a tally. Its tables are larger than the caches, so
 * what a line needs is fetched while the lines before it are worked on: a loop
 * over the visits a step, each step fetching for the next one. */
#include "common/shoplog/tally_state.h"

#include "common/shoplog/open_day.h"
#include "common/shoplog/paths.h"
#include "common/shoplog/scan.h"
#include "common/shoplog/shard.h"

#include <assert.h>

/* So many days in one batch are no day that stays open. */
enum { DAYS_MAX = 4 };

/* A visit on its way. */
struct step {
	uint64_t hash; /* of the address */
	uint32_t category, page;
	uint32_t before; /* page of the visitor's line before */
	uint8_t kind;    /* enum event_kind */
	uint8_t country; /* country_index.h */
};

/* A line that names a cart, on its way. */
struct cart_step {
	const struct visit *visit; /* borrowed */
	uint64_t hash;             /* of the cart id */
	uint64_t cart_id;
	uint64_t number;    /* goods id or user id */
	uint64_t item_hash; /* of what it adds to the cart */
	uint32_t line;      /* in the batch */
	uint32_t index;     /* of the cart in its shard */
	uint8_t shard;      /* of the cart */
	uint8_t kind;       /* EVENT_CART, EVENT_PAY or EVENT_SUCCESS */
};

struct steps {
	struct step at[SCAN_LINES];
	struct cart_step carts[SCAN_LINES];
	uint32_t asked[SCAN_LINES]; /* lines of visitors without a country */
	size_t len, carts_len, asked_len;
	bool has_country_not_kept;
};

/* Whether the path begins like those of carts do, which are in no memory of
 * paths. false is no promise. */
static inline bool
looks_like_cart(struct span rest)
{
	uint64_t first, cart, pay, success;

	memcpy(&first, rest.data, 8);
	memcpy(&cart, "/cart?go", 8);
	memcpy(&pay, "/pay?use", 8);
	memcpy(&success, "/success", 8);
	return (first == cart) | (first == pay) | (first == success);
}

/* Classifies the path and remembers it. */
static enum err
learn_path(struct tally *t, struct step *step, struct span rest)
{
	struct path_entry path;
	enum err e = paths_learn(t->paths, &t->names, rest, &path);

	step->kind = path.kind;
	step->category = path.category;
	step->page = path.page;
	return e;
}

/* Puts a line that may be about a cart on its list; false: it is not. */
static bool
find_cart(
    struct tally *t, struct steps *s, const struct visit *visits, size_t i)
{
	struct cart_step *c = &s->carts[s->carts_len];
	struct step *step = &s->at[i];
	struct hash_key key = { 0, 0 };
	struct event event;
	enum event_kind kind = event_classify(visits[i].rest, &event);

	if (!event_is_of_cart(kind))
		return false;
	step->kind = (uint8_t)kind;
	step->category = step->page = NAME_NONE;
	key.low = event.cart_id;
	*c = (struct cart_step){ .visit = &visits[i],
		.cart_id = event.cart_id,
		.hash = hash_of(&t->secret, key),
		.line = (uint32_t)i,
		.shard = (uint8_t)shard_of(key),
		.kind = (uint8_t)kind };
	if (kind == EVENT_CART)
		c->number = event.goods_id;
	else if (kind == EVENT_PAY)
		c->number = event.user_id;
	hash_table_fetch_bucket(&t->carts[c->shard].table, c->hash);
	s->carts_len++;
	return true;
}

/* Visitors are fetched one by one on the way: many at once wait for each other. */
static enum err
look_at_paths(struct tally *t, struct steps *s, const struct visit *visits)
{
	size_t unknown[SCAN_LINES], unknown_len = 0;

	for (size_t i = 0; i < s->len; i++) {
		struct span rest = visits[i].rest;
		const struct path_entry *path = NULL;
		uint64_t hash = visitors_hash(&t->visitors, visits[i].ip);

		s->at[i].hash = hash;
		visitors_fetch(&t->visitors, visits[i].ip, hash);
		if (!looks_like_cart(rest))
			path = paths_find(t->paths, rest);
		if (!path) {
			unknown[unknown_len++] = i;
			continue;
		}
		s->at[i].kind = path->kind;
		s->at[i].category = path->category;
		s->at[i].page = path->page;
	}
	for (size_t i = 0; i < unknown_len; i++) {
		size_t line = unknown[i];
		enum err e;

		if (find_cart(t, s, visits, line))
			continue;
		e = learn_path(t, &s->at[line], visits[line].rest);
		if (e)
			return e;
	}
	return ERR_OK;
}

static const struct cart_step *
cart_of_line(const struct steps *s, size_t line)
{
	for (size_t i = 0; i < s->carts_len; i++)
		if (s->carts[i].line == line)
			return &s->carts[i];
	return NULL;
}

static enum err
meet_stranger(struct tally *t, struct steps *s, const struct visit *visit,
    size_t line, struct visitor **out)
{
	const struct step *step = &s->at[line];
	struct visitors *visitors = &t->visitors;
	const struct cart_step *cart;
	bool is_new;

	*out = visitors_meet_hashed(visitors, visit->ip, step->hash, &is_new);
	if (!*out)
		return ERR_NO_MEMORY;
	if (!is_new || step->kind != EVENT_CART)
		return ERR_OK;
	cart = cart_of_line(s, line);
	return visitors_begin_with_cart(
	    visitors, *out, visit->ip, cart->number);
}

static enum err
meet_visitors(struct tally *t, struct steps *s, const struct visit *visits)
{
	for (size_t i = 0; i < s->len; i++) {
		const struct visit *visit = &visits[i];
		struct step *step = &s->at[i];
		struct visitors *visitors = &t->visitors;
		struct visitor *v = NULL;
		enum err e = ERR_OK;

		if (visitor_is_ipv4(visit->ip))
			v = visitors_find_near(
			    visitors, (uint32_t)visit->ip.low, step->hash);
		if (!v)
			e = meet_stranger(t, s, visit, i, &v);
		if (!e)
			e = visitors_turn(
			    visitors, v, visit->ip, step->page, &step->before);
		if (e)
			return e;
		step->country = (uint8_t)v->country;
		if (!country_is_kept(step->country))
			s->asked[s->asked_len++] = (uint32_t)i;
	}
	return ERR_OK;
}

/* Looks up the countries of new visitors. */
static void
ask_countries(struct tally *t, struct steps *s, const struct visit *visits)
{
	struct address ips[SCAN_LINES];
	uint16_t countries[SCAN_LINES];

	for (size_t i = 0; i < s->asked_len; i++)
		ips[i] = visitor_address(visits[s->asked[i]].ip);
	geo_countries(t->geo, ips, s->asked_len, countries);
	for (size_t i = 0; i < s->asked_len; i++) {
		const struct visit *visit = &visits[s->asked[i]];
		struct step *step = &s->at[s->asked[i]];
		bool is_new;
		struct visitor *v = visitors_meet_hashed(
		    &t->visitors, visit->ip, step->hash, &is_new);

		assert(v && !is_new);
		v->country = country_index_number(&t->countries, countries[i]);
		step->country = (uint8_t)v->country;
		s->has_country_not_kept |= step->country == COUNTRY_NOT_KEPT;
	}
}

static enum err
count_sparsely(
    struct tally *t, const struct visit *visit, const struct step *step)
{
	uint32_t hour = visit->second / 3600, slot;
	struct address ip;
	uint16_t country;
	enum err e;

	ip = visitor_address(visit->ip);
	country = step->country == COUNTRY_NOT_KEPT
		      ? geo_country(t->geo, &ip)
		      : t->countries.country[step->country];
	slot = COUNT_HOURS + (uint32_t)country;
	e = counts_add(&t->counts, visit->day, NAME_NONE, hour, 1);
	if (!e)
		e = counts_add(&t->counts, visit->day, NAME_NONE, slot, 1);
	if (e || step->category == NAME_NONE)
		return e;
	return counts_add(&t->counts, visit->day, step->category,
	    step->kind == EVENT_CATEGORY ? hour : slot, 1);
}

/* A view whose category has no row. */
static enum err
count_view(struct tally *t, const struct visit *visit, const struct step *step)
{
	uint32_t slot = visit->second / 3600;

	if (step->kind == EVENT_GOODS)
		slot =
		    COUNT_HOURS + (uint32_t)t->countries.country[step->country];
	return counts_add(&t->counts, visit->day, step->category, slot, 1);
}

static enum err
count_densely(
    struct tally *t, const struct steps *s, const struct visit *visits)
{
	struct open_day *d = t->open_day;

	for (size_t i = 0; i < s->len; i++) {
		const struct step *step = &s->at[i];
		uint32_t hour = visits[i].second / 3600;
		uint32_t country = COUNT_HOURS + (uint32_t)step->country;
		uint32_t is_goods = -(uint32_t)(step->kind == EVENT_GOODS);
		struct open_row *row;
		enum err e = ERR_OK;

		if (__builtin_expect(d->day != visits[i].day, 0))
			e = open_day_turn(
			    d, &t->counts, &t->countries, visits[i].day);
		row = open_day_row(d, step->category);
		d->requests.slots[hour]++;
		d->requests.slots[country]++;
		if (__builtin_expect(row != NULL, 1))
			row->slots[(country & is_goods) | (hour & ~is_goods)]++;
		else if (!e)
			e = count_view(t, &visits[i], step);
		if (e)
			return e;
	}
	return ERR_OK;
}

static enum err
count(struct tally *t, const struct steps *s, const struct visit *visits)
{
	int32_t day = t->open_day->day;
	unsigned days = 0;

	for (size_t i = 0; i < s->len; i++) {
		days += visits[i].day != day;
		day = visits[i].day;
	}
	if (days <= DAYS_MAX && !s->has_country_not_kept)
		return count_densely(t, s, visits);
	for (size_t i = 0; i < s->len; i++) {
		enum err e = count_sparsely(t, &visits[i], &s->at[i]);

		if (e)
			return e;
	}
	return ERR_OK;
}

static void
fetch_carts(struct tally *t, struct steps *s)
{
	for (size_t i = 0; i < s->carts_len; i++)
		hash_table_fetch_entry(
		    &t->carts[s->carts[i].shard].table, s->carts[i].hash);
}

static enum err
meet_carts(struct tally *t, struct steps *s)
{
	for (size_t i = 0; i < s->carts_len; i++) {
		struct cart_step *c = &s->carts[i];
		struct carts *carts = &t->carts[c->shard];
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
			hash_table_fetch_bucket(&carts->items, c->item_hash);
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
		uint32_t page = s->at[c->line].before;
		bool is_new;
		enum err e;

		if (c->kind != EVENT_CART)
			continue;
		if (!hash_table_add_hashed(
			&t->carts[c->shard].items, key, c->item_hash, &is_new))
			return ERR_NO_MEMORY;
		if (page == NAME_NONE)
			continue;
		e = ballot_add(&t->ballot, c->number, page, 1);
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
	int64_t first_s = sum->first_s, last_s = sum->last_s;
	uint64_t other = 0;

	for (size_t i = 0; i < s->len; i++) {
		int64_t moment_s =
		    (int64_t)visits[i].day * 86400 + visits[i].second;

		first_s = moment_s < first_s ? moment_s : first_s;
		last_s = moment_s > last_s ? moment_s : last_s;
		other += s->at[i].kind == EVENT_OTHER;
	}
	sum->first_s = first_s;
	sum->last_s = last_s;
	sum->lines = add_saturating(sum->lines, s->len);
	sum->other = add_saturating(sum->other, other);
}

/* What only visits need, made when they come. */
static bool
has_room(struct tally *t)
{
	if (!t->paths)
		t->paths = paths_new(&t->secret);
	if (!t->open_day)
		t->open_day = open_day_new();
	return t->paths && t->open_day;
}

enum err
tally_add_visits(struct tally *t, const struct visit *visits, size_t len)
{
	struct steps s;
	enum err e;

	assert(len <= SCAN_LINES);
	s.len = len;
	s.carts_len = s.asked_len = 0;
	s.has_country_not_kept = false;
	if (!has_room(t))
		return ERR_NO_MEMORY;
	e = look_at_paths(t, &s, visits);
	if (!e)
		e = meet_visitors(t, &s, visits);
	if (!e)
		ask_countries(t, &s, visits);
	fetch_carts(t, &s);
	if (!e)
		e = count(t, &s, visits);
	if (!e)
		e = meet_carts(t, &s);
	if (!e)
		e = fill_carts(t, &s);
	add_to_summary(t, &s, visits);
	return e;
}

enum err
tally_end_visits(struct tally *t)
{
	return t->open_day
		   ? open_day_turn(t->open_day, &t->counts, &t->countries, -1)
		   : ERR_OK;
}
