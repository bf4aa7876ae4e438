#ifndef TRAWL_COMMON_SHOPLOG_ANSWER_RANKING_H
#define TRAWL_COMMON_SHOPLOG_ANSWER_RANKING_H

#include "common/shoplog/answer/answer.h"

/* The ranking of an answer while it is made. */

/* Room for `rows` rows; false when memory is out. */
static inline bool
ranking_new(struct answer *out, struct arena *a, size_t rows)
{
	out->ranking = arena_alloc(a, (rows + 1) * sizeof(*out->ranking));
	return out->ranking != NULL;
}

/* Sorts it: largest first, ties by name in byte order. */
void ranking_sort(struct answer *out);

/* Sorts it, and lets the first row be the answer. */
void ranking_name_first(struct answer *out);

/* A copy of the category that the report is about; false when memory is out. */
bool answer_set_category(
    struct answer *out, struct arena *a, struct span category);

#endif
