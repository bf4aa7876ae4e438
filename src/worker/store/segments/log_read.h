#ifndef TRAWL_WORKER_STORE_SEGMENTS_LOG_READ_H
#define TRAWL_WORKER_STORE_SEGMENTS_LOG_READ_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/span.h"
#include "worker/req.h"
#include "worker/store/redis/bulk.h"
#include "worker/store/redis/record.h"

#include <stdbool.h>
#include <stddef.h>

/* What readers of the reports ask Redis. A segment that a manifest names and
 * that is not there has been given back: ERR_STALE, and the manifest of today
 * is to be read. Pool threads. */

/* The manifest; an empty record: nothing has been parsed. */
enum err log_read_manifest(struct bulk *b, struct record *out)
    __attribute__((warn_unused_result));

/* One field of many segments of days. values[i] is the empty span where one has not
 * the field. */
enum err log_read_days(struct bulk *b, const struct span *ids, size_t len,
    struct span field, struct arena *a, struct span *values)
    __attribute__((warn_unused_result));

/* Segments that are strings. */
enum err log_read_bytes(struct bulk *b, const struct span *ids, size_t len,
    struct arena *a, struct span *values) __attribute__((warn_unused_result));

/* The first `head` bytes of segments that are strings. */
enum err log_read_heads(struct bulk *b, const struct span *ids, size_t len,
    size_t head, struct arena *a, struct span *values)
    __attribute__((warn_unused_result));

/* Whether the category is in the sorted set. */
enum err log_read_category(struct bulk *b, struct span id, struct span category,
    bool *is_known) __attribute__((warn_unused_result));

/* The first categories in byte order, `most` at most. */
enum err log_read_categories(struct bulk *b, struct span id, size_t most,
    struct arena *a, struct span **out, size_t *len)
    __attribute__((warn_unused_result));

#endif
