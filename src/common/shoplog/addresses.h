#ifndef TRAWL_COMMON_SHOPLOG_ADDRESSES_H
#define TRAWL_COMMON_SHOPLOG_ADDRESSES_H

#include "common/base/err.h"
#include "common/base/span.h"
#include "common/shoplog/tally.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The border state of a checkpoint, one segment a shard: for the addresses
 * whose last line so far is a goods page, which page that is. It holds its own
 * names, so it can be read alone. In Redis the string `segment:<id>`:
 *
 *	u64 version
 *	u64 offset of the names
 *	visitors (visitors.h), without firsts: nothing lies before a checkpoint
 *	names (names.h)
 *
 * 8 bytes an IPv4 address, 20 an IPv6 one. A base holds the addresses with a
 * page; a delta holds the "not" of an address as well, to shadow the base. */

/* keep_not  true: a delta, false: a base
 * bytes     the caller frees with free(3) */
enum err addresses_encode(const struct tally *t, unsigned shard, bool keep_not,
    uint8_t **bytes, size_t *len);

/* t := t, then what the segment holds. The base first, then its deltas in
 * order, then the partials of what has grown. ERR_CORRUPT; t may only be freed
 * then. */
enum err addresses_append(struct tally *t, unsigned shard, struct span bytes);

/* A base and its deltas, in order, folded into one base. */
enum err addresses_compact(const struct span *segments, size_t segments_len,
    unsigned shard, uint8_t **bytes, size_t *len);

#endif
