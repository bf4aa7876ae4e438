#ifndef TRAWL_COMMON_SHOPLOG_BUYERS_H
#define TRAWL_COMMON_SHOPLOG_BUYERS_H

#include "common/shoplog/answer.h"
#include "common/shoplog/columns.h"

/* Report 7: who paid how many carts. Shards are added one by one, in any order,
 * so that nobody needs to hold more than one. Some 8 to 16 bytes for each cart
 * of the period are kept until buyers_free. One thread at a time. */
struct buyers;

/* NULL when memory is out. */
struct buyers *buyers_new(struct period period);
void buyers_free(struct buyers *b);

/* Of the columns: paid_day, owner, owner_key, owner_low. ERR_OK or
 * ERR_NO_MEMORY. */
enum err buyers_add(struct buyers *b, const struct columns *shard);
enum err buyers_answer(
    const struct buyers *b, struct arena *a, struct answer *out);

#endif
