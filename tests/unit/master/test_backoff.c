/* The delays before a dead child is replaced. */
#include "master/backoff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
the_first_replacement_comes_at_once(void **state)
{
	struct backoff b = { 0 };

	(void)state;
	assert_int_equal(backoff_delay(&b, 0), 0);
}

static void
then_the_delay_doubles_up_to_its_limit(void **state)
{
	static const int delays_ms[] = { 0, 100, 200, 400, 800, 1600, 3200,
		5000, 5000, 5000 };
	struct backoff b = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(delays_ms) / sizeof(delays_ms[0]); i++)
		assert_int_equal(backoff_delay(&b, 5), delays_ms[i]);
}

static void
a_good_life_is_forgiven(void **state)
{
	struct backoff b = { 0 };

	(void)state;
	for (int i = 0; i < 5; i++)
		(void)backoff_delay(&b, 0);
	assert_int_equal(backoff_delay(&b, BACKOFF_GOOD_LIFE_MS - 1), 1600);
	assert_int_equal(backoff_delay(&b, BACKOFF_GOOD_LIFE_MS), 0);
	assert_int_equal(backoff_delay(&b, 0), 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_replacement_comes_at_once),
		cmocka_unit_test(then_the_delay_doubles_up_to_its_limit),
		cmocka_unit_test(a_good_life_is_forgiven),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
