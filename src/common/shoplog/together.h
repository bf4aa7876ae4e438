#ifndef TRAWL_COMMON_SHOPLOG_TOGETHER_H
#define TRAWL_COMMON_SHOPLOG_TOGETHER_H

#include "common/shoplog/answer.h"
#include "common/shoplog/columns.h"
#include "common/shoplog/votes.h"

/* Report 5: paid carts that hold goods of a category, alone and with each other
 * one. Shards are added one by one, in any order, so that nobody needs to hold
 * more than one. One thread at a time. */
struct together;

/* category, catalogue  borrowed until together_free
 * NULL when memory is out. */
struct together *together_new(struct span category,
    const struct catalogue *catalogue, struct period period);
void together_free(struct together *t);

/* Of the columns: paid_day, items_from, items, goods_id. ERR_OK or
 * ERR_NO_MEMORY. */
enum err together_add(struct together *t, const struct columns *shard);
enum err together_answer(
    const struct together *t, struct arena *a, struct answer *out);

#endif
