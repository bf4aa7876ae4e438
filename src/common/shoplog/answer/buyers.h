#ifndef TRAWL_COMMON_SHOPLOG_ANSWER_BUYERS_H
#define TRAWL_COMMON_SHOPLOG_ANSWER_BUYERS_H

#include "common/shoplog/answer/answer.h"
#include "common/shoplog/carts/columns.h"

/* Report 7: who paid how many carts. Shards are added one by one, in any order,
 * so that nobody needs to hold more than one; after buyers_end any period can be
 * asked, as often as one likes, by any number of threads. Kept are 12 or 20 bytes
 * for each paid cart, and 4 from buyers_end on. */
struct buyers;

/* NULL when memory is out. */
struct buyers *buyers_new(void);
void buyers_free(struct buyers *b);

/* Of the columns: paid_day, owner, owner_key, owner_ipv6. ERR_OK or
 * ERR_NO_MEMORY. */
enum err buyers_add(struct buyers *b, const struct columns *shard);

/* All shards are there.
 *
 * threads  as buyer_piles_put_in_order
 * ERR_OK or ERR_NO_MEMORY. */
enum err buyers_end(struct buyers *b, unsigned threads);

/* out  in the arena. ERR_OK or ERR_NO_MEMORY */
enum err buyers_answer(const struct buyers *b, struct period period,
    struct arena *a, struct answer *out);

/* Bytes of memory. */
size_t buyers_size(const struct buyers *b);

#endif
