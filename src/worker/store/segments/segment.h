#ifndef TRAWL_WORKER_STORE_SEGMENTS_SEGMENT_H
#define TRAWL_WORKER_STORE_SEGMENTS_SEGMENT_H

#include "common/base/err.h"
#include "common/base/span.h"
#include "common/shoplog/answer/day.h"
#include "worker/store/redis/bulk.h"

#include <stddef.h>

/* Writing segments: keys `segment:<id>` that never change once a manifest or
 * checkpoint names them. From before it is written until it is named, a segment
 * stands in the set of garbage, so that none is forgotten when a job dies. What
 * is put goes out with segment_flush, or before, when it is much. Pool
 * threads. */
enum { SEGMENT_ID_SIZE = 64 };

/* A string: columns of carts, votes, addresses. */
enum err segment_put_bytes(struct bulk *b, const char *id, struct span bytes)
    __attribute__((warn_unused_result));

/* A hash: a day. */
enum err segment_put_day(struct bulk *b, const char *id,
    const struct day_segment *day) __attribute__((warn_unused_result));

/* A sorted set, all scores 0, so that its members are in byte order. No names
 * give no key: do not name such a segment. */
enum err segment_put_names(struct bulk *b, const char *id,
    const struct span *names, size_t len) __attribute__((warn_unused_result));

/* Everything that was put is in Redis. */
enum err segment_flush(struct bulk *b) __attribute__((warn_unused_result));

/* Gives back the segments that nobody names any more. */
enum err segment_collect(struct bulk *b) __attribute__((warn_unused_result));

#endif
