#ifndef TRAWL_WORKER_STORE_SEGMENTS_LOG_PARTS_H
#define TRAWL_WORKER_STORE_SEGMENTS_LOG_PARTS_H

#include "common/base/err.h"
#include "common/base/span.h"
#include "common/shoplog/carts/columns_part.h"
#include "worker/store/redis/bulk.h"

#include <stddef.h>

/* Some columns of a segment that is a string. */
struct log_part {
	struct span id;
	struct columns_part part;
	/* The part's ranges, each at a multiple of 8, while `fn` runs. */
	struct span bytes[COLUMNS_RANGES_MAX];
};

/* What is read at once. */
struct log_parts {
	struct log_part *parts;
	size_t len;
};

/* Uses a list. What it returns but ERR_OK ends the reading. */
typedef enum err log_parts_fn(const struct log_parts *list, void *arg);

/* Hands list after list to `fn`, on the calling thread. What comes is received by
 * a thread of its own, two lists ahead at most: a socket holds so little that
 * Redis would stand still while a list is used.
 *
 * Returns what `fn` returned; ERR_STALE when a segment is not there any more,
 * ERR_CORRUPT, ERR_NO_MEMORY (of a thread too), and as bulk.h says. Pool threads. */
enum err log_parts_read(struct bulk *b, const struct log_parts *lists,
    size_t len, log_parts_fn *fn, void *arg)
    __attribute__((warn_unused_result));

#endif
