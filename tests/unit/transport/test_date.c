#include "worker/transport/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
dates_are_imf_fixdate(void **state)
{
	char text[DATE_TEXT];

	(void)state;
	date_format(784111777, text);
	assert_string_equal(text, "Sun, 06 Nov 1994 08:49:37 GMT");
	date_format(0, text);
	assert_string_equal(text, "Thu, 01 Jan 1970 00:00:00 GMT");
	date_format(1709164800, text);
	assert_string_equal(text, "Thu, 29 Feb 2024 00:00:00 GMT");
}

static void
the_text_of_now_is_kept_for_its_second(void **state)
{
	struct date d = { 0 };
	char text[DATE_TEXT];

	(void)state;
	assert_ptr_equal(date_now(&d), d.text);
	date_format(d.unix_s, text);
	assert_string_equal(d.text, text);
	/* Another second than now is another text. */
	d.unix_s -= 100;
	date_format(d.unix_s, d.text);
	date_now(&d);
	date_format(d.unix_s, text);
	assert_string_equal(d.text, text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_are_imf_fixdate),
		cmocka_unit_test(the_text_of_now_is_kept_for_its_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
