#ifndef TRAWL_COMMON_SHOPLOG_CARTS_COLUMNS_BLOCK_H
#define TRAWL_COMMON_SHOPLOG_CARTS_COLUMNS_BLOCK_H

#include "common/base/err.h"
#include "common/base/span.h"
#include "common/shoplog/carts/columns.h"

#include <stdbool.h>
#include <stdint.h>

/* Columns as one block of bytes: in memory what it is in Redis, so that the
 * one becomes the other by copying.
 *
 *	u32 version, carts_len, goods_len, items_len, ipv6_len, 0
 *	u64 offset of each column, in the order of enum column
 *	u64 size of the block
 *	the columns, each at a multiple of 8
 *
 * Bytes: 29 a cart (45 if an IPv6 address owns it), 4 an item, 8 a goods id, 8
 * for 256 carts in the sample, COLUMNS_HEADER_SIZE, and at most 7 a column to round
 * up. With GETRANGE of the header, the sample and 2 KiB of ids a reader finds one
 * cart in a shard of any size. */
enum column {
	COLUMN_SAMPLE, /* u64: cart_id of every 256th cart, from the first */
	COLUMN_CART_ID,
	COLUMN_OWNER_KEY,
	COLUMN_OWNER_IPV6,
	COLUMN_GOODS_ID,
	COLUMN_NAMED_DAY,
	COLUMN_PAID_DAY,
	COLUMN_ITEMS_FROM,
	COLUMN_ITEMS,
	COLUMN_OWNER,
	COLUMN_KINDS,
};

enum {
	COLUMNS_HEADER_SIZE = 24 + 8 * (COLUMN_KINDS + 1),
	COLUMNS_SAMPLE_STEP = 256,
};

struct cart;

struct columns_size {
	uint32_t carts_len, goods_len, items_len, ipv6_len;
};

/* Where each column begins; [COLUMN_KINDS] is the size of the block. */
struct columns_layout {
	uint64_t offset[COLUMN_KINDS + 1];
};

struct columns_layout columns_layout_of(struct columns_size size);

/* What a header says; ERR_CORRUPT when it is not the one that would be written,
 * ERR_NO_MEMORY.
 *
 * header  at least COLUMNS_HEADER_SIZE bytes, of which those are read */
enum err columns_layout_read(
    struct span header, struct columns_size *size, struct columns_layout *out);

/* A block that is being filled: struct columns, but to write into. */
struct columns_block {
	struct columns_size size;
	uint8_t *bytes; /* owner: this, until columns_block_give */
	size_t bytes_len;
	uint64_t *cart_id, *owner_key, *goods_id;
	struct columns_ipv6 *owner_ipv6;
	uint32_t ipv6_put; /* of those carts that have been put */
	uint32_t *named_day, *paid_day, *items_from, *items;
	uint8_t *owner;
};

/* All zero but for the header. */
enum err columns_block_new(struct columns_block *b, struct columns_size size);

/* The columns take the block over. */
void columns_block_give(struct columns_block *b, struct columns *out);

/* A copy of bytes that were a block, with every promise of struct columns
 * checked; ERR_CORRUPT. */
enum err columns_block_read(struct columns_block *b, struct span bytes);

/* Fills row `i`, all but its goods. Rows in ascending order. */
void columns_block_put_cart(
    struct columns_block *b, uint32_t i, const struct cart *cart);

/* Once cart_id is filled. */
void columns_block_fill_sample(struct columns_block *b);

#endif
