#ifndef TRAWL_WORKER_INGEST_MERGE_H
#define TRAWL_WORKER_INGEST_MERGE_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/shoplog/tally.h"
#include "worker/ingest/build_shard.h"
#include "worker/ingest/work.h"
#include "worker/store/bulk.h"
#include "worker/store/generation.h"

/* From the partials of all chunks to a generation. Pool threads. */

/* Task reduce: the segments of one shard. */
enum err merge_shard(struct work *w, struct bulk *b)
    __attribute__((warn_unused_result));

/* Task commit: all the rest, and the new generation takes its place. */
enum err merge_generation(struct work *w, struct bulk *b)
    __attribute__((warn_unused_result));

/* What ends every job that ends well: its segments and the generation are in
 * Redis, at once. */
enum err merge_commit(struct work *w, struct bulk *b,
    const struct generation *g) __attribute__((warn_unused_result));

/* What an incremental job goes on from, for all that is built; the arena's. */
enum err merge_base(struct work *w, struct build *b)
    __attribute__((warn_unused_result));

/* All votes of a tally in the arena's memory. */
enum err merge_votes(const struct tally *t, struct arena *a, struct span *out)
    __attribute__((warn_unused_result));

#endif
