#ifndef TRAWL_COMMON_SHOPLOG_CARTS_COLUMNS_PART_H
#define TRAWL_COMMON_SHOPLOG_CARTS_COLUMNS_PART_H

#include "common/base/err.h"
#include "common/base/span.h"
#include "common/shoplog/carts/columns.h"
#include "common/shoplog/carts/columns_block.h"

#include <stddef.h>
#include <stdint.h>

/* A few columns of a block, so that who asks for a period moves half of the
 * bytes or less: the header says which ranges of the block hold them, and what
 * lies there is used in place. */
enum columns_choice {
	COLUMNS_OF_BUYERS, /* paid_day, owner, owner_key, owner_ipv6 */
	COLUMNS_OF_GOODS,  /* paid_day, items_from, items, goods_id */
	/* the same and cart_id, for columns_patch */
	COLUMNS_OF_BUYERS_BY_ID,
	COLUMNS_OF_GOODS_BY_ID,
};

enum { COLUMNS_RANGES_MAX = 3 };

struct columns_range {
	uint64_t from, len; /* bytes of the block */
};

struct columns_part {
	enum columns_choice choice;
	struct columns_size size;
	struct columns_range ranges[COLUMNS_RANGES_MAX];
	size_t ranges_len; /* none is empty */
	uint32_t ids_from; /* the row that cart_id begins with */
};

/* head  the first COLUMNS_HEADER_SIZE bytes, or more
 * Returns ERR_OK, ERR_CORRUPT, or ERR_NO_MEMORY. */
enum err columns_part_plan(
    struct columns_part *p, enum columns_choice choice, struct span head);

/* The smallest cart id, which the head tells unless it ends before: 0 then.
 * UINT64_MAX when there is no cart. */
uint64_t columns_part_least(const struct columns_part *p, struct span head);

/* Of a choice with cart_id: leaves out ids of carts in front that are below `id`,
 * as many as the sample tells, as far as the head holds it. Once. */
void columns_part_skip(struct columns_part *p, struct span head, uint64_t id);

/* The columns in these bytes, checked as far as they go; the others are NULL.
 * Nothing is copied: `out` is borrowed from `bytes` and needs no cleanup.
 *
 * bytes  one for each range, at addresses that are multiples of 8
 * Returns ERR_OK or ERR_CORRUPT. */
enum err columns_part_read(const struct columns_part *p,
    const struct span *bytes, struct columns *out);

#endif
