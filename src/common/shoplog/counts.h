#ifndef TRAWL_COMMON_SHOPLOG_COUNTS_H
#define TRAWL_COMMON_SHOPLOG_COUNTS_H

#include "common/base/err.h"
#include "common/geo/country.h"
#include "common/shoplog/bytes.h"
#include "common/shoplog/hash_table.h"
#include "common/shoplog/names.h"

#include <stdint.h>

/* Numbers by day: of all requests (category NAME_NONE) by hour and by country,
 * and of each category its category pages by hour and its goods pages by
 * country. Only what occurs takes room, so neither a thousand categories nor
 * a line of every day of ten years costs more than its lines. */
enum {
	COUNT_HOURS = 24,
	COUNT_SLOTS = COUNT_HOURS + COUNTRIES, /* hours, then countries */
};

enum { COUNTS_RECALLED = 2048 };

struct counts {
	struct hash_table table; /* of struct count */
	/* Where counts of late are, found by a cheap hash of the key: index of
	 * the count + 1, 0 is free. */
	uint32_t recalled[COUNTS_RECALLED];
};

struct count {
	struct hash_key key;
	uint64_t value;
};

void counts_init(struct counts *c, const struct hash_secret *secret);
void counts_cleanup(struct counts *c);

/* Adds `value` to one number, which stays at the greatest value there is
 * rather than overflow. slot: an hour, or COUNT_HOURS + a country. */
enum err counts_add(struct counts *c, int32_t day, uint32_t category,
    uint32_t slot, uint64_t value);

int32_t count_day(const struct count *n);
uint32_t count_category(const struct count *n); /* NAME_NONE: of all */
uint32_t count_slot(const struct count *n);

enum err counts_append(struct counts *left, struct names *left_names,
    const struct counts *right, const struct names *right_names,
    struct names_map *map);

/* Every number by day, then all requests before the categories in byte order,
 * then slot; the caller frees with free(3). NULL when memory is out. `o` knows
 * every category of the counts. */
const struct count **counts_sorted(
    const struct counts *c, const struct names_order *o);

void counts_use_names(const struct counts *c, struct names_order *o);

/* In bytes: groups of a day and a category (day as the step from the group
 * before, 0 or 1 + rank of the category, number of rows), each with rows of
 * slot and value, all varints, in the order of counts_sorted. */
enum err counts_write(
    struct writer *w, const struct counts *c, struct names_order *o);
enum err counts_read(struct counts *c, const struct names *n, struct reader *r,
    const struct names_map *map);

#endif
