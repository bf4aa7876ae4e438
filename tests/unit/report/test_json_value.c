/* Bytes as a JSON string, whatever they are. */
#include "common/report/json_value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
assert_shown(struct span bytes, struct span expected)
{
	json_t *value = json_of_span(bytes);

	assert_non_null(value);
	assert_int_equal(json_string_length(value), expected.len);
	assert_memory_equal(json_string_value(value), expected.data,
	    expected.len + 1); /* with its NUL */
	json_decref(value);
}

static void
utf8_is_shown_as_it_is(void **state)
{
	(void)state;
	assert_shown(
	    span_text("\xc3\xa9t\xc3\xa9"), span_text("\xc3\xa9t\xc3\xa9"));
	assert_shown(span_of("a\0b", 3), span_of("a\0b", 3));
	assert_shown(span_of("cut off", 3), span_text("cut"));
}

static void
what_is_empty_is_an_empty_string(void **state)
{
	(void)state;
	assert_shown(span_of(NULL, 0), span_text(""));
	assert_shown(span_text(""), span_text(""));
}

static void
what_is_no_utf8_is_shown_as_far_as_it_is_text(void **state)
{
	(void)state;
	assert_shown(span_text("a\xff.txt"), span_text("a\xef\xbf\xbd.txt"));
	/* As long as it can become. */
	assert_shown(
	    span_text("\xff\xfe"), span_text("\xef\xbf\xbd\xef\xbf\xbd"));
}

static void
numbers_end_where_those_of_json_do(void **state)
{
	const struct {
		uint64_t number;
		json_int_t shown;
	} cases[] = { { 0, 0 }, { INT64_MAX, INT64_MAX },
		{ UINT64_C(1) << 63, INT64_MAX }, { UINT64_MAX, INT64_MAX } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *value = json_of_number(cases[i].number);

		assert_int_equal(json_integer_value(value), cases[i].shown);
		json_decref(value);
	}
}

static void
a_member_that_was_not_made_is_not_set(void **state)
{
	json_t *object = json_object();

	(void)state;
	assert_true(json_set(object, "a", json_of_number(1)));
	assert_false(json_set(object, "b", NULL));
	assert_false(json_set(NULL, "c", json_of_number(1)));
	assert_int_equal(json_object_size(object), 1);
	json_decref(object);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_is_shown_as_it_is),
		cmocka_unit_test(what_is_empty_is_an_empty_string),
		cmocka_unit_test(what_is_no_utf8_is_shown_as_far_as_it_is_text),
		cmocka_unit_test(numbers_end_where_those_of_json_do),
		cmocka_unit_test(a_member_that_was_not_made_is_not_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
