/* Many visits at a time into a tally. Its tables are larger than the caches, so
 * what a line needs is fetched while the lines before it are worked on: a loop
 * over the visits a step, each step fetching for the next one. */
#include "common/shoplog/tally_state.h"

#include "common/shoplog/open_day.h"
#include "common/shoplog/paths.h"
#include "common/shoplog/tally_steps.h"

#include <assert.h>

/* Paths that are on their way while one is looked at. */
enum { AHEAD = 12 };

/* Whether the path begins like those of carts do, which are in no memory of
 * paths. A guess: event_classify() knows. */
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

/* Lines whose path is not known. */
struct unknown {
	size_t line[SCAN_LINES], len;
};

/* Those that are about carts go to their list, the others are learnt. */
static enum err
look_closely(struct tally *t, struct steps *s, const struct visit *visits,
    const struct unknown *unknown)
{
	struct path_query query[SCAN_LINES];
	size_t line[SCAN_LINES], len = 0;
	enum err e = ERR_OK;

	for (size_t i = 0; i < unknown->len; i++) {
		size_t at = unknown->line[i];
		struct event event;
		enum event_kind kind = event_classify(visits[at].rest, &event);

		if (event_is_of_cart(kind)) {
			tally_list_cart(t, s, visits, at, kind, &event);
			continue;
		}
		paths_ask(&t->names, kind, &event, &query[len]);
		line[len++] = at;
	}
	for (size_t i = 0; i < len; i++)
		paths_fetch_name(&t->names, &query[i]);
	for (size_t i = 0; !e && i < len; i++)
		e = paths_learn(t->paths, &t->names, visits[line[i]].rest,
		    &query[i], &s->at[line[i]].path);
	return e;
}

/* Visitors are fetched one by one on the way: many at once wait for each other. */
static enum err
look_at_paths(struct tally *t, struct steps *s, const struct visit *visits)
{
	struct path_entry *places[SCAN_LINES];
	struct unknown unknown;

	unknown.len = 0;
	for (size_t i = 0; i < s->len; i++)
		places[i] = path_places(t->paths, visits[i].rest);
	for (size_t i = 0; i < s->len; i++) {
		struct span rest = visits[i].rest;
		const struct path_entry *path = NULL;
		uint64_t hash = visitors_hash(&t->visitors, visits[i].ip);

		if (i + AHEAD < s->len)
			path_fetch(places[i + AHEAD]);
		s->at[i].hash = hash;
		visitors_fetch(&t->visitors, visits[i].ip, hash);
		if (!looks_like_cart(rest))
			path = paths_find(places[i], rest);
		if (!path) {
			unknown.line[unknown.len++] = i;
			continue;
		}
		s->at[i].path = path->meaning;
	}
	return look_closely(t, s, visits, &unknown);
}

static const struct cart_step *
cart_of_line(const struct steps *s, size_t line)
{
	for (size_t i = 0; i < s->carts_len; i++)
		if (s->carts[i].line == line)
			return &s->carts[i];
	return NULL;
}

/* A visitor who is not where most of them are: new, or beside a full bucket. */
static enum err
meet_other(struct tally *t, struct steps *s, const struct visit *visit,
    size_t line, struct visitor **out)
{
	const struct step *step = &s->at[line];
	struct visitors *visitors = &t->visitors;
	const struct cart_step *cart;
	bool is_new;

	*out = visitors_meet_hashed(visitors, visit->ip, step->hash, &is_new);
	if (!*out)
		return ERR_NO_MEMORY;
	if (!is_new || step->path.kind != EVENT_CART)
		return ERR_OK;
	cart = cart_of_line(s, line);
	return visitors_begin_with_cart(
	    visitors, *out, visit->ip, cart->number);
}

/* Counts a visit of a country that has a number. */
static inline enum err
count_visit(struct tally *t, const struct visit *visit, const struct step *step)
{
	struct open_day *d = t->open_day;
	enum err e = ERR_OK;

	if (__builtin_expect(d->day != visit->day, 0)) {
		e = tally_turn_day(t, visit);
		if (!e && d->day != visit->day)
			return tally_count_sparsely(t, visit, step);
		if (e)
			return e;
	}
	if (__builtin_expect(!open_day_count(d, step->path.category,
				 step->path.row, visit->second / 3600,
				 step->country, step->path.kind == EVENT_GOODS),
		0))
		return tally_count_view(t, visit, step);
	return ERR_OK;
}

/* Meets the visitors and counts their visits, but for those whose country is not
 * known so far. */
static enum err
meet_visitors(struct tally *t, struct steps *s, const struct visit *visits)
{
	struct visitors *visitors = &t->visitors;
	int64_t first_s = t->summary.first_s, last_s = t->summary.last_s;
	uint64_t other = 0;

	for (size_t i = 0; i < s->len; i++) {
		const struct visit *visit = &visits[i];
		int64_t moment_s = (int64_t)visit->day * 86400 + visit->second;
		struct step *step = &s->at[i];
		struct visitor *v =
		    visitors_find_near(visitors, visit->ip, step->hash);
		enum err e = ERR_OK;

		first_s = moment_s < first_s ? moment_s : first_s;
		last_s = moment_s > last_s ? moment_s : last_s;
		other += step->path.kind == EVENT_OTHER;
		if (!v)
			e = meet_other(t, s, visit, i, &v);
		if (e)
			return e;
		/* Read before it is written: a part of what has just been
		 * written would be waited for. */
		step->country = (uint8_t)v->country;
		e = visitors_turn(
		    visitors, v, visit->ip, step->path.page, &step->before);
		if (e)
			return e;
		if (country_is_kept(step->country))
			e = count_visit(t, visit, step);
		else
			s->asked[s->asked_len++] = (uint32_t)i;
		if (e)
			return e;
	}
	t->summary.first_s = first_s;
	t->summary.last_s = last_s;
	t->summary.lines = add_saturating(t->summary.lines, s->len);
	t->summary.other = add_saturating(t->summary.other, other);
	return ERR_OK;
}

/* Looks up the countries of new visitors and counts their visits. */
static enum err
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
		enum err e;

		assert(v && !is_new);
		v->country = country_index_number(&t->countries, countries[i]);
		step->country = (uint8_t)v->country;
		if (step->country == COUNTRY_NOT_KEPT)
			e = tally_count_sparsely(t, visit, step);
		else
			e = count_visit(t, visit, step);
		if (e)
			return e;
	}
	return ERR_OK;
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
	if (!has_room(t))
		return ERR_NO_MEMORY;
	if (t->open_day->turns < OPEN_TURNS)
		t->open_day->turns++;
	e = look_at_paths(t, &s, visits);
	if (!e)
		e = meet_visitors(t, &s, visits);
	tally_fetch_carts(t, &s);
	if (!e)
		e = ask_countries(t, &s, visits);
	return e ? e : tally_add_carts(t, &s);
}

enum err
tally_end_visits(struct tally *t)
{
	return t->open_day
		   ? open_day_turn(t->open_day, &t->counts, &t->countries, -1)
		   : ERR_OK;
}

bool
tally_is_settled(const struct tally *t)
{
	return !t->open_day || t->open_day->day == -1;
}
