#ifndef TRAWL_COMMON_SHOPLOG_TALLY_SHARD_H
#define TRAWL_COMMON_SHOPLOG_TALLY_SHARD_H

#include "common/shoplog/table/hash_table.h"
#include "common/shoplog/tally/tally.h"

/* The shard of a cart (its id is the lower half) or of an address. Part of the
 * formats: every host and every version of one data set must agree, so the hash
 * is fixed and has no secret. Who chooses keys against it makes one shard
 * longer and the merge less parallel, nothing worse. */
static inline unsigned
shard_of(struct hash_key key)
{
	uint64_t h = key.high * 0x9e3779b97f4a7c15 ^ key.low;

	h = (h ^ h >> 32) * 0xd6e8feb86659fd93;
	h = (h ^ h >> 32) * 0xd6e8feb86659fd93;
	return (unsigned)(h >> 32) % SHARDS;
}

#endif
