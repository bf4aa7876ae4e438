#ifndef TRAWL_WORKER_SERVICE_COLD_CARTS_H
#define TRAWL_WORKER_SERVICE_COLD_CARTS_H

#include "common/base/err.h"
#include "common/shoplog/answer/answer.h"
#include "worker/service/cold.h"

/* The answer of a question that asks the carts (5 and 7), from the segments
 * that the manifest names: one shard after the other, of each only what the
 * question looks at. What the carts come to is kept for other periods of the
 * generation. ERR_STALE when a segment has been given back meanwhile. Pool
 * threads. */
enum err cold_carts(const struct cold *c, struct answer *out)
    __attribute__((warn_unused_result));

#endif
