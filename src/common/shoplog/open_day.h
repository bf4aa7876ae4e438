#ifndef TRAWL_COMMON_SHOPLOG_OPEN_DAY_H
#define TRAWL_COMMON_SHOPLOG_OPEN_DAY_H

#include "common/shoplog/country_index.h"
#include "common/shoplog/counts.h"

#include <stdbool.h>
#include <stdint.h>

/* The day that is being read. A log stays with one day for thousands of lines,
 * so its numbers are arrays while it is open, and go to the counts (counts.h)
 * when it is closed. */
enum { OPEN_ROWS = 64 };

/* To close a day costs as much as to count some lines without arrays, so a batch
 * may turn to another day once, or more often after batches that did not. */
enum { OPEN_TURNS = 4 };

/* The numbers of all requests or of one category, as in counts.h, but countries
 * by number (country_index.h). */
enum { OPEN_SLOTS = COUNT_HOURS + COUNTRY_NUMBERS };

struct open_row {
	uint32_t category; /* NAME_NONE, OPEN_ROW_FREE */
	uint64_t slots[OPEN_SLOTS];
};
#define OPEN_ROW_FREE (NAME_NONE - 1)

struct open_day {
	int32_t day;    /* -1: none is open */
	unsigned turns; /* that there may be, up to OPEN_TURNS */
	struct open_row requests;
	/* A category has the row of its id modulo OPEN_ROWS if that is free. The
	 * last row takes what is of no category, and is never read. */
	struct open_row rows[OPEN_ROWS + 1];
};

/* NULL when memory is out; free(3). */
struct open_day *open_day_new(void);

/* Adds what there is to `c` and opens the given day; -1: none. */
enum err open_day_turn(struct open_day *d, struct counts *c,
    const struct country_index *countries, int32_t day);

/* Where the row of a category is (NAME_NONE: the one that is never read). */
static inline uint8_t
open_day_place(uint32_t category)
{
	return category == NAME_NONE ? OPEN_ROWS
				     : (uint8_t)(category % OPEN_ROWS);
}

/* Counts a line of the open day.
 *
 * row      open_day_place() of its category
 * country  number of the visitor's (country_index.h)
 * is_goods whether a view of the category counts for the country, not the hour
 * Returns false when another category has the row: then the view is not counted,
 * and counts_add() has to do that. */
static inline bool
open_day_count(struct open_day *d, uint32_t category, uint8_t row_place,
    uint32_t hour, uint8_t country, bool is_goods)
{
	struct open_row *row = &d->rows[row_place];
	/* Without a branch: which of the two it is nobody can guess. */
	uint32_t goods = -(uint32_t)is_goods;
	uint32_t slot = COUNT_HOURS + (uint32_t)country;

	d->requests.slots[hour]++;
	d->requests.slots[slot]++;
	if (__builtin_expect(row->category != category, 0)) {
		if (row->category != OPEN_ROW_FREE)
			return false;
		row->category = category;
	}
	row->slots[(slot & goods) | (hour & ~goods)]++;
	return true;
}

#endif
