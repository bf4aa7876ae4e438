#ifndef TRAWL_COMMON_SHOPLOG_ANSWER_TOGETHER_H
#define TRAWL_COMMON_SHOPLOG_ANSWER_TOGETHER_H

#include "common/shoplog/answer/answer.h"
#include "common/shoplog/answer/votes.h"
#include "common/shoplog/carts/columns.h"

/* Report 5: paid carts that hold goods of a category, alone and with each other
 * one. Shards are added one by one, in any order, so that nobody needs to hold
 * more than one; after together_end any period can be asked, as often as one
 * likes, by any number of threads. Kept are 4 to 8 bytes for each paid cart of the
 * category, and for each other category in it. */
struct together;

/* catalogue  borrowed until together_end
 * NULL when memory is out. */
struct together *together_new(
    struct span category, const struct catalogue *catalogue);
void together_free(struct together *t);

/* Of the columns: paid_day, items_from, items, goods_id. ERR_OK or
 * ERR_NO_MEMORY. */
enum err together_add(struct together *t, const struct columns *shard);

/* All shards are there. ERR_OK or ERR_NO_MEMORY. */
enum err together_end(struct together *t);

/* out  in the arena. ERR_OK or ERR_NO_MEMORY */
enum err together_answer(const struct together *t, struct period period,
    struct arena *a, struct answer *out);

/* Bytes of memory. */
size_t together_size(const struct together *t);

#endif
