#ifndef TRAWL_COMMON_SHOPLOG_TALLY_COUNTS_H
#define TRAWL_COMMON_SHOPLOG_TALLY_COUNTS_H

#include "common/base/err.h"
#include "common/geo/country.h"
#include "common/shoplog/table/bytes.h"
#include "common/shoplog/table/names.h"
#include "common/shoplog/table/names_map.h"
#include "common/shoplog/table/names_order.h"
#include "common/shoplog/table/radix_sort.h"

#include <stddef.h>
#include <stdint.h>

/* Numbers by day: of all requests (category NAME_NONE) by hour and by country,
 * and of each category its category pages by hour and its goods pages by
 * country. Only what occurs takes room, so neither a thousand categories nor
 * a line of every day of ten years costs more than its lines. */
enum {
	COUNT_HOURS = 24,
	COUNT_SLOTS = COUNT_HOURS + COUNTRIES, /* hours, then countries */
};

enum { COUNTS_LEAST = 64, COUNTS_RECALLED = 2048 };

/* A list that is only appended to. What is there more than once is added up when
 * the list has doubled, so it is at most twice as long as what it says, or
 * COUNTS_LEAST, and a number that nobody counted of late costs a part of a few
 * sorts and no place in a table, for which a line would wait. */
struct counts {
	struct radix_row *rows; /* owner; key: day, category and slot in one */
	size_t len, room;
	size_t settled; /* rows, from the first on, that are sorted and once */
	/* Where counts of late are, by a cheap hash of the key: index of the row +
	 * 1, 0 is free; and other bits of that hash, so that no row is waited for
	 * which is of another key. */
	uint32_t recalled[COUNTS_RECALLED];
	uint8_t recalled_tag[COUNTS_RECALLED];
};

/* One number, read. */
struct count {
	int32_t day;
	uint32_t category; /* NAME_NONE: of all */
	uint32_t slot;     /* an hour, or COUNT_HOURS + a country */
	uint64_t value;
};

void counts_init(struct counts *c);
void counts_cleanup(struct counts *c);

/* Adds `value` to one number, which stays at the greatest value there is
 * rather than overflow. ERR_OK or ERR_NO_MEMORY, also of more numbers than 32
 * bits count. */
enum err counts_add(struct counts *c, int32_t day, uint32_t category,
    uint32_t slot, uint64_t value);

/* Row `i`: a number, or a part of it, other rows having the rest. */
struct count counts_row(const struct counts *c, size_t i);

/* left := left, then right. map  from ids of right_names, filled on the way. ERR_OK
 * or ERR_NO_MEMORY. */
enum err counts_append(struct counts *left, struct names *left_names,
    const struct counts *right, const struct names *right_names,
    struct names_map *map);

/* The same of all requests and of these categories only, ids of right_names. */
enum err counts_append_of(struct counts *left, struct names *left_names,
    const struct counts *right, const struct names *right_names,
    struct names_map *map, const uint32_t *categories, size_t len);

/* The numbers of all requests and of the categories that `o` knows, by day, then
 * all requests before the categories in byte order, then slot.
 *
 * out  the caller frees it with free(3)
 * ERR_OK or ERR_NO_MEMORY. */
enum err counts_sorted(const struct counts *c, const struct names_order *o,
    struct count **out, size_t *len);

/* Makes the categories known to `o`. */
void counts_use_names(const struct counts *c, struct names_order *o);

/* In bytes: groups of a day and a category (day as the step from the group
 * before, 0 or 1 + rank of the category, number of rows), each with rows of
 * slot and value, all varints, in the order of counts_sorted; `o` knows every
 * category. counts_read adds what it reads. ERR_OK, ERR_NO_MEMORY, and when reading
 * ERR_CORRUPT. */
enum err counts_write(
    struct writer *w, const struct counts *c, struct names_order *o);
enum err counts_read(struct counts *c, const struct names *n, struct reader *r,
    const struct names_map *map);

/* Whether two numbers are of one day and one category (or all requests). */
static inline bool
counts_are_grouped(const struct count *a, const struct count *b)
{
	return a->day == b->day && a->category == b->category;
}

#endif
