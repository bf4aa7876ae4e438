#include "worker/store/copies/copy_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* The tag of session `n`; all of them want the same few places, some at the end of
 * the table and some at its beginning. */
static void
tag_of(int64_t n, uint8_t tag[TOKEN_TAG_SIZE])
{
	int32_t place = (int32_t)(n * 7 % 23) - 12;

	memset(tag, 0, TOKEN_TAG_SIZE);
	memcpy(tag, &place, sizeof(place));
	memcpy(tag + 4, &n, sizeof(n));
}

static void
put(struct copy_table *t, int64_t n)
{
	struct session_copy copy = { .user_id = n };
	uint8_t tag[TOKEN_TAG_SIZE];

	tag_of(n, tag);
	copy_table_put(t, tag, &copy);
}

static const struct session_copy *
find(struct copy_table *t, int64_t n)
{
	uint8_t tag[TOKEN_TAG_SIZE];

	tag_of(n, tag);
	copy_table_prefetch(t, tag);
	return copy_table_find(t, tag);
}

static void
what_was_put_is_found_and_nothing_else(void **state)
{
	struct copy_table *t = copy_table_new(1 << 20);

	(void)state;
	assert_null(find(t, 1));
	for (int64_t n = 1; n <= 1000; n++)
		put(t, n);
	for (int64_t n = 1; n <= 1000; n++)
		assert_int_equal(find(t, n)->user_id, n);
	assert_null(find(t, 0));
	assert_null(find(t, 1001));
	assert_int_equal(copy_table_len(t), 1000);
	copy_table_free(t);
}

static void
newer_copy_takes_the_place_of_the_older(void **state)
{
	struct copy_table *t = copy_table_new(1 << 20);
	struct session_copy copy = { .user_id = 7, .ends_ms = 99 };
	uint8_t tag[TOKEN_TAG_SIZE];

	(void)state;
	put(t, 7);
	tag_of(7, tag);
	copy_table_put(t, tag, &copy);
	assert_int_equal(find(t, 7)->ends_ms, 99);
	assert_int_equal(copy_table_len(t), 1);
	copy_table_free(t);
}

static void
bytes_are_bounded_and_the_least_recently_used_goes_first(void **state)
{
	enum { BYTES = 64 << 10 };
	struct copy_table *t = copy_table_new(BYTES);
	int64_t n = 0;

	(void)state;
	do {
		put(t, ++n);
		assert_true(copy_table_bytes(t) <= BYTES);
	} while (copy_table_len(t) == (size_t)n);
	/* The last put had no room: the first one made it. */
	assert_null(find(t, 1));
	assert_non_null(find(t, 2));
	put(t, n + 1); /* 2 was used just now: it is 3 that goes */
	assert_non_null(find(t, 2));
	assert_null(find(t, 3));
	for (int64_t more = n + 2; more < n + 10000; more++) {
		put(t, more);
		assert_non_null(find(t, 2));
	}
	assert_true(copy_table_bytes(t) <= BYTES);
	assert_null(find(t, n));
	copy_table_free(t);
}

/* Whoever goes leaves a gap, which others close. */
static void
all_others_are_found_whoever_goes(void **state)
{
	enum { BYTES = 8 << 10, GONE_MAX = 300 };

	(void)state;
	for (int64_t gone = 1; gone < GONE_MAX; gone++) {
		struct copy_table *t = copy_table_new(BYTES);
		int64_t n = 0;

		while (n - (int64_t)copy_table_len(t) < gone)
			put(t, ++n);
		for (int64_t old = 1; old <= n; old++)
			assert_int_equal(find(t, old) != NULL, old > gone);
		copy_table_free(t);
	}
}

static void
too_few_bytes_hold_nothing(void **state)
{
	struct copy_table *t = copy_table_new(100);

	(void)state;
	put(t, 1);
	assert_null(find(t, 1));
	assert_int_equal(copy_table_bytes(t), 0);
	copy_table_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_put_is_found_and_nothing_else),
		cmocka_unit_test(newer_copy_takes_the_place_of_the_older),
		cmocka_unit_test(
		    bytes_are_bounded_and_the_least_recently_used_goes_first),
		cmocka_unit_test(all_others_are_found_whoever_goes),
		cmocka_unit_test(too_few_bytes_hold_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
