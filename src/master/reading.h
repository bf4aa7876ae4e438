#ifndef TRAWL_MASTER_READING_H
#define TRAWL_MASTER_READING_H

#include "common/base/err.h"
#include "common/geo/geo.h"
#include "common/shoplog/source.h"
#include "common/shoplog/tally.h"
#include "master/progress.h"

/* Reads a whole log with several threads: each takes one stretch of it, and the
 * stretches are appended in the order of the log.
 *
 * threads  1 or more; a small log takes fewer
 * out      tally_free gives it back
 * Returns ERR_OK, ERR_NO_MEMORY, ERR_NO_LOG or ERR_LOG_CHANGED. Blocks. */
enum err reading_run(const struct source *source, const struct geo *geo,
    unsigned threads, struct progress *progress, struct tally **out,
    struct problem *why);

#endif
