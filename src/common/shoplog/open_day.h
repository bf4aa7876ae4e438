#ifndef TRAWL_COMMON_SHOPLOG_OPEN_DAY_H
#define TRAWL_COMMON_SHOPLOG_OPEN_DAY_H

#include "common/shoplog/country_index.h"
#include "common/shoplog/counts.h"

#include <stdint.h>

/* The day that is being read. A log stays with one day for thousands of lines,
 * so its numbers are arrays while it is open, and go to the counts (counts.h)
 * when it is closed. */
enum { OPEN_ROWS = 64 };

/* The numbers of all requests or of one category, as in counts.h, but countries
 * by number (country_index.h). */
enum { OPEN_SLOTS = COUNT_HOURS + COUNTRY_NUMBERS };

struct open_row {
	uint32_t category; /* NAME_NONE, OPEN_ROW_FREE */
	uint64_t slots[OPEN_SLOTS];
};
#define OPEN_ROW_FREE (NAME_NONE - 1)

struct open_day {
	int32_t day; /* -1: none is open */
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

/* The row of a category (NAME_NONE: the one that is never read); NULL when
 * another category has it, so that counts_add() has to do. */
static inline struct open_row *
open_day_row(struct open_day *d, uint32_t category)
{
	/* Without a branch: which of the two it is nobody can guess. */
	uint32_t none = -(uint32_t)(category == NAME_NONE);
	struct open_row *row =
	    &d->rows[(category % OPEN_ROWS & ~none) | (OPEN_ROWS & none)];

	if (__builtin_expect(row->category == category, 1))
		return row;
	if (row->category != OPEN_ROW_FREE)
		return NULL;
	row->category = category;
	return row;
}

#endif
