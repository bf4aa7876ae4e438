#include "common/shoplog/table/radix_sort.h"

#include <string.h>

enum { DIGITS = 256, INSERTION_MAX = 32 };

static void
insertion_sort(struct radix_row *rows, size_t len)
{
	for (size_t i = 1; i < len; i++) {
		struct radix_row row = rows[i];
		size_t at = i;

		for (; at > 0 && rows[at - 1].key > row.key; at--)
			rows[at] = rows[at - 1];
		rows[at] = row;
	}
}

static void
pass(const struct radix_row *from, struct radix_row *to, size_t len, int shift)
{
	size_t at[DIGITS] = { 0 }, sum = 0;

	for (size_t i = 0; i < len; i++)
		at[from[i].key >> shift & (DIGITS - 1)]++;
	for (int digit = 0; digit < DIGITS; digit++) {
		size_t count = at[digit];

		at[digit] = sum;
		sum += count;
	}
	for (size_t i = 0; i < len; i++)
		to[at[from[i].key >> shift & (DIGITS - 1)]++] = from[i];
}

void
radix_sort(struct radix_row *rows, struct radix_row *scratch, size_t len)
{
	struct radix_row *from = rows, *to = scratch, *other;
	uint64_t differs = 0;

	if (len <= INSERTION_MAX) {
		insertion_sort(rows, len);
		return;
	}
	for (size_t i = 1; i < len; i++)
		differs |= rows[i].key ^ rows[0].key;
	for (int shift = 0; shift < 64; shift += 8) {
		if (!(differs >> shift & (DIGITS - 1)))
			continue;
		pass(from, to, len, shift);
		other = from;
		from = to;
		to = other;
	}
	if (from != rows)
		memcpy(rows, from, len * sizeof(*rows));
}
