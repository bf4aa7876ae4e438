/* Many visits at a time into a tally. Its tables are larger than the caches, so
 * what a line needs is fetched while the lines before it are worked on: a loop
 * over the visits a step, each step fetching for the next one. */
#include "common/shoplog/tally/tally_state.h"

#include "common/shoplog/tally/open_day.h"
#include "common/shoplog/tally/tally_steps.h"

#include <assert.h>

/* Fetches the visitors of one kind of address.
 *
 * is_ipv6  s->is_ipv6, for a loop of its own */
static inline __attribute__((always_inline)) void
fetch_visitors(
    struct tally *t, struct steps *s, const struct visit *visits, bool is_ipv6)
{
	for (size_t i = 0; i < s->len; i++) {
		struct hash_key ip = visits[i].ip;
		struct step *step = &s->at[i];

		if (is_ipv6) {
			step->ipv6_bucket =
			    visitors_bucket_of_ipv6(&t->visitors, ip);
			__builtin_prefetch(step->ipv6_bucket);
		} else {
			step->bucket = visitors_bucket_of(&t->visitors, ip);
			__builtin_prefetch(step->bucket);
		}
	}
}

/* Visitors of the kind of address that most lines before had. */
static void
fetch_near(struct tally *t, struct steps *s, const struct visit *visits)
{
	s->is_ipv6 = t->is_ipv6;
	if (s->is_ipv6)
		fetch_visitors(t, s, visits, true);
	else
		fetch_visitors(t, s, visits, false);
}

static const struct cart_step *
cart_of_line(const struct steps *s, size_t line)
{
	for (size_t i = 0; i < s->carts_len; i++)
		if (s->carts[i].line == line)
			return &s->carts[i];
	return NULL;
}

/* Counts a visit of a country that has a number. */
static enum err
count_visit(struct tally *t, const struct visit *visit, const struct step *step)
{
	struct open_day *d = t->open_day;
	enum err e = ERR_OK;

	if (d->day != visit->day)
		e = tally_turn_day(t, visit->day);
	if (e)
		return e;
	if (d->day != visit->day)
		return tally_count_sparsely(t, visit, step);
	open_day_count(
	    d, step->path.row, visit->second / 3600, step->country, 1);
	return step->path.row == OPEN_ROW_SHARED
		   ? tally_count_view(t, visit, step)
		   : ERR_OK;
}

static inline uint8_t
meet_one(struct step *step, const struct visit *visit, bool is_ipv6)
{
	return is_ipv6 ? ipv6_visitors_meet_near(step->ipv6_bucket, visit->ip,
			     step->path.page, &step->before)
		       : visitors_meet_near(step->bucket, visit->ip,
			     step->path.page, &step->before);
}

/* Meets visitors, but for those who are not near, and counts their visits if all of
 * the batch are of the open day. There is no branch that depends on who it is: nobody
 * can guess.
 *
 * is_ipv6  s->is_ipv6, for a loop of its own */
static inline __attribute__((always_inline)) void
meet_near(struct tally *t, struct steps *s, const struct visit *visits,
    bool is_counted, bool is_ipv6)
{
	struct open_day *d = t->open_day;
	size_t others = 0, shared = 0;

	for (size_t i = 0; i < s->len; i++) {
		struct step *step = &s->at[i];
		uint8_t row = step->path.row;
		uint8_t country = meet_one(step, &visits[i], is_ipv6);
		bool is_met = country != COUNTRY_NOBODY;

		step->country = country;
		open_day_count(d, row, visits[i].second / 3600, country,
		    is_met & is_counted);
		s->others[others] = (uint32_t)i;
		others += !is_met;
		if (__builtin_expect(row == OPEN_ROW_SHARED, 0)) {
			s->shared[shared] = (uint32_t)i;
			shared += is_met;
		}
	}
	s->others_len = others;
	s->shared_len = shared;
}

