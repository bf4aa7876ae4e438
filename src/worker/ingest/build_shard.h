#ifndef TRAWL_WORKER_INGEST_BUILD_SHARD_H
#define TRAWL_WORKER_INGEST_BUILD_SHARD_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/shoplog/tally.h"
#include "worker/ingest/job_view.h"
#include "worker/store/bulk.h"
#include "worker/store/record.h"
#include "worker/store/segment.h"

#include <stdbool.h>

/* What everything that is built for one job has in common. */
struct build {
	struct bulk *bulk;
	const struct job_view *job;
	struct arena *arena; /* owner of all records */
};

/* "7-day-2018-08-01", "7-tail-carts-03": job 7, with or without its tail. */
void build_segment_id(char id[SEGMENT_ID_SIZE], const struct build *b,
    bool is_tail, const char *name);

/* Writes the segments of one shard and says in *out (an empty record) what the
 * commit needs of it:
 *
 *	carts, addresses   ids of the segments; no field: nothing is in it
 *	days               "<day> <begun> <paid> ..." of its carts
 *	tail carts         a delta; with `tail days` only when the tail is here
 *	tail days          as days, with the tail
 *
 * t     holds at least this shard of the whole log without the tail
 * tail  holds at least this shard of the tail; NULL: there is none */
enum err build_shard(const struct build *b, unsigned shard,
    const struct tally *t, const struct tally *tail, struct record *out)
    __attribute__((warn_unused_result));

#endif
