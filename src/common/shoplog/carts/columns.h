#ifndef TRAWL_COMMON_SHOPLOG_CARTS_COLUMNS_H
#define TRAWL_COMMON_SHOPLOG_CARTS_COLUMNS_H

#include "common/base/err.h"
#include "common/base/span.h"

#include <stdbool.h>
#include <stdint.h>

/* The carts of one shard as columns, sorted by cart id, so that a reader scans
 * only what its question needs and a merge walks two of them side by side.
 * In Redis the string `segment:<id>` (columns_block.h): little-endian, a version
 * first, lengths checked on reading. A shard is a base and small deltas; a delta says
 * what later lines add and is folded with columns_append (a monoid, as the
 * tally is). */
#define COLUMNS_NO_DAY UINT32_MAX

enum cart_owner {
	OWNER_NONE,
	OWNER_USER, /* user_id of the last pay line */
	OWNER_IPV4, /* address of the last success_pay; any pay line outranks it */
	OWNER_IPV6,
};

/* An address that owns a cart. */
struct columns_ipv6 {
	uint64_t high, low;
};

struct columns {
	uint32_t carts_len;
	uint32_t goods_len;        /* distinct goods ids in this shard */
	uint32_t items_len;        /* goods in carts, each once a cart */
	uint32_t ipv6_len;         /* carts that an IPv6 address owns */
	const uint64_t *cart_id;   /* [carts_len], ascending */
	const uint32_t *named_day; /* day of the first line that names it */
	const uint32_t *paid_day;  /* of its first success_pay, or NO_DAY */
	const uint8_t *owner;      /* enum cart_owner */
	const uint64_t *owner_key; /* user id, IPv4, or place in owner_ipv6 */
	const struct columns_ipv6 *owner_ipv6; /* [ipv6_len], as carts come */
	const uint32_t *items_from;            /* [carts_len + 1] into items */
	const uint32_t *items;    /* into goods_id, ascending in a cart */
	const uint64_t *goods_id; /* [goods_len], ascending */
	void *memory;             /* owner of all arrays above */
};

struct carts;

/* Carts that have grown (carts.h). Here and below columns_cleanup gives `out` back,
 * which is empty after an error. ERR_OK or ERR_NO_MEMORY. */
enum err columns_of_carts(const struct carts *carts, struct columns *out);

/* bytes  the caller frees with free(3)
 * ERR_OK or ERR_NO_MEMORY. */
enum err columns_encode(const struct columns *c, uint8_t **bytes, size_t *len);

/* Takes only what columns_encode() can have written: ERR_OK, ERR_CORRUPT or
 * ERR_NO_MEMORY. */
enum err columns_decode(struct span bytes, struct columns *out);

/* out := base, then delta: neither is changed. ERR_OK or ERR_NO_MEMORY. */
enum err columns_append(const struct columns *base, const struct columns *delta,
    struct columns *out);
void columns_cleanup(struct columns *c);

/* Whether each id is greater than the one before, as in a column of ids. */
static inline bool
columns_ids_ascend(const uint64_t *ids, uint32_t len)
{
	for (uint32_t i = 1; i < len; i++)
		if (ids[i - 1] >= ids[i])
			return false;
	return true;
}

#endif
