#ifndef TRAWL_WORKER_STORE_SEGMENTS_SEGMENT_READ_H
#define TRAWL_WORKER_STORE_SEGMENTS_SEGMENT_READ_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/span.h"
#include "common/shoplog/answer/day.h"
#include "worker/store/redis/bulk.h"

#include <stddef.h>
#include <stdint.h>

/* Segments read by whoever goes on from them: nobody may have given them back, so
 * one that is missing is ERR_CORRUPT. Pool threads. */

/* Bytes of each, all strings. */
enum err segment_sizes(struct bulk *b, const struct span *ids, size_t len,
    uint64_t *sizes) __attribute__((warn_unused_result));

/* Bytes [from, to) of a segment. */
struct segment_part {
	struct span id;
	uint64_t from, to;
	struct span bytes; /* read; owner the arena */
};

/* Reads them. ERR_CORRUPT: a segment ends before its part, or is not there. */
enum err segment_parts(struct bulk *b, struct segment_part *parts, size_t len,
    struct arena *a) __attribute__((warn_unused_result));

/* The same for what is used where it is received: `count` times `together` parts, each
 * time in one call, a few megabytes of them asked for at once.
 *
 * bytes  of those parts, borrowed until fn returns, which ends it with an error */
typedef enum err segment_stretch_fn(
    size_t index, const struct span *bytes, void *arg);
enum { SEGMENT_TOGETHER_MAX = 4 };
enum err segment_stretches(struct bulk *b, const struct segment_part *parts,
    size_t count, size_t together, segment_stretch_fn *fn, void *arg)
    __attribute__((warn_unused_result));

/* The fields of days, in any order; `day` of each is not touched. */
enum err segment_days(struct bulk *b, const struct span *ids, size_t len,
    struct arena *a, struct day_segment *days)
    __attribute__((warn_unused_result));

/* All members of a sorted set of names. */
enum err segment_names(struct bulk *b, struct span id, struct arena *a,
    struct span **out, size_t *len) __attribute__((warn_unused_result));

#endif
