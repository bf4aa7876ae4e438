#ifndef TRAWL_COMMON_SHOPLOG_TALLY_OPEN_DAY_H
#define TRAWL_COMMON_SHOPLOG_TALLY_OPEN_DAY_H

#include "common/shoplog/tally/country_index.h"
#include "common/shoplog/tally/counts.h"

#include <stdbool.h>
#include <stdint.h>

/* The day that is being read. A log stays with one day for thousands of lines,
 * so its numbers are arrays while it is open, and go to the counts (counts.h)
 * when it is closed.
 *
 * Each request is counted in one row, for its hour and for its visitor's country,
 * whatever it asks for: all requests are the sum of all rows. */
enum {
	OPEN_CATEGORIES = 64, /* that have rows */
	OPEN_ROW_REST = 0,    /* requests for no category */
	/* Requests for a category without a row: counts_add() has to be told of
	 * those, too. */
	OPEN_ROW_SHARED = 1,
	OPEN_ROW_FIRST = 2, /* views of a category, then of its goods */
	OPEN_ROWS = OPEN_ROW_FIRST + 2 * OPEN_CATEGORIES,
	OPEN_HOURS = 32, /* 24, and a power of two */
};

/* To close a day costs as much as to count some lines without arrays, so a batch
 * may turn to another day once, or more often after batches that did not. */
enum { OPEN_TURNS = 4 };

struct open_day {
	int32_t day;    /* -1: none is open */
	unsigned turns; /* that there may be, up to OPEN_TURNS */
	uint32_t room;  /* requests that may come until a number overflows */
	/* Whose rows they are, for as long as there is a day: NAME_NONE: free. */
	uint32_t categories[OPEN_CATEGORIES];
	/* Countries by number (country_index.h). */
	uint32_t countries[OPEN_ROWS][COUNTRY_NUMBERS];
	uint32_t hours[OPEN_ROWS][OPEN_HOURS];
};

/* NULL when memory is out; free(3). */
struct open_day *open_day_new(void);

/* Adds what there is to `c` and opens the given day; -1: none. */
enum err open_day_turn(struct open_day *d, struct counts *c,
    const struct country_index *countries, int32_t day);

/* The row of views of a category, or of its goods; OPEN_ROW_SHARED: there is none
 * left. */
uint8_t open_day_row(struct open_day *d, uint32_t category, bool is_goods);

/* Counts `n` requests, 0 or 1, of the open day, which has room for them.
 *
 * country  number of the visitor's */
static inline void
open_day_count(
    struct open_day *d, uint8_t row, uint32_t hour, uint8_t country, uint32_t n)
{
	d->countries[row][country] += n;
	d->hours[row][hour] += n;
}

#endif
