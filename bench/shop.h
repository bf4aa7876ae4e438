#ifndef TRAWL_BENCH_SHOP_H
#define TRAWL_BENCH_SHOP_H

#include <stdint.h>

/* A shop with many visitors at a time, each on a walk: home, categories, goods,
 * now and then an add-to-cart behind the goods page, at the end often a pay line
 * and its success. Every request is the next step of a visitor picked at random,
 * so walks interleave as in a real log, and time only goes forward. */
enum page {
	PAGE_HOME,
	PAGE_CATEGORY,
	PAGE_GOODS,
	PAGE_CART,
	PAGE_PAY,
	PAGE_SUCCESS,
};

enum { GOODS_PER_CATEGORY = 7 };

struct request {
	enum page page;
	uint64_t second;  /* since the first midnight */
	uint64_t address; /* a number of the visitor, 0 and up */
	uint64_t category;
	uint64_t goods; /* 0 to GOODS_PER_CATEGORY - 1 */
	uint64_t amount, cart, user;
};

/* How the shop is to look when `lines` requests have been made. */
struct shop_plan {
	uint64_t seed, lines, days, addresses, carts, categories;
};

struct shop;

/* NULL when memory is out. free(3) gives it back. */
struct shop *shop_new(const struct shop_plan *plan);

void shop_next(struct shop *s, struct request *out);

#endif
