#ifndef TRAWL_COMMON_SHOPLOG_TALLY_TALLY_COLUMNS_H
#define TRAWL_COMMON_SHOPLOG_TALLY_TALLY_COLUMNS_H

#include "common/shoplog/carts/columns.h"
#include "common/shoplog/tally/tally.h"

/* The carts of one shard of a tally. columns_cleanup gives `out` back, which is empty
 * after an error. ERR_OK or ERR_NO_MEMORY. */
enum err tally_columns(
    const struct tally *t, unsigned shard, struct columns *out);

/* The carts of one shard of neighbouring tallies, in order, as one; they are gone
 * from the tallies. As above. Thread: any, one a shard. */
enum err tally_take_columns(struct tally *const *parts, size_t len,
    unsigned shard, struct columns *out);

#endif
