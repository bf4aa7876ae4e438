/* A pile in the order of its buyers. (test_buyer_piles.c puts many there.) */
#include "common/shoplog/answer/buyer_order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct hash_secret secret = { 1, 2 };

static void
put(struct buyer_order *o, uint32_t cart, uint64_t high, uint64_t low,
    uint32_t day)
{
	o->high[cart] = high;
	o->low[cart] = low;
	o->days[cart] = day;
}

/* The days of a run, from a mark to the next, in any order. */
static void
assert_run(const uint32_t *days, size_t *at, size_t len, const uint32_t *want)
{
	uint64_t had = 0, wanted = 0;

	assert_true(days[*at] & BUYER_FIRST);
	for (size_t i = 0; i < len; i++, (*at)++) {
		assert_true(i == 0 || !(days[*at] & BUYER_FIRST));
		had |= UINT64_C(1) << (days[*at] & ~BUYER_FIRST);
		wanted |= UINT64_C(1) << want[i];
	}
	assert_true(had == wanted);
}

static void
carts_of_a_buyer_become_neighbours(void **state)
{
	struct buyer_order o = { .secret = &secret };
	uint32_t days[7];
	size_t at = 0;

	(void)state;
	assert_true(buyer_order_begin(&o, 6));
	put(&o, 1, 0, 7, 10);
	put(&o, 2, 0, 0, 20); /* a number like any other */
	put(&o, 3, 0, 7, 11);
	put(&o, 4, 0, 9, 30);
	put(&o, 5, 0, 7, 12);
	put(&o, 6, 0, 0, 21);
	days[6] = 77;
	buyer_order_write(&o, false, days);
	/* Those whose last cart comes first are first. */
	assert_run(days, &at, 1, (uint32_t[]){ 30 });
	assert_run(days, &at, 3, (uint32_t[]){ 10, 11, 12 });
	assert_run(days, &at, 2, (uint32_t[]){ 20, 21 });
	assert_int_equal(days[6], 77);
	buyer_order_cleanup(&o);
}

static void
both_halves_of_an_address_tell_buyers_apart(void **state)
{
	struct buyer_order o = { .secret = &secret };
	uint32_t days[4];
	size_t at = 0;

	(void)state;
	assert_true(buyer_order_begin(&o, 4));
	put(&o, 1, 1, 7, 10);
	put(&o, 2, 2, 7, 20);
	put(&o, 3, 1, 8, 30);
	put(&o, 4, 1, 7, 11);
	buyer_order_write(&o, true, days);
	assert_run(days, &at, 1, (uint32_t[]){ 20 });
	assert_run(days, &at, 1, (uint32_t[]){ 30 });
	assert_run(days, &at, 2, (uint32_t[]){ 10, 11 });
	buyer_order_cleanup(&o);
}

/* So many that places are shared. */
static void
one_half_in_common_makes_nobody_the_same(void **state)
{
	enum { CARTS = 2000 };
	struct buyer_order o = { .secret = &secret };
	static uint32_t days[CARTS];

	(void)state;
	for (int is_low = 0; is_low < 2; is_low++) {
		assert_true(buyer_order_begin(&o, CARTS));
		for (uint32_t i = 1; i <= CARTS; i++)
			put(&o, i, is_low ? 7 : i, is_low ? i : 7, 1);
		buyer_order_write(&o, true, days);
		for (uint32_t i = 0; i < CARTS; i++)
			assert_true(days[i] == (1 | BUYER_FIRST));
	}
	buyer_order_cleanup(&o);
}

/* Nothing is left of one pile in the next, a larger or a smaller one. */
static void
piles_of_any_size_follow_each_other(void **state)
{
	static const uint32_t sizes[] = { 1, 15, 16, 17, 5000, 3, 1, 4999 };
	struct buyer_order o = { .secret = &secret };
	static uint32_t days[5000];

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		assert_true(buyer_order_begin(&o, sizes[i]));
		for (uint32_t k = 1; k <= sizes[i]; k++)
			put(&o, k, 0, k / 2, k);
		buyer_order_write(&o, false, days);
		/* 1; 2 and 3; 4 and 5; ... */
		for (uint32_t k = 0; k < sizes[i]; k++)
			assert_int_equal(
			    (days[k] & BUYER_FIRST) != 0, k == 0 || k % 2 == 1);
	}
	buyer_order_cleanup(&o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carts_of_a_buyer_become_neighbours),
		cmocka_unit_test(both_halves_of_an_address_tell_buyers_apart),
		cmocka_unit_test(one_half_in_common_makes_nobody_the_same),
		cmocka_unit_test(piles_of_any_size_follow_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
