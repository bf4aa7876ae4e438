/* The carts of tallies as columns. */
#include "common/shoplog/tally/tally_columns.h"

#include "common/shoplog/carts/columns_join.h"
#include "common/shoplog/tally/tally_state.h"

#include <stdlib.h>

enum err
tally_columns(const struct tally *t, unsigned shard, struct columns *out)
{
	return columns_of_carts(&t->carts[shard], out);
}

enum err
tally_take_columns(
    struct tally *const *parts, size_t len, unsigned shard, struct columns *out)
{
	struct columns *all = calloc(len, sizeof(*all));
	enum err e = all ? ERR_OK : ERR_NO_MEMORY;

	*out = (struct columns){ 0 };
	for (size_t i = 0; !e && i < len; i++) {
		e = tally_columns(parts[i], shard, &all[i]);
		carts_cleanup(&parts[i]->carts[shard]);
	}
	if (!e && len > 1) {
		e = columns_join(all, len, out);
	} else if (!e) {
		*out = all[0];
		all[0] = (struct columns){ 0 };
	}
	for (size_t i = 0; all && i < len; i++)
		columns_cleanup(&all[i]);
	free(all);
	return e;
}
