/* IPv6 addresses in buckets of a cache line. */
#include "common/shoplog/tally/ipv6_visitors.h"

#include "common/shoplog/table/buckets.h"

#include <stdlib.h>

enum { FIRST_BUCKETS = 8 };

_Static_assert(sizeof(struct ipv6_bucket) == BUCKET_SIZE, "one cache line");

void
ipv6_visitors_cleanup(struct ipv6_visitors *v)
{
	free(v->buckets);
	*v = (struct ipv6_visitors){ 0 };
}

/* The first place of the bucket that has the address or is free (then all behind
 * it are); IPV6_PLACES when it is full of others. */
static inline unsigned
find_in(const struct ipv6_bucket *b, struct hash_key key)
{
	unsigned found = 1u << IPV6_PLACES;

#pragma GCC unroll 3
	for (unsigned i = 0; i < IPV6_PLACES; i++) {
		uint64_t differs =
		    (b->key[i].high ^ key.high) | (b->key[i].low ^ key.low);

		found |= (unsigned)((differs == 0) |
				    (b->visitor[i].country == COUNTRY_NOBODY))
			 << i;
	}
	return (unsigned)__builtin_ctz(found);
}

struct place {
	struct hash_key *key;
	struct visitor *visitor;
};

/* Where the address is, or belongs. */
static inline struct place
probe(struct ipv6_bucket *all, size_t len, struct hash_key key, uint64_t hash)
{
	size_t i = hash & (len - 1);
	unsigned at;

	while ((at = find_in(&all[i], key)) == IPV6_PLACES)
		i = (i + 1) & (len - 1);
	return (struct place){ &all[i].key[at], &all[i].visitor[at] };
}

const struct visitor *
ipv6_visitors_find(
    const struct ipv6_visitors *v, struct hash_key key, uint64_t hash)
{
	const struct visitor *visitor;

	if (!v->buckets_len)
		return NULL;
	visitor = probe(v->buckets, v->buckets_len, key, hash).visitor;
	return visitor->country == COUNTRY_NOBODY ? NULL : visitor;
}

const struct visitor *
ipv6_visitors_next(
    const struct ipv6_visitors *v, size_t *place, struct hash_key *key)
{
	while (*place < v->buckets_len * IPV6_PLACES) {
		const struct ipv6_bucket *b = &v->buckets[*place / IPV6_PLACES];
		size_t at = (*place)++ % IPV6_PLACES;

		*key = b->key[at];
		if (b->visitor[at].country != COUNTRY_NOBODY)
			return &b->visitor[at];
	}
	return NULL;
}

bool
ipv6_visitors_reserve(
    struct ipv6_visitors *v, size_t len, const struct hash_secret *secret)
{
	size_t buckets_len = v->buckets_len ? v->buckets_len : FIRST_BUCKETS;
	const struct visitor *visitor;
	struct ipv6_bucket *buckets;
	struct hash_key key;
	size_t at = 0;

	while (buckets_len * IPV6_FILL < len)
		buckets_len *= 2;
	if (len == 0 || buckets_len == v->buckets_len)
		return true;
	buckets = buckets_new(buckets_len * sizeof(*buckets));
	if (!buckets)
		return false;
	while ((visitor = ipv6_visitors_next(v, &at, &key))) {
		struct place to =
		    probe(buckets, buckets_len, key, hash_of(secret, key));

		*to.key = key;
		*to.visitor = *visitor;
	}
	free(v->buckets);
	v->buckets = buckets;
	v->buckets_len = buckets_len;
	return true;
}

struct visitor *
ipv6_visitors_meet(struct ipv6_visitors *v, struct hash_key key, uint64_t hash,
    const struct hash_secret *secret)
{
	struct place p;

	if (!ipv6_visitors_reserve(v, v->len + 1, secret))
		return NULL;
	p = probe(v->buckets, v->buckets_len, key, hash);
	v->len += p.visitor->country == COUNTRY_NOBODY;
	*p.key = key;
	return p.visitor;
}
