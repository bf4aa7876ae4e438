#ifndef TRAWL_COMMON_SHOPLOG_TALLY_IPV6_VISITORS_H
#define TRAWL_COMMON_SHOPLOG_TALLY_IPV6_VISITORS_H

#include "common/shoplog/table/hash_table.h"
#include "common/shoplog/table/lanes.h"
#include "common/shoplog/tally/country_index.h"
#include "common/shoplog/tally/visitor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The IPv6 addresses of a tally, with what is known of each beside it: a bucket is
 * one cache line, filled from its first place on, so that nearly every address
 * costs one line that was fetched ahead. One that is full goes on in the next. */
enum { IPV6_PLACES = LANES_WIDE, IPV6_FILL = 2 /* on the average, at most */ };

struct ipv6_bucket {
	_Alignas(64) struct hash_key key[IPV6_PLACES];
	/* Behind the last place nobody. */
	struct visitor visitor[IPV6_PLACES + 1];
};

struct ipv6_visitors {
	struct ipv6_bucket *buckets; /* owner */
	size_t buckets_len;          /* a power of two, or 0 */
	size_t len;                  /* addresses */
};

/* Without memory until an address is met. */
void ipv6_visitors_cleanup(struct ipv6_visitors *v);

/* Brings the place of the address into the cache.
 *
 * hash  hash_of() it, as below */
FETCH void
ipv6_visitors_fetch(const struct ipv6_visitors *v, uint64_t hash)
{
	if (v->buckets_len)
		__builtin_prefetch(&v->buckets[hash & (v->buckets_len - 1)]);
}

/* The visitor of an address where nearly all of them are; NULL: not there, for
 * ipv6_visitors_meet() to look further. */
static inline struct visitor *
ipv6_visitors_find_near(
    struct ipv6_visitors *v, struct hash_key key, uint64_t hash)
{
	struct ipv6_bucket *b;
	struct visitor *visitor;
	unsigned found = 1u << IPV6_PLACES;

	if (!v->buckets_len)
		return NULL;
	b = &v->buckets[hash & (v->buckets_len - 1)];
#pragma GCC unroll 3
	for (unsigned i = 0; i < IPV6_PLACES; i++)
		found |= (unsigned)(((b->key[i].high ^ key.high) |
					(b->key[i].low ^ key.low)) == 0)
			 << i;
	visitor = &b->visitor[__builtin_ctz(found)];
	return visitor->country == COUNTRY_NOBODY ? NULL : visitor;
}

/* visitor_meet() of the visitor of an address, who is not met either if he is not in
 * the bucket. */
static inline uint8_t
ipv6_visitors_meet_near(
    struct ipv6_bucket *b, struct hash_key key, uint32_t page, uint32_t *before)
{
	unsigned match = lanes_equal_wide(b->key, &key);
	unsigned place =
	    (unsigned)__builtin_ctz(match | 1u << 4 * IPV6_PLACES) / 4;

	/* A free place has the address that is zero, but no country. */
	return visitor_meet(&b->visitor[place], true, page, before);
}

/* NULL: the address is not there. */
const struct visitor *ipv6_visitors_find(
    const struct ipv6_visitors *v, struct hash_key key, uint64_t hash);

/* The visitor of the address; zeroed when nobody was there, and the caller gives
 * it a country then. NULL when memory is out. Valid until somebody is new for whom
 * ipv6_visitors_reserve() has made no room.
 *
 * secret  that of all hashes */
struct visitor *ipv6_visitors_meet(struct ipv6_visitors *v, struct hash_key key,
    uint64_t hash, const struct hash_secret *secret);

/* Makes room for so many addresses in all; false when memory is out. */
bool ipv6_visitors_reserve(
    struct ipv6_visitors *v, size_t len, const struct hash_secret *secret);

/* The next visitor of a walk over all of them, in no order; NULL at the end.
 *
 * place  0 at first */
const struct visitor *ipv6_visitors_next(
    const struct ipv6_visitors *v, size_t *place, struct hash_key *key);

#endif
