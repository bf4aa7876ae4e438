#ifndef TRAWL_COMMON_SHOPLOG_TABLE_NAMES_ORDER_H
#define TRAWL_COMMON_SHOPLOG_TABLE_NAMES_ORDER_H

#include "common/base/err.h"
#include "common/shoplog/table/bytes.h"
#include "common/shoplog/table/names.h"
#include "common/shoplog/table/radix_sort.h"

#include <stddef.h>
#include <stdint.h>

/* Which names an encoder uses, in byte order, whatever their ids are. First
 * names_order_use() each, then names_order_sort(): then `rank` and `ids` are
 * filled. */
struct names_order {
	const struct names *names; /* borrowed */
	uint32_t *rank;            /* by id; NAME_NONE: not used */
	uint32_t *ids;             /* by rank */
	size_t len;
	struct radix_row *room; /* to sort in */
};

/* n  borrowed until names_order_cleanup
 * ERR_OK, or ERR_NO_MEMORY: then there is nothing to clean up. */
enum err names_order_init(struct names_order *o, const struct names *n);
void names_order_use(struct names_order *o, uint32_t id);
void names_order_sort(struct names_order *o);
void names_order_cleanup(struct names_order *o);

/* The dictionary in bytes, of the names in use. */
void names_write(struct writer *w, const struct names_order *o);

#endif
