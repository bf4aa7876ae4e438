#ifndef TRAWL_WORKER_SERVICE_COLD_CARTS_H
#define TRAWL_WORKER_SERVICE_COLD_CARTS_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/shoplog/question.h"
#include "worker/store/bulk.h"
#include "worker/store/record.h"

/* The answer of a question that asks the carts (5 and 7), from the segments
 * that the manifest names: one shard after the other, of each only what the
 * question looks at. ERR_STALE when one has been given back meanwhile. Pool
 * threads. */
enum err cold_carts(struct bulk *b, const struct record *manifest,
    const struct question *q, struct arena *a, struct answer *out);

#endif