/* What meet_near() leaves to be counted of those that it has met. */
static enum err
count_near(struct tally *t, const struct steps *s, const struct visit *visits,
    bool is_counted)
{
	enum err e = ERR_OK;

	for (size_t i = 0; !e && is_counted && i < s->shared_len; i++)
		e = tally_count_view(
		    t, &visits[s->shared[i]], &s->at[s->shared[i]]);
	for (size_t i = 0; !e && !is_counted && i < s->len; i++)
		if (s->at[i].country != COUNTRY_NOBODY)
			e = count_visit(t, &visits[i], &s->at[i]);
	return e;
}

/* A visitor who is new, has an IPv6 address, or is beside a full bucket. */
static inline enum err
meet_other(struct tally *t, struct steps *s, const struct visit *visit,
    uint32_t line, uint64_t hash)
{
	struct step *step = &s->at[line];
	struct visitors *visitors = &t->visitors;
	struct visitor *v = NULL;
	struct address ip;
	bool is_new = false;
	enum err e = ERR_OK;

	if (!visitor_is_ipv4(visit->ip))
		v = ipv6_visitors_find_near(&visitors->ipv6, visit->ip, hash);
	if (!v)
		v = visitors_meet_hashed(visitors, visit->ip, hash, &is_new);
	if (!v)
		return ERR_NO_MEMORY;
	if (is_new && step->path.kind == EVENT_CART)
		e = visitors_begin_with_cart(
		    visitors, v, visit->ip, cart_of_line(s, line)->number);
	step->country = (uint8_t)v->country;
	if (!e)
		e = visitors_turn(
		    visitors, v, visit->ip, step->path.page, &step->before);
	if (e)
		return e;
	if (country_is_kept(step->country))
		return count_visit(t, visit, step);
	s->asked[s->asked_len++] = (struct asked){ v, line };
	ip = visitor_address(visit->ip);
	geo_fetch(t->geo, &ip);
	return ERR_OK;
}

/* Lines of visitors who are elsewhere. */
struct elsewhere {
	uint32_t line[SCAN_LINES];
	size_t len;
};

static enum err
meet_all(struct tally *t, struct steps *s, const struct visit *visits,
    const struct elsewhere *who)
{
	uint64_t hash[SCAN_LINES];
	enum err e = ERR_OK;

	for (size_t i = 0; i < who->len; i++) {
		struct hash_key ip = visits[who->line[i]].ip;

		hash[i] = visitors_hash(&t->visitors, ip);
		visitors_fetch_ipv6(&t->visitors, ip, hash[i]);
	}
	for (size_t i = 0; !e && i < who->len; i++)
		e = meet_other(
		    t, s, &visits[who->line[i]], who->line[i], hash[i]);
	return e;
}

/* First those with an IPv4 address, most of whom are new, then those with an IPv6
 * address, most of whom are not. */
static enum err
meet_others(struct tally *t, struct steps *s, const struct visit *visits)
{
	struct elsewhere ipv4, ipv6;
	enum err e;

	ipv4.len = ipv6.len = 0;
	for (size_t i = 0; i < s->others_len; i++) {
		bool is_ipv4 = visitor_is_ipv4(visits[s->others[i]].ip);

		ipv4.line[ipv4.len] = ipv6.line[ipv6.len] = s->others[i];
		ipv4.len += is_ipv4;
		ipv6.len += !is_ipv4;
	}
	/* All those of the other kind are elsewhere. */
	t->is_ipv6 =
	    s->is_ipv6 ? ipv4.len <= s->len / 2 : ipv6.len > s->len / 2;
	e = meet_all(t, s, visits, &ipv4);
	return e ? e : meet_all(t, s, visits, &ipv6);
}

