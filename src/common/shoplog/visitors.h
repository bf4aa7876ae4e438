#ifndef TRAWL_COMMON_SHOPLOG_VISITORS_H
#define TRAWL_COMMON_SHOPLOG_VISITORS_H

#include "common/base/err.h"
#include "common/base/span.h"
#include "common/geo/geo.h"
#include "common/shoplog/ballot.h"
#include "common/shoplog/bytes.h"
#include "common/shoplog/hash_table.h"
#include "common/shoplog/names.h"
#include "common/shoplog/visit.h"

#include <stdbool.h>
#include <stdint.h>

/* The addresses of one shard of a tally with what of each of them crosses the
 * borders of the stretch: whether its first line here is an add-to-cart (for
 * which the stretch before knows the page), and the page if its last line here
 * is a goods page, or that it is not (which shadows a page of an earlier
 * stretch). An address that is absent has no line here. */
enum { COUNTRY_NOT_ASKED = UINT16_MAX };

/* What is known of an address. */
struct visitor {
	uint32_t last_page;    /* NAME_NONE: its last line is something else */
	uint16_t country;      /* COUNTRY_NOT_ASKED: not looked up so far */
	bool is_there;         /* false: a free place in the table */
	bool begins_with_cart; /* its goods id is in visitors.firsts */
};

/* Twelve bytes, because most of a log's addresses are IPv4 and every line needs
 * one of them: what lies close together is found quickly. */
struct ipv4_visitor {
	uint32_t ip;
	struct visitor visitor;
};

struct ipv6_visitor {
	struct hash_key key; /* the address, network order, two halves */
	struct visitor visitor;
};

struct visitors {
	struct hash_secret secret;
	struct ipv4_visitor *ipv4; /* open addressing; at most 3/4 are taken */
	size_t ipv4_len, ipv4_places; /* a power of two, or 0 */
	struct hash_table ipv6;       /* of struct ipv6_visitor */
	struct hash_table firsts;     /* of struct first_cart */
};

/* The add-to-cart that an address begins with. */
struct first_cart {
	struct hash_key key; /* the address */
	uint64_t goods_id;
};

static inline bool
visitor_is_ipv4(struct hash_key key)
{
	return key.high == 0 && key.low >> 32 == 0xffff;
}

void visitors_init(struct visitors *v, const struct hash_secret *secret);
void visitors_cleanup(struct visitors *v);

static inline size_t
visitors_len(const struct visitors *v)
{
	return v->ipv4_len + v->ipv6.len;
}

/* What is known of the address; a new one has no page and no country yet. NULL
 * when memory is out. Valid until the next call. */
struct visitor *visitors_meet(
    struct visitors *v, struct hash_key key, bool *is_new);

/* The same with hash_of() the key at hand; and what brings its place into the
 * cache before. */
struct visitor *visitors_meet_hashed(
    struct visitors *v, struct hash_key key, uint64_t hash, bool *is_new);

/* The place of an IPv4 address is fetched by a load that nobody waits for: a
 * prefetch instruction may be dropped when its page is not in the TLB, which in
 * a table of megabytes it seldom is. */
static inline void
visitors_fetch(const struct visitors *v, struct hash_key key, uint64_t hash)
{
	size_t place = hash & (v->ipv4_places - 1);

	if (!visitor_is_ipv4(key))
		hash_table_fetch_slot(&v->ipv6, hash);
	else if (v->ipv4_places)
		(void)*(const volatile uint32_t *)&v->ipv4[place].ip;
}

/* The first line of the address, just met, is an add-to-cart. */
enum err visitors_begin_with_cart(struct visitors *v, struct visitor *visitor,
    struct hash_key key, uint64_t goods_id);

/* left := left, then right; the votes at the border go to `ballot`. */
enum err visitors_append(struct visitors *left, struct names *left_names,
    struct ballot *ballot, const struct visitors *right,
    const struct names *right_names, struct names_map *map);

/* What of the visitors is written. */
enum visitors_part {
	VISITORS_BORDERS, /* everything: a stretch between others */
	VISITORS_LASTS, /* pages and "not": what the log so far is changed by */
	VISITORS_PAGES, /* pages: the whole log so far, nothing lies before */
};

void visitors_use_names(const struct visitors *v, struct names_order *o);

/* In bytes, little-endian, rows sorted by address (IPv4 first), fixed width so
 * that one address can be found by halving:
 *
 *	u32 IPv4 rows, u32 IPv6 rows, u32 firsts, u32 0
 *	IPv6 rows       2 * u64   high, low half
 *	firsts          u64       goods id of the add-to-cart
 *	firsts          u32       row that it belongs to, ascending
 *	IPv4 rows       u32       address
 *	all rows        u32       last page: 1 + rank of its name, 0: not a page
 *
 * 8 bytes an IPv4 address, 20 an IPv6 one, 12 more for one whose first line is
 * an add-to-cart. */
enum err visitors_write(struct writer *w, const struct visitors *v,
    const struct names_order *o, enum visitors_part part);

/* left := left, then what the bytes hold. ERR_CORRUPT when an address is not of
 * this shard. */
enum err visitors_read(struct visitors *left, unsigned shard,
    const struct names *n, struct ballot *ballot, struct reader *r,
    const struct names_map *map);

#endif
