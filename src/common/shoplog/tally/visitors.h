#ifndef TRAWL_COMMON_SHOPLOG_TALLY_VISITORS_H
#define TRAWL_COMMON_SHOPLOG_TALLY_VISITORS_H

#include "common/base/err.h"
#include "common/shoplog/scan/visit.h"
#include "common/shoplog/table/hash_table.h"
#include "common/shoplog/table/lanes.h"
#include "common/shoplog/table/names.h"
#include "common/shoplog/table/names_map.h"
#include "common/shoplog/tally/ballot.h"
#include "common/shoplog/tally/country_index.h"
#include "common/shoplog/tally/ipv6_visitors.h"
#include "common/shoplog/tally/visitor.h"

#include <stdbool.h>
#include <stdint.h>

/* The addresses of a tally with what of each of them crosses the
 * borders of the stretch: whether its first line here is an add-to-cart (for
 * which the stretch before knows the page), and the page if its last line here
 * is a goods page, or that it is not (which shadows a page of an earlier
 * stretch). An address that is absent has no line here. */

/* IPv4 addresses lie in buckets of one cache line, filled from their first
 * place on; one that is full goes on in the next, where a visitor costs more at
 * each visit: that was one visit in twelve with 5.6 in a bucket on the average, and
 * is one in ninety with half as many. */
enum { BUCKET_PLACES = LANES_NUMBERS, BUCKET_FILL = BUCKET_PLACES / 2 };

struct visitors_bucket {
	_Alignas(64) uint32_t ip[BUCKET_PLACES];
	struct visitor visitor[BUCKET_PLACES];
};

struct visitors {
	struct hash_secret secret;
	struct visitors_bucket *buckets; /* owner */
	size_t buckets_len;              /* a power of two, or 0 */
	size_t ipv4_len;                 /* at most BUCKET_FILL a bucket */
	struct ipv6_visitors ipv6;
	struct hash_table firsts;    /* of struct first_cart */
	struct hash_table far_pages; /* of struct far_page */
};

/* The add-to-cart that an address begins with. */
struct first_cart {
	struct hash_key key; /* the address */
	uint64_t goods_id;
};

/* A page with a number that does not fit a visitor: in a log that names more
 * than eight million pages. */
struct far_page {
	struct hash_key key; /* the address */
	uint32_t page;       /* if the visitor has VISITOR_FAR_PAGE */
};

void visitors_init(struct visitors *v, const struct hash_secret *secret);
void visitors_cleanup(struct visitors *v);

static inline size_t
visitors_len(const struct visitors *v)
{
	return v->ipv4_len + v->ipv6.len;
}

/* What is known of the address; a new one has no page and COUNTRY_NOT_ASKED. NULL
 * when memory is out. Valid until somebody is new for whom visitors_reserve() has made
 * no room. */
struct visitor *visitors_meet(
    struct visitors *v, struct hash_key key, bool *is_new);

/* The hash of an address. For IPv4, which are most, the upper half of a product with
 * a secret odd number: for any two addresses few of these make one bucket of it
 * (Dietzfelbinger et al., "A reliable randomized algorithm for the closest-pair
 * problem"). */
static inline uint64_t
visitors_hash_ipv4(const struct visitors *v, struct hash_key key)
{
	return ((uint32_t)key.low * (v->secret.a | 1)) >> 32;
}

static inline uint64_t
visitors_hash(const struct visitors *v, struct hash_key key)
{
	if (__builtin_expect(visitor_is_ipv4(key), 1))
		return visitors_hash_ipv4(v, key);
	return hash_of(&v->secret, key);
}

/* The same with visitors_hash() of the key at hand. */
struct visitor *visitors_meet_hashed(
    struct visitors *v, struct hash_key key, uint64_t hash, bool *is_new);

/* Brings the place of an IPv6 address into the cache. */
FETCH void
visitors_fetch_ipv6(
    const struct visitors *v, struct hash_key key, uint64_t hash)
{
	if (!visitor_is_ipv4(key))
		ipv6_visitors_fetch(&v->ipv6, hash);
}

/* The first place of the bucket that has the address or is free (then all behind
 * it are); BUCKET_PLACES when it is full of others. */
static inline unsigned
visitors_bucket_find(const struct visitors_bucket *b, uint32_t ip)
{
	return lanes_first(b->ip, ip, b->visitor);
}

