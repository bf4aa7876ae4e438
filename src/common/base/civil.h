#ifndef TRAWL_COMMON_BASE_CIVIL_H
#define TRAWL_COMMON_BASE_CIVIL_H

#include "common/base/span.h"

#include <stdbool.h>
#include <stdint.h>

/* Dates of the proleptic Gregorian calendar, years 0001 to 9999, without time
 * zones. A day is counted from 0001-01-01, which is day 0; 9999-12-31 is
 * CIVIL_DAY_MAX. A moment is seconds from 0001-01-01T00:00:00. */
enum {
	CIVIL_DAY_MAX = 3652058,
	CIVIL_DAY_TEXT = 11,    /* "2018-08-01" and NUL */
	CIVIL_MOMENT_TEXT = 20, /* "2018-08-01T00:01:35" and NUL */
};

/* Returns false, *day untouched, when there is no such date. */
bool civil_day(int year, int month, int date, int32_t *day);

/* The first day of the month that `day` lies in. */
int32_t civil_month_begin(int32_t day);

/* All of `s` as YYYY-MM-DD. */
bool civil_day_parse(struct span s, int32_t *day);

/* A day from 0 to CIVIL_DAY_MAX, and a moment on such a day. */
void civil_day_format(int32_t day, char out[CIVIL_DAY_TEXT]);
void civil_moment_format(int64_t moment_s, char out[CIVIL_MOMENT_TEXT]);

/* All of `s` as civil_moment_format writes it. */
bool civil_moment_parse(struct span s, int64_t *moment_s);

/* The moment of a Unix time (UTC). */
int64_t civil_moment_of_unix(int64_t unix_s);

#endif
