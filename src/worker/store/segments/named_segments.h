#ifndef TRAWL_WORKER_STORE_SEGMENTS_NAMED_SEGMENTS_H
#define TRAWL_WORKER_STORE_SEGMENTS_NAMED_SEGMENTS_H

#include "common/base/err.h"
#include "common/base/span.h"
#include "worker/store/redis/bulk.h"
#include "worker/store/redis/record.h"

#include <stdbool.h>

/* The segments that manifest and checkpoint name: their ids are the words of some
 * fields. */

/* Whether a field of that name names segments. Pure. */
bool named_segments_is_field(struct span name);

/* Whether Redis has all that the two name, which a Redis that evicts keys, or
 * somebody who deletes some, may have taken away. Thread: a pool thread. */
enum err named_segments_are_there(struct bulk *b,
    const struct record *checkpoint, const struct record *manifest, bool *out)
    __attribute__((warn_unused_result));

#endif
