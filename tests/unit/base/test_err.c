/* The table of errors, and the words of a problem. */
#include "common/base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
every_error_has_a_status_and_words(void **state)
{
	(void)state;
	assert_int_equal(err_status(ERR_OK), 200);
	assert_int_equal(err_status(ERR_LOGIN_BUSY), 409);
	assert_string_equal(err_text(ERR_LOGIN_BUSY), "Login is busy");
	for (int e = ERR_OK + 1; e <= ERR_VERSION; e++) {
		assert_in_range(err_status((enum err)e), 400, 599);
		assert_int_not_equal(strlen(err_text((enum err)e)), 0);
	}
}

static void
a_problem_gives_its_error_back_with_the_words(void **state)
{
	struct problem p;

	(void)state;
	assert_int_equal(
	    problem_set(&p, ERR_NO_LOG, "%s: is missing", "shop.txt"),
	    ERR_NO_LOG);
	assert_string_equal(p.text, "shop.txt: is missing");
}

static void
a_problem_is_cut_to_what_fits(void **state)
{
	struct problem p;
	char long_text[2 * sizeof(p.text)];

	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	problem_set(&p, ERR_INVALID, "%s", long_text);
	assert_int_equal(strlen(p.text), sizeof(p.text) - 1);
}

static void
nobody_need_listen_to_a_problem(void **state)
{
	(void)state;
	assert_int_equal(problem_set(NULL, ERR_CORRUPT, "lost"), ERR_CORRUPT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_has_a_status_and_words),
		cmocka_unit_test(a_problem_gives_its_error_back_with_the_words),
		cmocka_unit_test(a_problem_is_cut_to_what_fits),
		cmocka_unit_test(nobody_need_listen_to_a_problem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
