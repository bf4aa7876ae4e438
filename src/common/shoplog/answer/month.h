#ifndef TRAWL_COMMON_SHOPLOG_ANSWER_MONTH_H
#define TRAWL_COMMON_SHOPLOG_ANSWER_MONTH_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/span.h"
#include "common/shoplog/answer/day.h"

#include <stddef.h>

/* The days of a month in one segment, so that a long period is few keys. In Redis
 * a hash with the fields of its days (day.h); each value has a line for what they
 * come to, under the date 00, and one for every day that has the field, ascending:
 *
 *	month      2018-08
 *	requests   00 3904
 *	           01 1893
 *	           03 2011
 *	countries  00 US=431 CN=219 ??=77
 *	           01 US=431 CN=120 ??=77
 *	           03 CN=99
 */
enum { MONTH_DAYS = 31 };

/* days  of one month, ascending, each once; one at least
 * out   `day` is the first of the month, its fields are in byte order */
enum err month_join(const struct day_segment *days, size_t len, struct arena *a,
    struct day_segment *out) __attribute__((warn_unused_result));

/* The days that went in, ascending, their fields in the order of the month's.
 *
 * month  `day` and fields of month_join
 * days   [MONTH_DAYS], filled; values are borrowed from the month
 * ERR_OK, ERR_CORRUPT, ERR_NO_MEMORY */
enum err month_split(const struct day_segment *month, struct arena *a,
    struct day_segment *days, size_t *len) __attribute__((warn_unused_result));

/* The lines of one value; a day without one has data NULL. */
struct month_lines {
	struct span total;
	struct span days[MONTH_DAYS];
};

/* ERR_OK or ERR_CORRUPT. */
enum err month_read(struct span value, struct month_lines *out)
    __attribute__((warn_unused_result));

#endif
