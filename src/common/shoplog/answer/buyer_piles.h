#ifndef TRAWL_COMMON_SHOPLOG_ANSWER_BUYER_PILES_H
#define TRAWL_COMMON_SHOPLOG_ANSWER_BUYER_PILES_H

#include "common/base/err.h"
#include "common/shoplog/answer/buyer_order.h"
#include "common/shoplog/carts/columns.h"
#include "common/shoplog/table/hash_table.h"

#include <stddef.h>
#include <stdint.h>

/* Kinds of buyers: a user id is nobody's address. */
enum { BUYER_USERS, BUYER_ADDRESSES, BUYER_KINDS };

/* Paid carts on their way into the order of their buyers: thrown on piles by a
 * hash of the buyer, 12 or 20 bytes each, and put in order pile by pile. */
struct buyer_piles {
	struct hash_secret secret;
	struct buyer_block *blocks[BUYER_KINDS]; /* owner */
	size_t carts;
};

/* {0} with a secret is empty. */
void buyer_piles_cleanup(struct buyer_piles *p);

/* Throws the paid carts of a shard. Of the columns: paid_day, owner, owner_key,
 * owner_ipv6. ERR_OK or ERR_NO_MEMORY. */
enum err buyer_piles_add(struct buyer_piles *p, const struct columns *shard);

/* The days on which the carts were paid, those of a buyer side by side, the first
 * one marked (BUYER_FIRST).
 *
 * threads  that do it at most, the caller's among them
 * days     room for p->carts
 * ERR_OK or ERR_NO_MEMORY. */
enum err buyer_piles_put_in_order(
    const struct buyer_piles *p, unsigned threads, uint32_t *days);

#endif
