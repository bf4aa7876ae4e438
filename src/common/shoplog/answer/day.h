#ifndef TRAWL_COMMON_SHOPLOG_ANSWER_DAY_H
#define TRAWL_COMMON_SHOPLOG_ANSWER_DAY_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/span.h"
#include "common/geo/country.h"
#include "common/shoplog/tally/tally.h"

#include <stdint.h>

/* One day of the log, counted: what a period adds up. In Redis a hash that a
 * person can read (redis-cli HGETALL segment:<id>):
 *
 *	day                2018-08-01
 *	requests           1893
 *	hours              12 0 3 ...            24 numbers, midnight first
 *	countries          US=431 CN=120 ??=77   requests, most first
 *	carts              begun=40 paid=31      by first line; paid by the end
 *	views fresh_fish   0 0 3 ...             category pages by hour
 *	goods fresh_fish   US=12 ??=3            goods pages by country
 */
struct day_field {
	struct span name, value; /* owned by the arena that made them */
};

struct day_segment {
	int32_t day;
	struct day_field *fields;
	size_t fields_len;
};

/* Carts by the day of their first line. */
struct day_carts {
	int32_t day;
	uint64_t begun, paid;
};

/* The days of a tally as segments, ascending. A day that only carts name (none
 * can, but for a period's sake) is there too.
 *
 * carts  one row a day or more (they are added up), any order, from columns */
enum err day_segments(const struct tally *t, const struct day_carts *carts,
    size_t carts_len, struct arena *a, struct day_segment **out, size_t *len);

/* The same with the views and goods of these categories only: a question asks for
 * one, and there may be a million. */
enum err day_segments_of(const struct tally *t, const struct span *categories,
    size_t categories_len, const struct day_carts *carts, size_t carts_len,
    struct arena *a, struct day_segment **out, size_t *len);

/* The rows of `carts` that one shard's columns give; appended to *rows
 * (realloc), owner the caller. */
struct columns;
enum err day_carts_of(
    const struct columns *c, struct day_carts **rows, size_t *len);

/* t := t with the counts of the day, of which the fields `day`, `requests` and
 * `carts` are none; and what `carts` says, in *carts. ERR_CORRUPT, ERR_NO_MEMORY;
 * t may only be freed then. */
enum err day_restore(
    struct tally *t, const struct day_segment *s, struct day_carts *carts);

/* What the fields of a day add to a sum. ERR_CORRUPT when a value has not its
 * form. */
enum err day_add_hours(struct span value, uint64_t hours[24]);
enum err day_add_countries(struct span value, uint64_t counts[COUNTRIES]);
enum err day_add_carts(struct span value, uint64_t *begun, uint64_t *paid);

#endif
