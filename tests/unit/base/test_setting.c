/* What a setting takes, by its kind, and what is said of all else. */
#include "common/base/setting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

static const struct setting number = { .name = "n",
	.kind = SETTING_number,
	.fallback = "7",
	.minimum = 5,
	.maximum = 10 },
			    flag = { .name = "f",
				    .kind = SETTING_flag,
				    .fallback = "true" },
			    text = { .name = "t",
				    .kind = SETTING_text,
				    .fallback = "",
				    .minimum = 2,
				    .maximum = 3 },
			    hidden = { .name = "h",
				    .kind = SETTING_hidden,
				    .fallback = "",
				    .minimum = 2,
				    .maximum = 3 };

static void
assert_refused(const struct setting *s, const char *value, const char *words)
{
	struct complaints bad = { 0 };
	union {
		int64_t number;
		const char *text;
		bool flag;
	} field;

	setting_read(s, value, &field, &bad);
	assert_string_equal(bad.text, words);
}

static void
numbers_have_bounds(void **state)
{
	struct complaints bad = { 0 };
	int64_t n = 0;

	(void)state;
	setting_read(&number, "5", &n, &bad);
	assert_int_equal(n, 5);
	setting_read(&number, "10", &n, &bad);
	assert_int_equal(n, 10);
	setting_read(&number, NULL, &n, &bad);
	assert_int_equal(n, 7);
	assert_int_equal(bad.len, 0);
	assert_refused(&number, "4",
	    "n=\"4\" is malformed: accepted is a whole number from 5 to 10");
	assert_refused(&number, "11",
	    "n=\"11\" is malformed: accepted is a whole number from 5 to 10");
	assert_refused(&number, "",
	    "n=\"\" is malformed: accepted is a whole number from 5 to 10");
}

static void
flags_are_said_in_four_ways(void **state)
{
	static const char *const ways[] = { "false", "true", "0", "1" };
	struct complaints bad = { 0 };
	bool is_set;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		setting_read(&flag, ways[i], &is_set, &bad);
		assert_int_equal(is_set, i % 2);
	}
	setting_read(&flag, NULL, &is_set, &bad);
	assert_true(is_set);
	assert_int_equal(bad.len, 0);
	assert_refused(&flag, "yes",
	    "f=\"yes\" is malformed: accepted is true, false, 1 or 0");
}

static void
texts_have_bounds_that_their_default_need_not_keep(void **state)
{
	struct complaints bad = { 0 };
	const char *value;

	(void)state;
	setting_read(&text, "abc", &value, &bad);
	assert_string_equal(value, "abc");
	setting_read(&text, NULL, &value, &bad);
	assert_string_equal(value, "");
	assert_int_equal(bad.len, 0);
	assert_refused(
	    &text, "a", "t=\"a\" is malformed: accepted is 2 to 3 bytes");
}

static void
of_a_hidden_one_no_byte_is_shown(void **state)
{
	struct complaints bad = { 0 };

	(void)state;
	assert_refused(&hidden, "abcd",
	    "h has 4 bytes (its value is not shown): accepted is 2 to 3 bytes");
	setting_refuse(&hidden, "abc", "a better one", &bad);
	assert_string_equal(bad.text,
	    "h is malformed (its value is not shown): accepted is a better "
	    "one");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_have_bounds),
		cmocka_unit_test(flags_are_said_in_four_ways),
		cmocka_unit_test(
		    texts_have_bounds_that_their_default_need_not_keep),
		cmocka_unit_test(of_a_hidden_one_no_byte_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
