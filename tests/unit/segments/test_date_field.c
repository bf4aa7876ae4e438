#include "worker/store/segments/date_field.h"

#include "common/base/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
a_name_is_read_as_it_is_written(void **state)
{
	char name[DATE_FIELD_SIZE];
	int32_t leap = 0, first;
	bool is_month;

	(void)state;
	assert_true(civil_day_parse(span_text("2020-02-29"), &leap));
	date_field_of_day(leap, name);
	assert_string_equal(name, "day:2020-02-29");
	assert_true(date_field_parse(span_text(name), &first, &is_month));
	assert_int_equal(first, leap);
	assert_false(is_month);
	date_field_of_month(leap, name);
	assert_string_equal(name, "month:2020-02");
	assert_true(date_field_parse(span_text(name), &first, &is_month));
	assert_int_equal(first, leap - 28);
	assert_true(is_month);
}

static void
other_names_are_no_dates(void **state)
{
	static const char *const others[] = { "", "day", "day:", "day:2018-08",
		"day:2018-02-30", "day:2018-08-01 ", "month:", "month:2018-13",
		"month:2018-08-01", "months:2018-08", "carts:03", "votes" };
	int32_t first;
	bool is_month;

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(
		    date_field_parse(span_text(others[i]), &first, &is_month));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_read_as_it_is_written),
		cmocka_unit_test(other_names_are_no_dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
