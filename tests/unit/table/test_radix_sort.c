/* Radix sort against qsort(3), for numbers of every width. */
#include "common/shoplog/table/radix_sort.h"

#include "unit/shoplog/stream.h"

enum { ROWS = 3000 };

static int
by_key_then_value(const void *a, const void *b)
{
	const struct radix_row *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->value > y->value) - (x->value < y->value);
}

/* value is the place that a row has before: equal keys keep their order. */
static void
assert_sorted(uint64_t mask, size_t len)
{
	static struct radix_row rows[ROWS], want[ROWS], scratch[ROWS];
	uint64_t seed = mask + len;

	for (size_t i = 0; i < len; i++)
		want[i] = rows[i] =
		    (struct radix_row){ random_next(&seed) & mask, i };
	qsort(want, len, sizeof(*want), by_key_then_value);
	radix_sort(rows, scratch, len);
	for (size_t i = 0; i < len; i++) {
		assert_true(rows[i].key == want[i].key);
		assert_true(rows[i].value == want[i].value);
	}
}

static void
rows_come_in_order_and_equal_ones_stay(void **state)
{
	static const uint64_t masks[] = { 0, 1, 0xff, 0xff00, 0xf0f0f0f0,
		0xff00000000000000, UINT32_MAX, UINT64_MAX };
	static const size_t lens[] = { 0, 1, 2, 31, 32, 33, 500, ROWS };

	(void)state;
	for (size_t m = 0; m < sizeof(masks) / sizeof(masks[0]); m++)
		for (size_t l = 0; l < sizeof(lens) / sizeof(lens[0]); l++)
			assert_sorted(masks[m], lens[l]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_come_in_order_and_equal_ones_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