/* The bucket where nearly all visitors of an IPv4 address are, to be fetched; any other
 * address has one, too, but is in none. Where visitors_reserve() has made room; valid as
 * visitors_meet() says. */
static inline struct visitors_bucket *
visitors_bucket_of(const struct visitors *v, struct hash_key key)
{
	return &v->buckets[visitors_hash_ipv4(v, key) & (v->buckets_len - 1)];
}

/* The same of an IPv6 address. */
static inline struct ipv6_bucket *
visitors_bucket_of_ipv6(const struct visitors *v, struct hash_key key)
{
	return &v->ipv6.buckets[hash_of(&v->secret, key) &
				(v->ipv6.buckets_len - 1)];
}

/* Whether a page may have a number that does not fit a visitor. */
static inline bool
visitors_may_be_far(const struct names *n)
{
	return n->table.len >= VISITOR_FAR_PAGE;
}

/* visitor_meet() of the visitor of an IPv4 address, who is not met either if he is not
 * in the bucket; nor is anybody with another address. */
static inline uint8_t
visitors_meet_near(struct visitors_bucket *b, struct hash_key key,
    uint32_t page, uint32_t *before)
{
	unsigned match = lanes_equal_numbers(b->ip, (uint32_t)key.low);
	bool is_he = (match != 0) & visitor_is_ipv4(key);
	/* A free place has any address, but no country. */
	unsigned place =
	    (unsigned)__builtin_ctz(match | 1u << (BUCKET_PLACES - 1));

	return visitor_meet(&b->visitor[place], is_he, page, before);
}

/* The visitor's last line is now of this page (NAME_NONE: of no goods page); what
 * it was before goes to *before. */
enum err visitors_turn_far(struct visitors *v, struct visitor *visitor,
    struct hash_key key, uint32_t page, uint32_t *before);

static inline enum err
visitors_turn(struct visitors *v, struct visitor *visitor, struct hash_key key,
    uint32_t page, uint32_t *before)
{
	struct visitor now = *visitor;

	if (__builtin_expect(
		now.page == VISITOR_FAR_PAGE ||
		    (page >= VISITOR_FAR_PAGE && page != NAME_NONE),
		0))
		return visitors_turn_far(v, visitor, key, page, before);
	*before = now.page == VISITOR_NO_PAGE ? NAME_NONE : now.page;
	/* NAME_NONE has all bits of VISITOR_NO_PAGE. */
	now.page = page & VISITOR_NO_PAGE;
	*visitor = now;
	return ERR_OK;
}
_Static_assert(
    (NAME_NONE & VISITOR_NO_PAGE) == VISITOR_NO_PAGE, "no page stays none");

/* Whether the address has a line here; the page of its last one, NAME_NONE if that
 * is of none, goes to *page. */
bool visitors_page(
    const struct visitors *v, struct hash_key key, uint32_t *page);

/* The first line of the address, just met, is an add-to-cart. */
enum err visitors_begin_with_cart(struct visitors *v, struct visitor *visitor,
    struct hash_key key, uint64_t goods_id);

/* A visitor by itself, out of its table. */
struct visitors_row {
	struct hash_key key;
	uint32_t page; /* NAME_NONE: its last line is something else */
	bool begins_with_cart;
	uint64_t first_goods_id; /* if it does */
};

/* A walk over all visitors, IPv4 first, in no order. */
struct visitors_walk {
	const struct visitors *visitors; /* borrowed; the rest is 0 at first */
	size_t place, ipv6;              /* the next ones */
};

bool visitors_walk_next(struct visitors_walk *w, struct visitors_row *out);

/* Makes room for so many addresses in all; false when memory is out. */
bool visitors_reserve(struct visitors *v, size_t ipv4_len, size_t ipv6_len);

/* v := v, then a stretch in which there is nobody but this one, its page under
 * its name here; the vote at the border goes to `ballot`. */
enum err visitors_follow(struct visitors *v, struct ballot *ballot,
    const struct visitors_row *right);

/* left := left, then right; the votes at the border go to `ballot`. */
enum err visitors_append(struct visitors *left, struct names *left_names,
    struct ballot *ballot, const struct visitors *right,
    const struct names *right_names, struct names_map *map);

#endif
