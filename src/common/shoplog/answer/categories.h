#ifndef TRAWL_COMMON_SHOPLOG_ANSWER_CATEGORIES_H
#define TRAWL_COMMON_SHOPLOG_ANSWER_CATEGORIES_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/span.h"
#include "common/shoplog/answer/day.h"

#include <stddef.h>

/* The categories that any view of these days names, each once, in byte order.
 *
 * out  *len spans in the arena; their bytes are those of the days */
enum err categories_of_days(const struct day_segment *days, size_t days_len,
    struct arena *a, struct span **out, size_t *len);

/* For who has asked for one that does not occur: "there are: a, b, c", the first
 * CATEGORIES_SHOWN of them and ", ..." if there are more; "there are none". In the
 * arena, or static; NULL when memory is out. */
enum { CATEGORIES_SHOWN = 50 };
const char *categories_text(
    const struct span *names, size_t len, struct arena *a);

#endif
