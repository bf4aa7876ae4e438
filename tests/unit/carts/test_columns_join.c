/* Joining the columns of neighbouring stretches is tallying them as one. */
#include "common/shoplog/carts/columns_join.h"
#include "common/shoplog/tally/tally_columns.h"

#include "unit/shoplog/stream.h"

enum { PARTS = 9 };

static void
assert_same(const struct columns *a, const struct columns *b)
{
	uint8_t *x, *y;
	size_t x_len, y_len;

	assert_int_equal(columns_encode(a, &x, &x_len), ERR_OK);
	assert_int_equal(columns_encode(b, &y, &y_len), ERR_OK);
	assert_int_equal(x_len, y_len);
	assert_memory_equal(x, y, x_len);
	free(x);
	free(y);
}

static void
joining_columns_is_appending_tallies(void **state)
{
	uint64_t seed = 31;

	(void)state;
	for (int round = 0; round < 60; round++) {
		struct stream s = random_stream(&seed, STREAM_MAX);
		struct tally *whole = tally_of(NULL, s.events, s.len);
		size_t len = random_below(&seed, PARTS + 1), at = 0;
		struct tally *part[PARTS];

		for (size_t i = 0; i < len; i++) {
			size_t end = i + 1 == len ? s.len
						  : at + random_below(&seed,
							     s.len - at + 1);

			part[i] = tally_of(NULL, s.events + at, end - at);
			at = end;
		}
		for (unsigned shard = 0; len && shard < SHARDS; shard++) {
			struct columns parts[PARTS], joined, expected;

			for (size_t i = 0; i < len; i++)
				assert_false(
				    tally_columns(part[i], shard, &parts[i]));
			assert_false(columns_join(parts, len, &joined));
			assert_false(tally_columns(whole, shard, &expected));
			assert_same(&joined, &expected);
			columns_cleanup(&joined);
			columns_cleanup(&expected);
			for (size_t i = 0; i < len; i++)
				columns_cleanup(&parts[i]);
		}
		for (size_t i = 0; i < len; i++)
			tally_free(part[i]);
		tally_free(whole);
	}
}

static void
no_columns_make_empty_ones(void **state)
{
	struct columns none, empty[2] = { { 0 } };

	(void)state;
	assert_int_equal(columns_join(NULL, 0, &none), ERR_OK);
	assert_int_equal(none.carts_len, 0);
	columns_cleanup(&none);
	assert_int_equal(columns_join(empty, 2, &none), ERR_OK);
	assert_int_equal(none.carts_len, 0);
	assert_int_equal(none.items_from[0], 0);
	columns_cleanup(&none);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joining_columns_is_appending_tallies),
		cmocka_unit_test(no_columns_make_empty_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
