/* Carts in the order of their buyers, however many shards they come from. */
#include "common/shoplog/answer/buyer_piles.h"

#include "unit/shoplog/stream.h"

enum { CARTS = 3000, BUYERS = 150, DAYS = 1000 };

/* Carts of one shard, of whose buyers the kind says which: users and addresses
 * have the same numbers. */
struct shard {
	uint32_t paid_day[CARTS];
	uint8_t owner[CARTS];
	uint64_t owner_key[CARTS];
	struct columns_ipv6 owner_ipv6[CARTS];
};

/* What a buyer's days add up to, by owner and number. */
struct sums {
	uint64_t day[4][BUYERS];
};

/* Adds the carts to the sums; returns how many of them are paid. */
static size_t
fill(struct shard *s, struct sums *sums, uint64_t *seed)
{
	size_t paid = 0, ipv6 = 0;

	for (int i = 0; i < CARTS; i++) {
		uint64_t number = random_below(seed, BUYERS);

		s->owner[i] = (uint8_t)(OWNER_USER + random_below(seed, 3));
		s->owner_key[i] = s->owner[i] == OWNER_IPV6 ? ipv6 : number;
		if (s->owner[i] == OWNER_IPV6)
			s->owner_ipv6[ipv6++] =
			    (struct columns_ipv6){ 7, number };
		s->paid_day[i] = random_below(seed, 4)
				     ? (uint32_t)random_below(seed, DAYS)
				     : COLUMNS_NO_DAY;
		if (s->paid_day[i] == COLUMNS_NO_DAY)
			continue;
		sums->day[s->owner[i]][number] += s->paid_day[i] + UINT64_C(1);
		paid++;
	}
	return paid;
}

static int
by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The sums of each run of days from a mark to the next, against those of the
 * buyers, both sorted. */
static void
assert_runs_are_buyers(
    const uint32_t *days, size_t len, const struct sums *sums)
{
	uint64_t runs[4 * BUYERS] = { 0 }, want[4 * BUYERS];
	size_t runs_len = 0;

	for (size_t i = 0; i < len; i++) {
		assert_true(i > 0 || days[i] & BUYER_FIRST);
		runs_len += (days[i] & BUYER_FIRST) != 0;
		assert_true(runs_len <= 4 * BUYERS);
		runs[runs_len - 1] += (days[i] & ~BUYER_FIRST) + UINT64_C(1);
	}
	memcpy(want, sums->day, sizeof(want));
	qsort(runs, 4 * BUYERS, sizeof(*runs), by_number);
	qsort(want, 4 * BUYERS, sizeof(*want), by_number);
	assert_memory_equal(runs, want, sizeof(want));
}

/* By one thread, by two, by more than are ever started. */
static void
the_days_of_a_buyer_lie_side_by_side(void **state)
{
	static struct shard shards[3];
	static uint32_t days[3][3 * CARTS];
	static const unsigned threads[] = { 1, 2, 50 };
	struct buyer_piles p = { .secret = { 1, 2 } };
	struct sums sums = { 0 };
	uint64_t seed = 1;
	size_t paid = 0;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct columns c = { .carts_len = CARTS,
			.paid_day = shards[i].paid_day,
			.owner = shards[i].owner,
			.owner_key = shards[i].owner_key,
			.owner_ipv6 = shards[i].owner_ipv6 };

		paid += fill(&shards[i], &sums, &seed);
		assert_int_equal(buyer_piles_add(&p, &c), ERR_OK);
		assert_int_equal(p.carts, paid);
	}
	for (int i = 0; i < 3; i++) {
		assert_int_equal(
		    buyer_piles_put_in_order(&p, threads[i], days[i]), ERR_OK);
		assert_runs_are_buyers(days[i], paid, &sums);
		assert_memory_equal(days[i], days[0], paid * sizeof(**days));
	}
	buyer_piles_cleanup(&p);
	assert_int_equal(p.carts, 0);
}

static void
without_carts_there_are_no_days(void **state)
{
	struct buyer_piles p = { .secret = { 1, 2 } };
	struct columns none = { 0 };

	(void)state;
	assert_int_equal(buyer_piles_add(&p, &none), ERR_OK);
	assert_int_equal(buyer_piles_put_in_order(&p, 2, NULL), ERR_OK);
	buyer_piles_cleanup(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_days_of_a_buyer_lie_side_by_side),
		cmocka_unit_test(without_carts_there_are_no_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
