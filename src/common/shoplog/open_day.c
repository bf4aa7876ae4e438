/* Closing a day: what has been counted in arrays goes where it can be kept. */
#include "common/shoplog/open_day.h"

#include <stdlib.h>
#include <string.h>

struct open_day *
open_day_new(void)
{
	struct open_day *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->day = -1;
	d->requests.category = d->rows[OPEN_ROWS].category = NAME_NONE;
	for (int i = 0; i < OPEN_ROWS; i++)
		d->rows[i].category = OPEN_ROW_FREE;
	return d;
}

/* Adds the row to the counts and empties it. */
static enum err
close_row(struct open_row *row, struct counts *c,
    const struct country_index *countries, int32_t day)
{
	enum err e = ERR_OK;

	for (uint32_t i = 0; !e && i < COUNT_HOURS; i++)
		if (row->slots[i])
			e = counts_add(c, day, row->category, i, row->slots[i]);
	for (unsigned i = 0; !e && i < countries->len; i++) {
		unsigned number = COUNTRY_FIRST + i;
		uint64_t value = row->slots[COUNT_HOURS + number];

		if (value)
			e = counts_add(c, day, row->category,
			    COUNT_HOURS + countries->country[number], value);
	}
	memset(row->slots, 0, sizeof(row->slots));
	return e;
}

enum err
open_day_turn(struct open_day *d, struct counts *c,
    const struct country_index *countries, int32_t day)
{
	enum err e = ERR_OK;

	if (d->day != -1)
		e = close_row(&d->requests, c, countries, d->day);
	for (int i = 0; !e && i < OPEN_ROWS; i++) {
		if (d->rows[i].category == OPEN_ROW_FREE)
			continue;
		e = close_row(&d->rows[i], c, countries, d->day);
		d->rows[i].category = OPEN_ROW_FREE;
	}
	d->day = day;
	return e;
}
