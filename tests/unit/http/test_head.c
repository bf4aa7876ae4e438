/* Lines and tokens; whole heads are read in test_http.c. */
#include "worker/transport/http/head.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* In two pieces, cut at every byte. */
static void
assert_strict(const char *text, bool want)
{
	size_t len = strlen(text);

	for (size_t cut = 0; cut <= len; cut++) {
		char last = '\n';
		bool is_strict =
		    head_lines_are_strict(span_of(text, cut), &last) &&
		    head_lines_are_strict(
			span_of(text + cut, len - cut), &last);

		if (is_strict != want)
			fail_msg("\"%s\", cut at %zu", text, cut);
	}
}

static void
lines_end_with_cr_lf_and_begin_with_a_name(void **state)
{
	(void)state;
	assert_strict("", true);
	assert_strict("a", true);
	assert_strict("a: b\r\nc: d\r\n\r\n", true);
	assert_strict("\r\n\r\na", true);
	assert_strict("a\r", true);
	assert_strict("a\n", false);
	assert_strict("\n", false);
	assert_strict("a\r\n\n", false);
	assert_strict("a\rb", false);
	assert_strict("\rb", false);
	assert_strict("a\r\r\n", false);
	assert_strict("a\rb\r\n", false);
	assert_strict("a\r\n b\r\n", false);
	assert_strict("a\r\n\tb\r\n", false);
	assert_strict("a\r\n: b\r\n", false);
	assert_strict(" a\r\n", false);
	assert_strict(": a\r\n", false);
}

static void
tokens_are_what_the_grammar_says(void **state)
{
	(void)state;
	assert_true(head_is_token(span_text("GET")));
	assert_true(head_is_token(span_text("m-SEARCH!#$%&'*+.^_`|~0")));
	assert_false(head_is_token(span_text("")));
	assert_false(head_is_token(span_text("GE T")));
	assert_false(head_is_token(span_text("GET/")));
	assert_false(head_is_token(span_text("\xc3\xa4")));
	assert_false(head_is_token(span_of("A\0", 2)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_end_with_cr_lf_and_begin_with_a_name),
		cmocka_unit_test(tokens_are_what_the_grammar_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
