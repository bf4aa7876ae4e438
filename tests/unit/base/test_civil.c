/* The calendar, against a second and plainer one: counting days one by one. */
#include "common/base/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static int32_t
day_of(const char *text)
{
	int32_t day = -1;

	assert_true(civil_day_parse(span_text(text), &day));
	return day;
}

/* The texts of one era of 400 years and of both ends prove those of all. */
static bool
is_written(int year)
{
	return year <= 405 || year > 9990;
}

static void
every_day_of_ten_thousand_years_follows_the_one_before(void **state)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	int32_t expected = 0;
	int32_t day;
	char text[CIVIL_DAY_TEXT];
	char plain[CIVIL_DAY_TEXT];

	(void)state;
	for (int y = 1; y <= 9999; y++)
		for (int m = 1; m <= 12; m++) {
			bool leap =
			    (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
			int length = lengths[m - 1] + (m == 2 && leap);

			for (int d = 1; d <= length; d++) {
				assert_true(civil_day(y, m, d, &day));
				assert_int_equal(day, expected++);
				if (!is_written(y))
					continue;
				civil_day_format(day, text);
				sprintf(plain, "%04u-%02u-%02u",
				    (unsigned)y % 10000, (unsigned)m % 100,
				    (unsigned)d % 100);
				assert_string_equal(text, plain);
			}
			assert_false(civil_day(y, m, length + 1, &day));
		}
	assert_int_equal(expected - 1, CIVIL_DAY_MAX);
}

static void
what_is_no_date_is_refused_and_the_output_untouched(void **state)
{
	static const char *const texts[] = { "", "2018-08-1", "2018-08-011",
		"2018/08/01", "2018-8-001", "2018-00-01", "2018-13-01",
		"2018-08-00", "2018-08-32", "2018-02-29", "1900-02-29",
		"0000-01-01", "-001-01-01", "2018-08-+1", "2018-08- 1",
		"201x-08-01", "2018-08-01T", "99999-01-1" };
	int32_t day = 4711;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_false(civil_day_parse(span_text(texts[i]), &day));
		assert_int_equal(day, 4711);
	}
	assert_false(civil_day(10000, 1, 1, &day));
	assert_false(civil_day(2018, -1, 1, &day));
	assert_false(civil_day(2018, 1, -1, &day));
}

static void
dates_are_read(void **state)
{
	(void)state;
	assert_int_equal(day_of("0001-01-01"), 0);
	assert_int_equal(day_of("9999-12-31"), CIVIL_DAY_MAX);
	assert_int_equal(day_of("2000-02-29") + 1, day_of("2000-03-01"));
}

static void
moments_are_written_to_the_second(void **state)
{
	char text[CIVIL_MOMENT_TEXT];

	(void)state;
	civil_moment_format(0, text);
	assert_string_equal(text, "0001-01-01T00:00:00");
	civil_moment_format(
	    (int64_t)day_of("2018-08-14") * 86400 + 35636, text);
	assert_string_equal(text, "2018-08-14T09:53:56");
	civil_moment_format((int64_t)CIVIL_DAY_MAX * 86400 + 86399, text);
	assert_string_equal(text, "9999-12-31T23:59:59");
}

static void
a_month_begins_with_its_first_day(void **state)
{
	(void)state;
	assert_int_equal(
	    civil_month_begin(day_of("2016-02-29")), day_of("2016-02-01"));
	assert_int_equal(
	    civil_month_begin(day_of("2016-03-01")), day_of("2016-03-01"));
	assert_int_equal(civil_month_begin(0), 0);
	assert_int_equal(civil_month_begin(CIVIL_DAY_MAX), CIVIL_DAY_MAX - 30);
}

static void
unix_time_is_a_moment(void **state)
{
	char text[CIVIL_MOMENT_TEXT];

	(void)state;
	civil_moment_format(civil_moment_of_unix(0), text);
	assert_string_equal(text, "1970-01-01T00:00:00");
	civil_moment_format(civil_moment_of_unix(1234567890), text);
	assert_string_equal(text, "2009-02-13T23:31:30");
	civil_moment_format(civil_moment_of_unix(-1), text);
	assert_string_equal(text, "1969-12-31T23:59:59");
}

static void
moments_are_read_as_they_are_written(void **state)
{
	static const char *const wrong[] = { "", "2018-08-01 00:00:00",
		"2018-08-01T24:00:00", "2018-08-01T00:60:00",
		"2018-08-01T00:00:60", "2018-08-32T00:00:00",
		"2018-08-01T00:00:0x", "2018-08-01T00:00:000" };
	char text[CIVIL_MOMENT_TEXT];
	int64_t moment_s = 0;

	(void)state;
	for (int64_t at = 0; at < 86400 * 40; at += 4321) {
		civil_moment_format(at, text);
		assert_true(civil_moment_parse(span_text(text), &moment_s));
		assert_true(moment_s == at);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(
		    civil_moment_parse(span_text(wrong[i]), &moment_s));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    every_day_of_ten_thousand_years_follows_the_one_before),
		cmocka_unit_test(
		    what_is_no_date_is_refused_and_the_output_untouched),
		cmocka_unit_test(dates_are_read),
		cmocka_unit_test(moments_are_written_to_the_second),
		cmocka_unit_test(a_month_begins_with_its_first_day),
		cmocka_unit_test(unix_time_is_a_moment),
		cmocka_unit_test(moments_are_read_as_they_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
