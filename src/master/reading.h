#ifndef TRAWL_MASTER_READING_H
#define TRAWL_MASTER_READING_H

#include "common/base/err.h"
#include "common/geo/geo.h"
#include "common/shoplog/carts/columns.h"
#include "common/shoplog/source/source.h"
#include "common/shoplog/tally/tally.h"
#include "master/progress.h"

/* A whole log, read: what the reports are answered from. */
struct reading {
	struct tally *tally; /* summary, counts, votes */
	struct columns carts[SHARDS];
};

/* What will be asked of the counts. */
struct reading_ask {
	struct tally_wanted wanted;
	/* Nothing else, unless no view names any of the wanted ones: then, of
	 * all categories. */
	bool is_fallback_all;
};

/* Reads a log with several threads: each takes one stretch of it, and then shard
 * after shard of the carts.
 *
 * threads  1 or more; a small log takes fewer
 * out      filled on ERR_OK, else empty; reading_cleanup gives it back
 * Returns ERR_OK, ERR_NO_MEMORY, or as chunk_tally(). Blocks. */
enum err reading_run(const struct source *source, const struct geo *geo,
    unsigned threads, const struct reading_ask *ask, struct progress *progress,
    struct reading *out, struct problem *why);
void reading_cleanup(struct reading *r);

#endif
