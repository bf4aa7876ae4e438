#ifndef TRAWL_WORKER_INGEST_BUILD_DAYS_H
#define TRAWL_WORKER_INGEST_BUILD_DAYS_H

#include "common/base/err.h"
#include "common/shoplog/answer/day.h"
#include "common/shoplog/tally/tally.h"
#include "worker/ingest/build_shard.h"
#include "worker/store/redis/record.h"

#include <stdbool.h>
#include <stddef.h>

/* The days of a generation. Pool threads. */
struct build_days {
	struct day_segment *days; /* ascending; owner the arena */
	size_t len;
};

/* The days of a tally, with the carts that SHARDS records of build_shard say,
 * with or without the tail. */
enum err build_days_of(const struct build *b, const struct tally *t,
    const struct record *reduced, bool is_tail, struct build_days *out)
    __attribute__((warn_unused_result));

/* Before build_checkpoint: t := with all that the base has of the days that
 * change, and with its summary. For the job that reads all it does nothing.
 *
 * known  those days as the base has them */
enum err build_on_base(const struct build *b, struct tally *t,
    const struct tally *tail, const struct record *reduced,
    struct build_days *known) __attribute__((warn_unused_result));

#endif
