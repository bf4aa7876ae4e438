#include "common/base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <time.h>

static int64_t
kernel_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
it_lies_between_two_looks_at_the_kernels(void **state)
{
	int64_t before = kernel_ms(), now = clock_ms();

	(void)state;
	assert_true(before <= now);
	assert_true(now <= kernel_ms());
}

static void
the_clock_never_runs_back(void **state)
{
	int64_t before = clock_ms();
	int64_t now;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		now = clock_ms();
		assert_true(now >= before);
		before = now;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_clock_never_runs_back),
		cmocka_unit_test(it_lies_between_two_looks_at_the_kernels),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
