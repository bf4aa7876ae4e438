#ifndef TRAWL_COMMON_SHOPLOG_TABLE_NAMES_MAP_H
#define TRAWL_COMMON_SHOPLOG_TABLE_NAMES_MAP_H

#include "common/base/err.h"
#include "common/shoplog/table/bytes.h"
#include "common/shoplog/table/names.h"

#include <stddef.h>
#include <stdint.h>

/* What names of elsewhere (ranks of a dictionary in bytes, ids of another
 * tally) are called here. */
struct names_map {
	uint32_t *ids;
	size_t len;
};

/* Adds every name of a dictionary in bytes. ERR_OK; ERR_CORRUPT when one is not of
 * the form of a name, or they are out of order; ERR_NO_MEMORY. names_map_cleanup in
 * any case. */
enum err names_read(struct names *n, struct reader *r, struct names_map *out);

/* An empty map from the ids of `from`, to be filled by names_map_id. ERR_OK, or
 * ERR_NO_MEMORY: then there is nothing to clean up. */
enum err names_map_init(struct names_map *out, const struct names *from);

/* The id in `to` of a name in `from`, which is added when it is new. ERR_OK or
 * ERR_NO_MEMORY. */
enum err names_map_id(struct names_map *m, struct names *to,
    const struct names *from, uint32_t from_id, uint32_t *id);

/* Makes the names of many ids known to the map at a time, so that names_map_id
 * has them at hand.
 *
 * from_ids  NAMES_AT_ONCE at most */
enum { NAMES_AT_ONCE = 64 };
enum err names_map_ids(struct names_map *m, struct names *to,
    const struct names *from, const uint32_t *from_ids, size_t len);
void names_map_cleanup(struct names_map *m);

#endif
