#ifndef TRAWL_COMMON_SHOPLOG_CARTS_HELD_GOODS_H
#define TRAWL_COMMON_SHOPLOG_CARTS_HELD_GOODS_H

#include "common/base/err.h"
#include "common/shoplog/table/radix_sort.h"

#include <stddef.h>
#include <stdint.h>

/* What is in the carts of a shard: pairs of a cart and a goods id, in a list that
 * lines are only appended to. Pairs that are there more than once are dropped
 * whenever the list has doubled, so it is at most twice as long as what it says,
 * or HELD_GOODS_LEAST, and each pair costs a part of a few sorts instead of a
 * place in a hash table. A cart with 100,000 goods costs what 100,000 carts with
 * one do. */
enum { HELD_GOODS_LEAST = 64 };

struct held_goods {
	struct radix_row
	    *rows; /* owner; key: goods id, value: index of the cart */
	size_t len, room;
};

/* {0} is empty. */
void held_goods_cleanup(struct held_goods *h);

/* Makes room for one pair at least; what has been there twice is there once.
 * ERR_OK or ERR_NO_MEMORY, also of more pairs than 32 bits count. */
enum err held_goods_make_room(struct held_goods *h);

/* The cart holds the goods, now or already. */
static inline enum err
held_goods_add(struct held_goods *h, uint32_t cart, uint64_t goods_id)
{
	if (__builtin_expect(h->len == h->room, 0)) {
		enum err e = held_goods_make_room(h);

		if (e)
			return e;
	}
	h->rows[h->len++] = (struct radix_row){ goods_id, cart };
	return ERR_OK;
}

/* Sorts rows by goods id and drops those that are there twice. Returns how many
 * stay.
 *
 * scratch  room for as many rows
 * last     one word for each cart, of any value */
size_t held_goods_settle(struct radix_row *rows, size_t len,
    struct radix_row *scratch, size_t *last);

#endif
