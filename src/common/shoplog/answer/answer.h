#ifndef TRAWL_COMMON_SHOPLOG_ANSWER_ANSWER_H
#define TRAWL_COMMON_SHOPLOG_ANSWER_ANSWER_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/span.h"
#include "common/geo/country.h"
#include "common/shoplog/carts/columns.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The seven answers. Here those that are sums of days, the same code for a
 * worker (that has them from Redis) and for the command line (that has them
 * from a tally); 5 and 7, which ask the carts, are in together.h and buyers.h.
 * Pure, any thread. */
enum { REPORTS = 7, BUSIEST_HOURS = 10 };

struct answer_row {
	struct span name;
	char code[3]; /* of a country; empty elsewhere */
	uint64_t value;
};

struct answer {
	int report;                 /* 1 to 7 */
	struct answer_row *ranking; /* largest first, ties by name in bytes */
	size_t ranking_len;
	bool is_named;  /* 1, 2, 3, 5: the answer is the first row's name */
	uint64_t value; /* of the first row, or the number itself */
	struct span category;      /* 2, 3, 5 */
	uint64_t unknown;          /* 1, 2 */
	uint64_t hours[24];        /* 3 */
	struct answer_row *series; /* 4: every hour with requests, in order */
	size_t series_len;
	uint64_t carts;  /* 5 */
	uint64_t buyers; /* 7 */
};

/* Days inclusive; an open side is INT32_MIN or INT32_MAX. */
struct period {
	int32_t from, to;
};
#define PERIOD_ALL ((struct period){ INT32_MIN, INT32_MAX })

/* Whether the period holds a day of columns; COLUMNS_NO_DAY is in none. */
static inline bool
period_holds(struct period p, uint32_t day)
{
	return day != COLUMNS_NO_DAY && (int32_t)day >= p.from &&
	       (int32_t)day <= p.to;
}

struct day_hours {
	int32_t day;
	uint64_t hours[24];
};

/* Each fills *out from the arena; ERR_OK or ERR_NO_MEMORY. Spans that are
 * given (category) are copied. */
enum err answer_visitors(
    struct answer *out, struct arena *a, const uint64_t countries[COUNTRIES]);
enum err answer_interest(struct answer *out, struct arena *a,
    struct span category, const uint64_t countries[COUNTRIES]);
enum err answer_time_of_day(struct answer *out, struct arena *a,
    struct span category, const uint64_t hours[24]);
/* days  ascending */
enum err answer_load(struct answer *out, struct arena *a,
    const struct day_hours *days, size_t days_len);
enum err answer_unpaid(
    struct answer *out, struct arena *a, uint64_t begun, uint64_t paid);
/* The category a report is about when none is asked for; empty span for 1, 4,
 * 6, 7. */
struct span answer_default_category(int report);

#endif
