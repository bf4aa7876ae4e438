#ifndef TRAWL_COMMON_SHOPLOG_ANSWER_QUESTION_H
#define TRAWL_COMMON_SHOPLOG_ANSWER_QUESTION_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/span.h"
#include "common/shoplog/answer/answer.h"
#include "common/shoplog/answer/votes.h"
#include "common/shoplog/carts/columns.h"
#include "common/shoplog/carts/columns_part.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A question is a report that somebody asks for, about a category and a period.
 * It knows which field of a day (day.h) it wants and what the fields of many
 * days come to: the same for a worker, which reads them from Redis, and for the
 * command line, which has the days of a tally. Pure, any thread. */
struct question {
	int report;           /* 1 to 7 */
	struct span category; /* of 2, 3 and 5, else empty; borrowed */
	struct period period; /* PERIOD_ALL: all days */
};

/* Whether it is answered from sums of days (1 to 4, and 6); the others ask the
 * carts. */
bool question_is_of_days(const struct question *q);

/* Whether days may be added as their sum; else each is wanted on its own. */
bool question_takes_sums(const struct question *q);

/* Whether the period holds the day. */
bool question_covers(const struct question *q, int32_t day);

/* The name of the field: "countries", "goods fresh_fish". In the arena; NULL
 * when memory is out. */
const char *question_field(const struct question *q, struct arena *a);

/* What has been added so far. */
struct question_sum {
	const struct question *question; /* borrowed */
	uint64_t countries[COUNTRIES];   /* 1, 2 */
	uint64_t hours[24];              /* 3 */
	struct day_hours *days;          /* 4; in the arena */
	size_t days_len, days_max;
	uint64_t begun, paid; /* 6 */
};

/* days_max  how many days will be added at most */
enum err question_sum_init(struct question_sum *s, const struct question *q,
    struct arena *a, size_t days_max);

/* Adds the field of one day, the days ascending. A day without that field has
 * nothing to add: leave it out. Returns ERR_OK or ERR_CORRUPT. */
enum err question_sum_add(
    struct question_sum *s, int32_t day, struct span value);

/* The answer of a question of days. */
enum err question_sum_answer(
    const struct question_sum *s, struct arena *a, struct answer *out);

/* The others ask the carts: all shards are added, and then every period can be
 * asked. */
struct buyers;
struct together;

struct question_carts {
	struct buyers *buyers;     /* of 7 */
	struct together *together; /* of 5 */
};

/* The columns that it looks at.
 *
 * by_id  with cart_id */
enum columns_choice question_columns(const struct question *q, bool by_id);

/* The period of the question is of no interest here.
 *
 * catalogue  for 5, borrowed until question_carts_end; else NULL */
enum err question_carts_init(struct question_carts *c, const struct question *q,
    const struct catalogue *catalogue);
void question_carts_cleanup(struct question_carts *c);

/* Each shard once, in any order; then question_carts_end.
 *
 * threads  that may be at work, the caller's among them */
enum err question_carts_add(
    struct question_carts *c, const struct columns *shard);
enum err question_carts_end(struct question_carts *c, unsigned threads);

/* Any thread. */
enum err question_carts_answer(const struct question_carts *c,
    struct period period, struct arena *a, struct answer *out);

/* Bytes of memory. */
size_t question_carts_size(const struct question_carts *c);

#endif