/* What the visits say by themselves. Returns whether all are of one day. */
static bool
sum_up(struct tally *t, const struct steps *s, const struct visit *visits)
{
	int64_t first = INT64_MAX, last = INT64_MIN;
	uint64_t other = 0;

	for (size_t i = 0; i < s->len; i++) {
		int64_t moment = visit_moment(&visits[i]);

		first = moment < first ? moment : first;
		last = moment > last ? moment : last;
		other += s->at[i].path.kind == EVENT_OTHER;
	}
	if (s->len > 0)
		tally_summary_widen(
		    &t->summary, visit_second_of(first), visit_second_of(last));
	t->summary.lines = add_saturating(t->summary.lines, s->len);
	t->summary.other = add_saturating(t->summary.other, other);
	return visit_day_of(first) == visit_day_of(last);
}

/* Opens the day of the visits, if they have one. Returns whether all of them are of
 * the open day. */
static enum err
open_day(struct tally *t, const struct steps *s, const struct visit *visits,
    bool *is_open)
{
	struct open_day *d = t->open_day;
	bool is_one = sum_up(t, s, visits);
	enum err e = ERR_OK;

	if (d->turns < OPEN_TURNS)
		d->turns++;
	if (d->room < s->len)
		e = open_day_turn(d, &t->counts, &t->countries, d->day);
	d->room -= (uint32_t)s->len;
	if (!e && is_one && d->day != visits[0].day)
		e = tally_turn_day(t, visits[0].day);
	*is_open = is_one && d->day == visits[0].day;
	return e;
}

/* Meets the visitors and counts their visits, but for those whose country is not
 * known so far. */
static enum err
meet_visitors(struct tally *t, struct steps *s, const struct visit *visits)
{
	bool is_open;
	enum err e = open_day(t, s, visits, &is_open);

	if (e)
		return e;
	if (!visitors_may_be_far(&t->names)) {
		if (s->is_ipv6)
			meet_near(t, s, visits, is_open, true);
		else
			meet_near(t, s, visits, is_open, false);
		e = count_near(t, s, visits, is_open);
	} else {
		for (size_t i = 0; i < s->len; i++)
			s->others[i] = (uint32_t)i;
		s->others_len = s->len;
	}
	return e ? e : meet_others(t, s, visits);
}

/* Looks up the countries of new visitors and counts their visits. */
static enum err
ask_countries(struct tally *t, struct steps *s, const struct visit *visits)
{
	struct address ips[SCAN_LINES];
	uint16_t countries[SCAN_LINES];

	for (size_t i = 0; i < s->asked_len; i++)
		ips[i] = visitor_address(visits[s->asked[i].line].ip);
	geo_countries(t->geo, ips, s->asked_len, countries);
	for (size_t i = 0; i < s->asked_len; i++) {
		const struct asked *a = &s->asked[i];
		const struct visit *visit = &visits[a->line];
		struct step *step = &s->at[a->line];
		enum err e;

		step->country =
		    country_index_number(&t->countries, countries[i]);
		a->visitor->country = step->country;
		if (step->country == COUNTRY_NOT_KEPT)
			e = tally_count_sparsely(t, visit, step);
		else
			e = count_visit(t, visit, step);
		if (e)
			return e;
	}
	return ERR_OK;
}

/* What only visits need, made when they come, and room for visitors who are all
 * new: where they are fetched they stay. */
static bool
make_room(struct tally *t, size_t visits_len)
{
	struct visitors *v = &t->visitors;

	if (!t->paths)
		t->paths = paths_new(&t->secret);
	if (!t->open_day)
		t->open_day = open_day_new();
	return t->paths && t->open_day &&
	       visitors_reserve(
		   v, v->ipv4_len + visits_len, v->ipv6.len + visits_len);
}

enum err
tally_add_visits(struct tally *t, const struct visit *visits, size_t len)
{
	struct steps s;
	enum err e;

	assert(len <= SCAN_LINES);
	s.len = len;
	s.carts_len = s.asked_len = 0;
	if (!make_room(t, len))
		return ERR_NO_MEMORY;
	fetch_near(t, &s, visits);
	e = tally_look_at_paths(t, &s, visits);
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
