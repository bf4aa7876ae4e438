#ifndef TRAWL_COMMON_SHOPLOG_CARTS_COLUMNS_JOIN_H
#define TRAWL_COMMON_SHOPLOG_CARTS_COLUMNS_JOIN_H

#include "common/shoplog/carts/columns.h"

/* Many columns of one shard as one: what columns_append would make of them one by
 * one, but each cart is moved once, however many there are. */

/* out := parts[0], then parts[1], and so on: none of them is changed. ERR_OK or
 * ERR_NO_MEMORY; columns_cleanup gives `out` back.
 *
 * Pure, any thread. */
enum err columns_join(
    const struct columns *parts, size_t len, struct columns *out);

#endif
