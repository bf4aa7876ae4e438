#ifndef TRAWL_COMMON_SHOPLOG_ANSWER_BUYER_ORDER_H
#define TRAWL_COMMON_SHOPLOG_ANSWER_BUYER_ORDER_H

#include "common/base/civil.h"
#include "common/shoplog/table/hash_table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Marks the first day of a buyer; no day is that large. */
#define BUYER_FIRST (UINT32_C(1) << 31)
_Static_assert(CIVIL_DAY_MAX < 1 << 30, "days leave room for a mark");

/* One pile of paid carts after the other, put in the order of their buyers. A
 * pile is written into the columns, beginning at 1: there is no cart 0. */
struct buyer_order {
	const struct hash_secret *secret; /* borrowed */
	uint32_t carts;
	uint64_t *low, *high; /* keys; of users no high half is looked at */
	uint32_t *days;

	/* buyer_order_write's own */
	size_t room;
	uint32_t *last;    /* by place: its buyer's last cart so far, or 0 */
	size_t places_len; /* a power of two */
	uint32_t *before;  /* of each cart, the one before of its buyer, or 0 */
	bool *is_followed; /* not bytes, which could alias all of this */
	uint32_t *ends;    /* carts that are not followed */
};

/* {0} with a secret is empty. */
void buyer_order_cleanup(struct buyer_order *o);

/* Makes room for a pile of so many carts; those before are gone. false when
 * memory is out. */
bool buyer_order_begin(struct buyer_order *o, uint32_t carts);

/* The days of the pile, those of a buyer side by side, the first one marked.
 *
 * days  room for o->carts */
void buyer_order_write(struct buyer_order *o, bool is_wide, uint32_t *days);

#endif
