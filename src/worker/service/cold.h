#ifndef TRAWL_WORKER_SERVICE_COLD_H
#define TRAWL_WORKER_SERVICE_COLD_H

#include "common/base/arena.h"
#include "common/base/config.h"
#include "common/base/err.h"
#include "common/base/span.h"
#include "common/shoplog/answer/question.h"
#include "worker/service/cold_cache.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A report that nobody has ready: from the segments of the current generation
 * to its document. Pool threads. */
struct cold_question {
	int report;
	struct span category; /* empty: of no category, or the default one */
	bool has_category, has_period;
	struct period period;
};

/* Whether both ask the same. */
bool cold_question_is_same(
    const struct cold_question *a, const struct cold_question *b);

/* Where it is read from. */
struct cold_source {
	const struct redis_address *address;
	int64_t patience_ms;      /* for each batch of Redis */
	struct cold_cache *cache; /* what has been read before */
	struct span generation;   /* that is wanted; empty: today's */
};

struct cold_answer {
	enum err err;
	char *words;      /* of a refusal, for the client; NULL: none */
	char *generation; /* that was read: the wanted one or a newer one */
	char *document;   /* NULL on an error */
	size_t document_len;
};

/* Fills *out; cold_cleanup gives it back.
 *
 * err  ERR_OK, ERR_NOTHING_PARSED, ERR_NO_CATEGORY (words list those that
 *      occur), ERR_STORE_DOWN, ERR_NO_MEMORY, ERR_CORRUPT */
void cold_compute(const struct cold_source *s, const struct cold_question *q,
    struct cold_answer *out);
void cold_cleanup(struct cold_answer *a);

/* One attempt, for those who do a part of it (cold_days.h, cold_carts.h). */
struct bulk;
struct manifest;

struct cold {
	struct bulk *bulk;
	struct cold_cache *cache;
	struct arena *arena; /* of this attempt */
	const struct manifest *manifest;
	const struct question *question; /* its category is the default one
					    where none was asked for */
};

#endif
