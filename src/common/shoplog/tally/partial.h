#ifndef TRAWL_COMMON_SHOPLOG_TALLY_PARTIAL_H
#define TRAWL_COMMON_SHOPLOG_TALLY_PARTIAL_H

#include "common/base/err.h"
#include "common/base/span.h"
#include "common/shoplog/carts/columns.h"
#include "common/shoplog/tally/tally.h"

/* A tally in bytes: what a worker leaves in Redis for the one that merges.
 * Little-endian, a version first, every length checked on reading (a
 * partial of another version, or cut short, is ERR_CORRUPT and nothing else).
 *
 *	header     version, offset of every section
 *	names      categories and goods pages that the other sections refer to
 *	common     summary, counts by day, votes
 *	shard 0..  carts (columns.h), addresses (visitors_bytes.h)
 *
 * The sections can be fetched alone: a merge of one shard needs the names and
 * that shard of every partial, the commit needs names and common. */
enum { PARTIAL_HEADER_SIZE = 8 + 8 * (2 + SHARDS + 1) };

struct partial_layout {
	uint64_t names, common; /* offset of each section */
	uint64_t shard[SHARDS];
	uint64_t end; /* the size of all */
};

/* bytes  the caller frees with free(3)
 * ERR_OK or ERR_NO_MEMORY. */
enum err partial_encode(const struct tally *t, uint8_t **bytes, size_t *len);

/* Where the sections lie; ERR_CORRUPT.
 *
 * header  PARTIAL_HEADER_SIZE bytes at least */
enum err partial_layout(struct span header, struct partial_layout *out);

/* t := t, then what the sections hold. Partials are appended in the order of
 * the log. `names` and the section are of the same partial.
 *
 * carts  given the shard's carts, which then do not come to t: columns_join makes
 *        one of those of many partials (columns_cleanup); NULL: they do
 * ERR_OK, ERR_CORRUPT or ERR_NO_MEMORY; on an error t may only be freed. */
enum err partial_append_common(
    struct tally *t, struct span names, struct span common);
enum err partial_append_shard(struct tally *t, unsigned shard,
    struct span names, struct span section, struct columns *carts);

/* All of a partial at once: for tests, which hold it against tally_append(). */
enum err partial_append(struct tally *t, struct span bytes);

#endif
