#ifndef TRAWL_COMMON_SHOPLOG_CARTS_COLUMNS_PATCH_H
#define TRAWL_COMMON_SHOPLOG_CARTS_COLUMNS_PATCH_H

#include "common/base/err.h"
#include "common/shoplog/carts/columns.h"

#include <stddef.h>

/* A shard as it lies in Redis, a base and deltas, as sets of carts that do not
 * overlap: each segment in place, but the carts that another one names too count
 * as not paid in it, and `changed`, those carts as all segments together make
 * them. A question that adds up paid carts gets from these what it would get
 * from columns_append, without anybody having copied a segment. */
struct columns_patch {
	struct columns *rest; /* [len], one for each segment */
	size_t len;
	struct columns changed; /* of the columns that the segments had */
};

/* segments  the base first, each with cart_id; borrowed until
 *           columns_patch_cleanup
 * ids_from  the row that cart_id of the base begins with; the carts before are
 *           named by no other segment
 * Returns ERR_OK or ERR_NO_MEMORY; columns_patch_cleanup in any case. */
enum err columns_patch_init(struct columns_patch *p,
    const struct columns *segments, size_t len, uint32_t ids_from);
void columns_patch_cleanup(struct columns_patch *p);

#endif
