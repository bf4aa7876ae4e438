/* Buyers are counted one by one, however many there are and wherever their
 * carts lie. (test_answer.c holds them against the reference.) */
#include "common/shoplog/answer/buyers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 60000 };

/* Paid carts, each on its own day, the n-th on day n. */
struct paid {
	struct columns columns;
	uint32_t day[MOST];
	uint8_t owner[MOST];
	uint64_t key[MOST];
	struct columns_ipv6 ipv6[MOST];
};

static void
pay(struct paid *p, enum cart_owner owner, uint64_t key)
{
	uint32_t cart = p->columns.carts_len++;

	assert_true(cart < MOST);
	p->day[cart] = cart;
	p->owner[cart] = (uint8_t)owner;
	p->key[cart] = key;
}

static void
pay_from(struct paid *p, uint64_t high, uint64_t low)
{
	p->ipv6[p->columns.ipv6_len] = (struct columns_ipv6){ high, low };
	pay(p, OWNER_IPV6, p->columns.ipv6_len++);
}

static struct paid *
paid_new(void)
{
	struct paid *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	p->columns = (struct columns){ .paid_day = p->day,
		.owner = p->owner,
		.owner_key = p->key,
		.owner_ipv6 = p->ipv6 };
	return p;
}

static void
count(const struct paid *p, int shards, struct period period, struct arena *a,
    struct answer *out)
{
	struct buyers *b = buyers_new();

	assert_non_null(b);
	for (int i = 0; i < shards; i++)
		assert_int_equal(buyers_add(b, &p->columns), ERR_OK);
	assert_int_equal(buyers_end(b, 2), ERR_OK);
	assert_int_equal(buyers_answer(b, period, a, out), ERR_OK);
	buyers_free(b);
}

static void
assert_row(const struct answer *a, size_t i, const char *name, uint64_t value)
{
	assert_true(i < a->ranking_len);
	assert_true(span_is_equal(a->ranking[i].name, span_text(name)));
	assert_int_equal(a->ranking[i].value, value);
}

static void
every_buyer_is_counted_once(void **state)
{
	struct paid *p = paid_new();
	struct arena arena = { 0 };
	struct answer a;

	(void)state;
	/* 10,000 with one cart, 10,000 with two, 10,000 with three */
	for (uint64_t user = 0; user < 30000; user++)
		for (uint64_t i = 0; i <= user % 3; i++)
			pay(p, OWNER_USER, user * 1000003);
	count(p, 1, PERIOD_ALL, &arena, &a);
	assert_int_equal(a.ranking_len, 3);
	assert_row(&a, 0, "1", 10000);
	assert_row(&a, 1, "2", 10000);
	assert_row(&a, 2, "3", 10000);
	assert_int_equal(a.buyers, 30000);
	assert_int_equal(a.value, 20000);
	/* The same buyers in the next shard. */
	count(p, 2, PERIOD_ALL, &arena, &a);
	assert_row(&a, 0, "2", 10000);
	assert_row(&a, 1, "4", 10000);
	assert_row(&a, 2, "6", 10000);
	assert_int_equal(a.value, 30000);
	arena_reset(&arena);
	free(p);
}

/* Numbers that a stranger chose so that the hash of the piles is the same. */
static void
buyers_may_all_fall_on_one_pile(void **state)
{
	struct paid *p = paid_new();
	struct arena arena = { 0 };
	struct answer a;

	(void)state;
	for (uint64_t n = 0; n < 20000; n++)
		/* n times the inverse of the multiplier */
		pay(p, OWNER_USER, n * 0xf1de83e19937733d);
	count(p, 1, PERIOD_ALL, &arena, &a);
	assert_int_equal(a.buyers, 20000);
	assert_int_equal(a.ranking_len, 1);
	arena_reset(&arena);
	free(p);
}

