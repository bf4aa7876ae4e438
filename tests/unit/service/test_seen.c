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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(session_is_first_once_a_minute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
