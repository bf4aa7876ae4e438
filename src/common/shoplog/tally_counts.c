/* The counts of many visits: in the arrays of the open day, unless the batch runs
 * through many days or has countries without a number. */
#include "common/shoplog/tally_state.h"

#include "common/shoplog/open_day.h"
#include "common/shoplog/tally_steps.h"

/* So many days in one batch are no day that stays open. */
enum { DAYS_MAX = 4 };

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

enum err
tally_count_visits(
    struct tally *t, const struct steps *s, const struct visit *visits)
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
