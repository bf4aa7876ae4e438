/* Spans: equality, order, numbers and words. */
#include "common/base/span.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static uint64_t
number(const char *text)
{
	uint64_t value = 4711;

	assert_true(span_to_u64(span_text(text), &value));
	return value;
}

static void
numbers_take_the_whole_64_bits(void **state)
{
	(void)state;
	assert_true(number("0") == 0);
	assert_true(number("8642") == 8642);
	assert_true(number("18446744073709551615") == UINT64_MAX);
}

static void
numbers_have_as_many_digits_as_they_need(void **state)
{
	char room[SPAN_U64_ROOM];

	(void)state;
	assert_true(span_is_equal(span_of_u64(0, room), span_text("0")));
	assert_true(span_is_equal(span_of_u64(10, room), span_text("10")));
	assert_true(span_is_equal(
	    span_of_u64(UINT64_MAX, room), span_text("18446744073709551615")));
}

static void
leading_zeros_are_allowed_in_any_number(void **state)
{
	char text[301];

	(void)state;
	memset(text, '0', sizeof(text));
	text[299] = '7';
	text[300] = '\0';
	assert_true(number(text) == 7);
	assert_true(number("00018446744073709551615") == UINT64_MAX);
}

static void
what_is_no_number_is_refused_and_the_output_untouched(void **state)
{
	static const char *const texts[] = { "", "-1", "+1", " 1", "1 ", "1a",
		"0x1", "1.0", "/", ":", "\xb2", "18446744073709551616",
		"18446744073709551620", "99999999999999999999",
		"184467440737095516150" };
	uint64_t value = 4711;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_false(span_to_u64(span_text(texts[i]), &value));
		assert_true(value == 4711);
	}
	assert_false(span_to_u64(span_of("1\0002", 3), &value));
}

static void
a_list_is_cut_at_its_marks_until_nothing_is_left(void **state)
{
	struct span rest = span_text("ab,,c,");

	(void)state;
	assert_true(span_is_equal(span_cut(&rest, ','), span_text("ab")));
	assert_true(span_is_equal(span_cut(&rest, ','), span_text("")));
	assert_true(span_is_equal(span_cut(&rest, ','), span_text("c")));
	assert_non_null(rest.data);
	assert_true(span_is_equal(span_cut(&rest, ','), span_text("")));
	assert_null(rest.data);
	assert_int_equal(span_cut(&rest, ',').len, 0);
	rest = span_text("whole");
	assert_true(span_is_equal(span_cut(&rest, ','), span_text("whole")));
	assert_null(rest.data);
}

static void
order_is_that_of_bytes_and_a_prefix_comes_first(void **state)
{
	(void)state;
	assert_true(span_compare(span_text("a"), span_text("b")) < 0);
	assert_true(span_compare(span_text("b"), span_text("a")) > 0);
	assert_true(span_compare(span_text("ab"), span_text("abc")) < 0);
	assert_true(span_compare(span_text("\xff"), span_text("a")) > 0);
	assert_int_equal(span_compare(span_text("ab"), span_text("ab")), 0);
	assert_int_equal(span_compare(span_text(NULL), span_text("")), 0);
	assert_true(span_compare(span_text(NULL), span_text("a")) < 0);
}

static void
spans_are_equal_when_their_bytes_are(void **state)
{
	(void)state;
	assert_true(span_is_equal(span_text("ab"), span_of("abc", 2)));
	assert_false(span_is_equal(span_text("ab"), span_text("abc")));
	assert_false(span_is_equal(span_of("a\0b", 3), span_of("a\0c", 3)));
	assert_true(span_is_equal(span_text(NULL), span_text("")));
}

static void
hexadecimal_digits_are_those_of_both_cases_and_no_others(void **state)
{
	static const char lower[] = "0123456789abcdef",
			  upper[] = "0123456789ABCDEF";

	(void)state;
	for (int c = 0; c < 256; c++) {
		const char *found = c ? strchr(lower, c) : NULL;
		int want = found ? (int)(found - lower) : -1;

		found = c ? strchr(upper, c) : NULL;
		if (found)
			want = (int)(found - upper);
		assert_int_equal(span_hex_digit((char)c), want);
	}
}

static void
a_word_is_one_in_any_case_and_whole(void **state)
{
	(void)state;
	assert_true(span_is_word(span_text("ChUnked"), "chunked"));
	assert_false(span_is_word(span_text("chunke"), "chunked"));
	assert_false(span_is_word(span_text("chunked2"), "chunked"));
	assert_false(span_is_word(span_text("chunkex"), "chunked"));
	assert_false(span_is_word(span_of(NULL, 0), "chunked"));
}

static void
words_of_a_list_are_taken_one_by_one(void **state)
{
	static const char *const words[] = { "1-a", "", "2-b" };
	struct span list = span_text("1-a  2-b "), word;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_true(span_take_word(&list, &word));
		assert_true(span_is_equal(word, span_text(words[i])));
	}
	assert_false(span_take_word(&list, &word));
	list = span_of(NULL, 0);
	assert_false(span_take_word(&list, &word));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_take_the_whole_64_bits),
		cmocka_unit_test(numbers_have_as_many_digits_as_they_need),
		cmocka_unit_test(leading_zeros_are_allowed_in_any_number),
		cmocka_unit_test(
		    what_is_no_number_is_refused_and_the_output_untouched),
		cmocka_unit_test(
		    a_list_is_cut_at_its_marks_until_nothing_is_left),
		cmocka_unit_test(
		    order_is_that_of_bytes_and_a_prefix_comes_first),
		cmocka_unit_test(spans_are_equal_when_their_bytes_are),
		cmocka_unit_test(a_word_is_one_in_any_case_and_whole),
		cmocka_unit_test(words_of_a_list_are_taken_one_by_one),
		cmocka_unit_test(
		    hexadecimal_digits_are_those_of_both_cases_and_no_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
