#ifndef TRAWL_COMMON_SHOPLOG_TALLY_VISITORS_BYTES_H
#define TRAWL_COMMON_SHOPLOG_TALLY_VISITORS_BYTES_H

#include "common/shoplog/table/bytes.h"
#include "common/shoplog/table/names_map.h"
#include "common/shoplog/table/names_order.h"
#include "common/shoplog/table/radix_sort.h"
#include "common/shoplog/tally/tally.h"
#include "common/shoplog/tally/visitors.h"

/* Visitors as bytes: what a stretch of the log leaves for the one that follows
 * it, in partials (partial.h) and in checkpoints (addresses.h). */

/* What of the visitors is written. */
enum visitors_part {
	VISITORS_BORDERS, /* everything: a stretch between others */
	VISITORS_LASTS, /* pages and "not": what the log so far is changed by */
	VISITORS_PAGES, /* pages: the whole log so far, nothing lies before */
};

/* The visitors that are to be written, shard by shard, in the order in which they
 * are. */
struct visitors_rows {
	struct visitors_row *at;
	struct radix_row *ipv4, *ipv6; /* value: index into `at` */
	uint32_t ipv4_from[SHARDS + 1], ipv6_from[SHARDS + 1]; /* by shard */
	enum visitors_part part;
};

/* Those of the shards from `from` on, up to `to`, itself not included.
 * ERR_NO_MEMORY; visitors_rows_cleanup in any case. */
enum err visitors_rows_init(struct visitors_rows *out, const struct visitors *v,
    enum visitors_part part, unsigned from, unsigned to);
void visitors_rows_cleanup(struct visitors_rows *rows);

/* The names to which one shard refers. */
void visitors_rows_use_names(
    const struct visitors_rows *rows, unsigned shard, struct names_order *o);

/* One shard in bytes, little-endian, rows sorted by address (IPv4 first), fixed
 * width so that one address can be found by halving:
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
void visitors_rows_write(struct writer *w, const struct visitors_rows *rows,
    unsigned shard, const struct names_order *o);

/* left := left, then what the bytes hold. ERR_CORRUPT when an address is not of
 * this shard. */
enum err visitors_read(struct visitors *left, unsigned shard,
    const struct names *n, struct ballot *ballot, struct reader *r,
    const struct names_map *map);

#endif
