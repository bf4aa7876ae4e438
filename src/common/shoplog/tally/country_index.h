#ifndef TRAWL_COMMON_SHOPLOG_TALLY_COUNTRY_INDEX_H
#define TRAWL_COMMON_SHOPLOG_TALLY_COUNTRY_INDEX_H

#include "common/geo/country.h"

#include <stdbool.h>
#include <stdint.h>

/* The countries of a tally, numbered by one byte in the order in which they
 * occur, so that a visitor and a row of counts are small. There are some 250 of
 * them; should a table know more codes than fit, those beyond are looked up anew
 * with every line (COUNTRY_NOT_KEPT). */
enum {
	COUNTRY_NOBODY = 0,    /* no visitor */
	COUNTRY_NOT_ASKED = 1, /* not looked up so far */
	COUNTRY_FIRST = 2,
	COUNTRY_NOT_KEPT = 255,
	COUNTRY_NUMBERS = 256,
};

struct country_index {
	uint16_t country[COUNTRY_NUMBERS]; /* by number */
	uint8_t number[COUNTRIES];         /* by country; 0: has none yet */
	unsigned len;                      /* numbers given */
};

/* Whether a visitor with this number has a country. */
static inline bool
country_is_kept(unsigned number)
{
	return number - COUNTRY_FIRST < COUNTRY_NOT_KEPT - COUNTRY_FIRST;
}

static inline uint8_t
country_index_number(struct country_index *c, uint16_t country)
{
	if (c->number[country] == 0) {
		if (COUNTRY_FIRST + c->len == COUNTRY_NOT_KEPT)
			return COUNTRY_NOT_KEPT;
		c->number[country] = (uint8_t)(COUNTRY_FIRST + c->len++);
		c->country[c->number[country]] = country;
	}
	return c->number[country];
}

#endif
