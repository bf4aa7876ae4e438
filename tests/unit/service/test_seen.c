#include "worker/service/seen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ANN "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define BOB "BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static void
session_is_first_once_a_minute(void **state)
{
	struct seen *s = seen_new();

	(void)state;
	assert_non_null(s);
	assert_true(seen_is_first(s, ANN, 7));
	assert_false(seen_is_first(s, ANN, 7));
	assert_true(seen_is_first(s, BOB, 7));
	assert_false(seen_is_first(s, ANN, 7));
	assert_true(seen_is_first(s, ANN, 8));
	assert_false(seen_is_first(s, ANN, 8));
	assert_false(seen_is_first(s, BOB, 7));
	seen_free(s);
	seen_free(NULL);
}

/* Of thousands hardly one comes again and again because of another. */
static void
thousands_of_sessions_are_first_once(void **state)
{
	enum { SESSIONS = 10000 };
	struct seen *s = seen_new();
	unsigned firsts[2] = { 0 };

	(void)state;
	assert_non_null(s);
	for (int pass = 0; pass < 2; pass++) {
		uint64_t random = 1;

		for (int i = 0; i < SESSIONS; i++) {
			static const char digits[] =
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "abcdefghijklmnopqrstuvwxyz0123456789-_";
			char digest[9] = { 0 };

			random = random * 6364136223846793005 + 1;
			for (int at = 0; at < 8; at++)
				digest[at] =
				    digits[random >> (16 + 6 * at) & 63];
			firsts[pass] += seen_is_first(s, digest, 7);
		}
	}
	assert_int_equal(firsts[0], SESSIONS);
	assert_true(firsts[1] < SESSIONS / 100);
	seen_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(thousands_of_sessions_are_first_once),
		cmocka_unit_test(session_is_first_once_a_minute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
