#include "worker/api/login.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
expect_normal(const char *text, const char *normal)
{
	struct arena a;
	struct span out;

	arena_init(&a);
	assert_int_equal(login_normalize(&a, span_text(text), &out), ERR_OK);
	assert_true(span_is_equal(out, span_text(normal)));
	arena_reset(&a);
}

static void
composed_and_decomposed_letters_are_one(void **state)
{
	(void)state;
	expect_normal("ann", "ann");
	expect_normal("ren\u00e9", "ren\u00e9");
	expect_normal("rene\u0301", "ren\u00e9");
	expect_normal("\u212b", "\u00c5"); /* the sign of the unit */
	expect_normal("\u1112\u1161\u11ab", "\ud55c");
}

static void
case_and_width_are_kept(void **state)
{
	(void)state;
	expect_normal("Ann", "Ann");
	expect_normal("\uff41", "\uff41");
}

static void
blanks_are_refused_at_the_ends_only(void **state)
{
	static const char words[] =
	    "Leading and trailing blanks are not allowed.";

	(void)state;
	assert_string_equal(login_refusal(span_text(" ann")), words);
	assert_string_equal(login_refusal(span_text("ann ")), words);
	assert_string_equal(login_refusal(span_text("ann\u00a0")), words);
	assert_string_equal(login_refusal(span_text("\u3000ann")), words);
	assert_string_equal(login_refusal(span_text(" ")), words);
	assert_null(login_refusal(span_text("ann lee")));
}

static void
what_nobody_sees_is_refused_anywhere(void **state)
{
	static const char *const logins[] = { "an\u200bn", "ann\u200d",
		"\ufeffann", "an\u00adn", "\u202eann", "an\u2060n", "an\u2028n",
		"ann\ufe0f", "\u3164" };

	(void)state;
	for (size_t i = 0; i < sizeof(logins) / sizeof(logins[0]); i++)
		assert_string_equal(login_refusal(span_text(logins[i])),
		    "Invisible characters are not allowed.");
}

static void
logins_of_any_script_are_allowed(void **state)
{
	static const char *const logins[] = { "a", "ann@example.com",
		"\u0430\u043d\u043d\u0430", "\u5b89", "\u0622\u0646",
		"\U0001f600", "ann-lee_7" };

	(void)state;
	for (size_t i = 0; i < sizeof(logins) / sizeof(logins[0]); i++)
		assert_null(login_refusal(span_text(logins[i])));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(composed_and_decomposed_letters_are_one),
		cmocka_unit_test(case_and_width_are_kept),
		cmocka_unit_test(blanks_are_refused_at_the_ends_only),
		cmocka_unit_test(what_nobody_sees_is_refused_anywhere),
		cmocka_unit_test(logins_of_any_script_are_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
