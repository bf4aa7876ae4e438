#ifndef TRAWL_WORKER_INGEST_MERGE_H
#define TRAWL_WORKER_INGEST_MERGE_H

#include "common/base/err.h"
#include "worker/ingest/work.h"
#include "worker/store/redis/bulk.h"

/* From the partials of all chunks to a generation. Pool threads. */

/* Task reduce: the segments of one shard. */
enum err merge_shard(struct work *w, struct bulk *b)
    __attribute__((warn_unused_result));

/* Task commit: all the rest, and the new generation takes its place. */
enum err merge_generation(struct work *w, struct bulk *b)
    __attribute__((warn_unused_result));

#endif
