/* Complaints: gathered by line, cut to what fits, counted beyond. */
#include "common/base/complaints.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static void
no_complaint_is_no_error(void **state)
{
	struct complaints c = { 0 };
	struct problem why = { "untouched" };

	(void)state;
	assert_int_equal(complaints_end(&c, &why), ERR_OK);
	assert_string_equal(why.text, "untouched");
}

static void
each_has_its_line(void **state)
{
	struct complaints c = { 0 };
	struct problem why;

	(void)state;
	complaints_add(&c, "one %d", 1);
	complaints_add(&c, "two");
	assert_int_equal(complaints_end(&c, &why), ERR_INVALID);
	assert_string_equal(why.text, "one 1\ntwo");
}

static void
what_does_not_fit_is_counted(void **state)
{
	struct complaints c = { 0 };
	struct problem why;
	char line[101];

	(void)state;
	memset(line, 'x', 100);
	line[100] = '\0';
	for (int i = 0; i < 8; i++)
		complaints_add(&c, "%s", line);
	complaints_add(&c, "short");
	assert_int_equal(complaints_end(&c, &why), ERR_INVALID);
	assert_string_equal(why.text + 4 * 101, "short\nand 4 more");
}

static void
a_line_may_fill_all_the_room(void **state)
{
	struct complaints c = { 0 };
	struct problem why;
	char line[sizeof(c.text)];

	(void)state;
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	complaints_add(&c, "%s", line);
	complaints_add(&c, "%s", "");
	assert_int_equal(complaints_end(&c, &why), ERR_INVALID);
	assert_memory_equal(why.text, line, sizeof(line) - 1);
	assert_string_equal(why.text + sizeof(line) - 1, "\nand 1 more");
}

static void
a_single_line_too_long_is_still_an_error(void **state)
{
	struct complaints c = { 0 };
	struct problem why;
	char line[sizeof(c.text) + 1];

	(void)state;
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	complaints_add(&c, "%s", line);
	assert_int_equal(complaints_end(&c, &why), ERR_INVALID);
	assert_string_equal(why.text, "\nand 1 more");
}

static void
a_value_is_shown_on_one_line_in_quotes(void **state)
{
	char out[COMPLAINTS_VALUE_TEXT];

	(void)state;
	assert_string_equal(complaints_show(out, ""), "\"\"");
	assert_string_equal(complaints_show(out, "a\nb\x7f"), "\"a?b?\"");
	assert_string_equal(
	    complaints_show(out, "0123456789012345678901234567890123456789"),
	    "\"0123456789012345678901234567890123456789\"");
	assert_string_equal(
	    complaints_show(out, "01234567890123456789012345678901234567890"),
	    "\"0123456789012345678901234567890123456789...\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_complaint_is_no_error),
		cmocka_unit_test(each_has_its_line),
		cmocka_unit_test(what_does_not_fit_is_counted),
		cmocka_unit_test(a_line_may_fill_all_the_room),
		cmocka_unit_test(a_single_line_too_long_is_still_an_error),
		cmocka_unit_test(a_value_is_shown_on_one_line_in_quotes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
