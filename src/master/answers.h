#ifndef TRAWL_MASTER_ANSWERS_H
#define TRAWL_MASTER_ANSWERS_H

#include "common/shoplog/answer/day.h"
#include "common/shoplog/answer/question.h"
#include "master/reading.h"

/* What a log that has been read answers: its days, its carts, and what they tell of
 * goods. As a worker answers from Redis, with the same questions. */
struct answers {
	const struct reading *log; /* borrowed */
	struct catalogue *catalogue;
	struct day_segment *days; /* in the arena */
	size_t days_len;
	struct arena *arena; /* borrowed */
};

/* categories  whose counts are asked for: a question about another one is answered
 *             as if nobody had seen it
 * out         filled on ERR_OK, else empty; answers_cleanup gives it back
 * Returns ERR_OK, ERR_NO_MEMORY or ERR_CORRUPT. */
enum err answers_init(struct answers *out, const struct reading *log,
    const struct span *categories, size_t categories_len, struct arena *arena);
void answers_cleanup(struct answers *a);

/* threads  1 or more, that look at the carts
 * out      in the arena
 * Returns ERR_OK, ERR_NO_MEMORY or ERR_CORRUPT. Blocks. */
enum err answers_get(const struct answers *a, const struct question *q,
    unsigned threads, struct answer *out);

#endif
