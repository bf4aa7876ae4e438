#ifndef TRAWL_WORKER_SERVICE_COLD_H
#define TRAWL_WORKER_SERVICE_COLD_H

#include "common/base/arena.h"
#include "common/base/config.h"
#include "common/base/err.h"
#include "common/base/span.h"
#include "common/shoplog/answer.h"

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

struct cold_answer {
	enum err err;
	char *words;      /* of a refusal, for the client; NULL: none */
	char *generation; /* that was read */
	char *document;   /* NULL on an error */
	size_t document_len;
};

/* Fills *out; cold_cleanup gives it back.
 *
 * patience_ms  for each batch of Redis
 * err          ERR_OK, ERR_NOTHING_PARSED, ERR_NO_CATEGORY (words list those
 *              that occur), ERR_STORE_DOWN, ERR_NO_MEMORY, ERR_CORRUPT */
void cold_compute(const struct redis_address *address, int64_t patience_ms,
    const struct cold_question *q, struct cold_answer *out);
void cold_cleanup(struct cold_answer *a);

#endif
