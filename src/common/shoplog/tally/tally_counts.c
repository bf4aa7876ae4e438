/* Counts of a visit that is not, or not only, counted in the arrays of the open
 * day. */
#include "common/shoplog/tally/tally_state.h"

#include "common/shoplog/tally/open_day.h"
#include "common/shoplog/tally/tally_steps.h"

enum err
tally_count_sparsely(
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
	if (e || step->path.category == NAME_NONE)
		return e;
	return counts_add(&t->counts, visit->day, step->path.category,
	    step->path.kind == EVENT_CATEGORY ? hour : slot, 1);
}

enum err
tally_count_view(
    struct tally *t, const struct visit *visit, const struct step *step)
{
	uint32_t slot = visit->second / 3600;

	if (step->path.kind == EVENT_GOODS)
		slot =
		    COUNT_HOURS + (uint32_t)t->countries.country[step->country];
	return counts_add(&t->counts, visit->day, step->path.category, slot, 1);
}

enum err
tally_turn_day(struct tally *t, int32_t day)
{
	struct open_day *d = t->open_day;

	if (d->turns == 0)
		return ERR_OK;
	d->turns--;
	return open_day_turn(d, &t->counts, &t->countries, day);
}