static void
users_and_addresses_of_the_same_number_are_others(void **state)
{
	struct paid *p = paid_new();
	struct arena arena = { 0 };
	struct answer a;

	(void)state;
	pay(p, OWNER_USER, 7);
	pay(p, OWNER_IPV4, 7);
	pay_from(p, 7, 0);
	pay_from(p, 0, 7);
	pay_from(p, 8, 0);
	pay(p, OWNER_USER, (uint64_t)0xffff << 32 | 7);
	count(p, 1, PERIOD_ALL, &arena, &a);
	assert_int_equal(a.buyers, 6);
	assert_int_equal(a.value, 0);
	arena_reset(&arena);
	free(p);
}

static void
only_carts_that_were_paid_within_the_period_count(void **state)
{
	struct paid *p = paid_new();
	struct arena arena = { 0 };
	struct answer a;

	(void)state;
	for (int i = 0; i < 5; i++)
		pay(p, OWNER_USER, 1); /* on the days 0 to 4 */
	p->day[4] = COLUMNS_NO_DAY;
	count(p, 1, (struct period){ 1, 2 }, &arena, &a);
	assert_row(&a, 0, "2", 1);
	count(p, 1, (struct period){ 3, INT32_MAX }, &arena, &a);
	assert_row(&a, 0, "1", 1);
	count(p, 1, (struct period){ INT32_MIN, 2 }, &arena, &a);
	assert_row(&a, 0, "3", 1);
	count(p, 1, (struct period){ 4, 9 }, &arena, &a);
	assert_int_equal(a.buyers, 0);
	assert_int_equal(a.ranking_len, 0);
	arena_reset(&arena);
	free(p);
}

/* A buyer of n carts within the period for every n, more than are counted without a table. */
static void
buyers_of_many_carts_have_a_row_each(void **state)
{
	enum { BUYERS = 300 };
	struct paid *p = paid_new();
	struct arena arena = { 0 };
	struct answer a;
	uint32_t carts;

	(void)state;
	for (uint64_t user = 1; user <= BUYERS; user++)
		for (uint64_t i = 0; i < user; i++)
			pay(p, OWNER_USER, user);
	carts = p->columns.carts_len;
	for (uint32_t i = 0; i < carts; i++)
		p->day[i] = i % 2 ? 7 : 8;
	count(p, 1, PERIOD_ALL, &arena, &a);
	assert_int_equal(a.ranking_len, BUYERS);
	assert_int_equal(a.buyers, BUYERS);
	assert_int_equal(a.value, BUYERS - 1);
	count(p, 2, (struct period){ 7, 8 }, &arena, &a);
	assert_int_equal(a.ranking_len, BUYERS);
	assert_row(&a, BUYERS - 1, "98", 1);
	count(p, 2, (struct period){ 8, 8 }, &arena, &a);
	assert_true(a.buyers == BUYERS || a.buyers == BUYERS - 1);
	arena_reset(&arena);
	free(p);
}

static void
a_period_without_a_day_has_no_buyers(void **state)
{
	static const struct period none[] = { { 5, 4 }, { INT32_MIN, -1 },
		{ INT32_MAX, INT32_MAX }, { INT32_MIN, INT32_MIN } };
	struct paid *p = paid_new();
	struct arena arena = { 0 };
	struct answer a;

	(void)state;
	for (uint64_t user = 0; user < 10; user++)
		pay(p, OWNER_USER, user);
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		count(p, 1, none[i], &arena, &a);
		assert_int_equal(a.buyers, 0);
	}
	count(p, 0, PERIOD_ALL, &arena, &a);
	assert_int_equal(a.buyers, 0);
	arena_reset(&arena);
	free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_buyer_is_counted_once),
		cmocka_unit_test(buyers_may_all_fall_on_one_pile),
		cmocka_unit_test(
		    users_and_addresses_of_the_same_number_are_others),
		cmocka_unit_test(
		    only_carts_that_were_paid_within_the_period_count),
		cmocka_unit_test(buyers_of_many_carts_have_a_row_each),
		cmocka_unit_test(a_period_without_a_day_has_no_buyers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
