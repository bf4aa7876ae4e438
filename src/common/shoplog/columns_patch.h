#ifndef TRAWL_COMMON_SHOPLOG_COLUMNS_PATCH_H
#define TRAWL_COMMON_SHOPLOG_COLUMNS_PATCH_H

#include "common/base/err.h"
#include "common/shoplog/columns.h"

/* A part of a large base and a small delta as two sets of carts: `rest`, the
 * base in place, in which the carts that the delta names count as not paid, and
 * `changed`, those carts as base and delta make them. A question that adds up
 * paid carts gets from the two what it would get from columns_append, without
 * anybody having copied the base. */
struct columns_patch {
	struct columns rest;    /* of the columns of the base that were given */
	struct columns changed; /* whole, but for columns the base had not */
};

/* base   a part with cart_id; borrowed until columns_patch_cleanup
 * delta  whole
 * Returns ERR_OK or ERR_NO_MEMORY; columns_patch_cleanup in any case. */
enum err columns_patch_init(struct columns_patch *p, const struct columns *base,
    const struct columns *delta);
void columns_patch_cleanup(struct columns_patch *p);

#endif
