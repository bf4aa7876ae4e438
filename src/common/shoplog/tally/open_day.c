/* Closing a day: what has been counted in arrays goes where it can be kept. */
#include "common/shoplog/tally/open_day.h"

#include <stdlib.h>
#include <string.h>

/* Of the places a category may take: enough that one is free as long as half of
 * all are. */
enum { PLACES = 4 };

/* Half of what there is: a batch may turn the day after it has taken its part. */
enum { ROOM = INT32_MAX };

struct open_day *
open_day_new(void)
{
	struct open_day *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->day = -1;
	d->room = ROOM;
	for (int i = 0; i < OPEN_CATEGORIES; i++)
		d->categories[i] = NAME_NONE;
	return d;
}

uint8_t
open_day_row(struct open_day *d, uint32_t category, bool is_goods)
{
	for (uint32_t i = 0; i < PLACES; i++) {
		uint32_t at = (category + i) % OPEN_CATEGORIES;

		if (d->categories[at] == NAME_NONE)
			d->categories[at] = category;
		if (d->categories[at] == category)
			return (uint8_t)(OPEN_ROW_FIRST + 2 * at + is_goods);
	}
	return OPEN_ROW_SHARED;
}

/* The numbers of a row. All of them together are not more than there is room for. */
struct numbers {
	uint32_t countries[COUNTRY_NUMBERS], hours[OPEN_HOURS];
};

static enum err
add_hours(
    struct counts *c, int32_t day, uint32_t category, const uint32_t *hours)
{
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && i < COUNT_HOURS; i++)
		if (hours[i])
			e = counts_add(c, day, category, i, hours[i]);
	return e;
}

static enum err
add_countries(struct counts *c, int32_t day, uint32_t category,
    const uint32_t *numbers, const struct country_index *countries)
{
	enum err e = ERR_OK;

	for (unsigned i = 0; !e && i < countries->len; i++) {
		unsigned number = COUNTRY_FIRST + i;

		if (numbers[number])
			e = counts_add(c, day, category,
			    COUNT_HOURS + countries->country[number],
			    numbers[number]);
	}
	return e;
}

/* Adds a row to all requests, and to the counts of its category (NAME_NONE: it has
 * none), and empties it. */
static enum err
close_row(struct open_day *d, unsigned row, uint32_t category,
    struct numbers *all, struct counts *c,
    const struct country_index *countries)
{
	uint32_t *numbers = d->countries[row], *hours = d->hours[row];
	uint32_t requests = 0;
	enum err e = ERR_OK;

	for (unsigned i = 0; i < COUNT_HOURS; i++) {
		requests += hours[i];
		all->hours[i] += hours[i];
	}
	if (requests == 0)
		return ERR_OK;
	for (unsigned i = 0; i < COUNTRY_NUMBERS; i++)
		all->countries[i] += numbers[i];
	if (category != NAME_NONE)
		e = row % 2 == OPEN_ROW_FIRST % 2
			? add_hours(c, d->day, category, hours)
			: add_countries(
			      c, d->day, category, numbers, countries);
	memset(numbers, 0, sizeof(d->countries[row]));
	memset(hours, 0, sizeof(d->hours[row]));
	return e;
}

static enum err
close_day(
    struct open_day *d, struct counts *c, const struct country_index *countries)
{
	struct numbers all = { { 0 }, { 0 } };
	enum err e = ERR_OK;

	for (unsigned row = 0; !e && row < OPEN_ROW_FIRST; row++)
		e = close_row(d, row, NAME_NONE, &all, c, countries);
	for (unsigned i = 0; i < OPEN_CATEGORIES; i++) {
		unsigned row = OPEN_ROW_FIRST + 2 * i;
		uint32_t category = d->categories[i];

		if (category == NAME_NONE)
			continue;
		if (!e)
			e = close_row(d, row, category, &all, c, countries);
		if (!e)
			e = close_row(d, row + 1, category, &all, c, countries);
	}
	if (!e)
		e = add_hours(c, d->day, NAME_NONE, all.hours);
	return e ? e
		 : add_countries(
		       c, d->day, NAME_NONE, all.countries, countries);
}

enum err
open_day_turn(struct open_day *d, struct counts *c,
    const struct country_index *countries, int32_t day)
{
	enum err e = d->day == -1 ? ERR_OK : close_day(d, c, countries);

	d->day = day;
	d->room = ROOM;
	return e;
}
