#ifndef TRAWL_COMMON_SHOPLOG_TABLE_RADIX_SORT_H
#define TRAWL_COMMON_SHOPLOG_TABLE_RADIX_SORT_H

#include <stddef.h>
#include <stdint.h>

/* What is sorted: rows of a key and where the rest of it lies. */
struct radix_row {
	uint64_t key;
	uint64_t value; /* anything; rows of equal keys keep their order */
};

/* Sorts by key, ascending: a pass over the rows for each byte of the keys in
 * which they differ (LSD radix sort), which for the numbers of a log is a third
 * of the time of qsort(3) or less.
 *
 * rows     `len` of them, sorted in place
 * scratch  room for as many
 * Pure, any thread. */
void radix_sort(struct radix_row *rows, struct radix_row *scratch, size_t len);

#endif
