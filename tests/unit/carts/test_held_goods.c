/* The list of what carts hold against a table of all pairs. */
#include "common/shoplog/carts/held_goods.h"

#include "unit/shoplog/stream.h"

enum { CARTS = 40, GOODS = 60, PAIRS = 20000 };

/* How often each pair is in the list. */
static void
tell(const struct held_goods *h, unsigned times[CARTS][GOODS])
{
	memset(times, 0, CARTS * sizeof(*times));
	for (size_t i = 0; i < h->len; i++)
		times[h->rows[i].value][h->rows[i].key]++;
}

static void
pairs_stay_and_the_list_does_not_grow_with_the_lines(void **state)
{
	static unsigned there[CARTS][GOODS], times[CARTS][GOODS];
	struct held_goods h = { 0 };
	uint64_t seed = 1;

	(void)state;
	memset(there, 0, sizeof(there));
	for (int i = 0; i < PAIRS; i++) {
		uint32_t cart = (uint32_t)random_below(&seed, CARTS);
		uint64_t goods = random_below(&seed, GOODS);

		there[cart][goods] = 1;
		assert_int_equal(held_goods_add(&h, cart, goods), ERR_OK);
	}
	assert_true(h.room <= 4 * CARTS * GOODS);
	tell(&h, times);
	for (int cart = 0; cart < CARTS; cart++)
		for (int goods = 0; goods < GOODS; goods++)
			assert_int_equal(
			    times[cart][goods] > 0, there[cart][goods]);
	held_goods_cleanup(&h);
	assert_null(h.rows);
}

static void
settled_rows_ascend_and_are_there_once(void **state)
{
	static struct radix_row rows[PAIRS], scratch[PAIRS];
	static unsigned there[CARTS][GOODS], times[CARTS][GOODS];
	struct held_goods h = { rows, 0, PAIRS };
	size_t last[CARTS], pairs = 0;
	uint64_t seed = 2;

	(void)state;
	memset(there, 0, sizeof(there));
	for (; h.len < PAIRS / 10; h.len++) {
		rows[h.len] = (struct radix_row){ random_below(&seed, GOODS),
			random_below(&seed, CARTS) };
		pairs += !there[rows[h.len].value][rows[h.len].key]++;
	}
	h.len = held_goods_settle(rows, h.len, scratch, last);
	assert_int_equal(h.len, pairs);
	tell(&h, times);
	for (size_t i = 0; i < h.len; i++) {
		assert_int_equal(times[rows[i].value][rows[i].key], 1);
		assert_true(i == 0 || rows[i - 1].key <= rows[i].key);
	}
	assert_int_equal(held_goods_settle(rows, 0, scratch, last), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    pairs_stay_and_the_list_does_not_grow_with_the_lines),
		cmocka_unit_test(settled_rows_ascend_and_are_there_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
