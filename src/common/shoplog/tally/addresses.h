#ifndef TRAWL_COMMON_SHOPLOG_TALLY_ADDRESSES_H
#define TRAWL_COMMON_SHOPLOG_TALLY_ADDRESSES_H

#include "common/base/err.h"
#include "common/base/span.h"
#include "common/shoplog/table/hash_table.h"
#include "common/shoplog/tally/tally.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The border state of a checkpoint, one segment a shard: for the addresses
 * whose last line so far is a goods page, which page that is. It holds its own
 * names, so it can be read alone. In Redis the string `segment:<id>`:
 *
 *	u64 version
 *	u64 offset of the names
 *	visitors (visitors_bytes.h), without firsts: nothing lies before a checkpoint
 *	names (names.h)
 *
 * 8 bytes an IPv4 address, 20 an IPv6 one. A base holds the addresses with a
 * page; a delta holds the "not" of an address as well, to shadow the base. */

/* keep_not  true: a delta, false: a base
 * bytes     the caller frees with free(3)
 * ERR_OK or ERR_NO_MEMORY. */
enum err addresses_encode(const struct tally *t, unsigned shard, bool keep_not,
    uint8_t **bytes, size_t *len);

/* The same of `len` shards from `first` on: all visitors of the tally are gone
 * through once, or twice if some shards want a base and others a delta.
 *
 * shards  keep_not: the caller's; bytes: given, or NULL on an error */
struct addresses_shard {
	bool keep_not;
	uint8_t *bytes; /* the caller frees with free(3) */
	size_t len;
};
enum err addresses_encode_shards(const struct tally *t, unsigned first,
    struct addresses_shard *shards, unsigned len);

/* t := t, then what the segment holds. The base first, then its deltas in
 * order, then the partials of what has grown. ERR_CORRUPT; t may only be freed
 * then. */
enum err addresses_append(struct tally *t, unsigned shard, struct span bytes);

/* Where what lies in a segment, so that a few addresses can be looked up without
 * reading all of it: addresses ascending, and the last page of each. */
enum { ADDRESSES_VERSION = 1, ADDRESSES_HEADER_SIZE = 32 };

struct addresses_layout {
	uint32_t ipv4_len, ipv6_len;
	uint64_t ipv4, ipv6; /* offset of the u32 each, of the two u64 each */
	uint64_t last; /* u32 each, IPv4 first: 0 is no page, else 1 + rank */
	uint64_t names;
};

/* header  ADDRESSES_HEADER_SIZE bytes at least. ERR_CORRUPT. */
enum err addresses_layout_read(
    struct span header, struct addresses_layout *out);

/* The addresses of a shard whose first line is an add-to-cart: whether it is a
 * vote is for what lies before to say. IPv4 first, each ascending.
 *
 * out  *len keys; the caller frees with free(3) */
enum err addresses_in_question(
    const struct tally *t, unsigned shard, struct hash_key **out, size_t *len);

/* The last page of an address, as a segment says it. */
struct address_page {
	struct hash_key key;
	uint32_t last;
};

/* t := t, which is new, with these addresses. What follows, appended to it, finds
 * the pages that it asks about.
 *
 * names  bytes of the segment from its names on; ERR_CORRUPT */
enum err addresses_pick(struct tally *t, struct span names,
    const struct address_page *pages, size_t len);

#endif
