/* The mapping that processes share, and the clock they share it by. */
#include "common/base/shared.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void
a_new_mapping_is_zeroed(void **state)
{
	struct shared *s = shared_new(3);

	(void)state;
	assert_non_null(s);
	assert_int_equal(s->workers, 3);
	assert_int_equal(s->worker[WORKERS_MAX - 1].pid, 0);
	assert_int_equal(s->epoch[EPOCHS - 1], 0);
	shared_free(s);
}

static void
what_a_child_writes_the_parent_reads(void **state)
{
	struct shared *s = shared_new(1);
	int status;
	pid_t child;

	(void)state;
	assert_non_null(s);
	child = fork();
	if (child == 0) {
		atomic_fetch_add(&s->epoch[17], 5);
		_exit(0);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(s->epoch[17], 5);
	shared_free(s);
}

static void
nothing_may_be_given_back(void **state)
{
	(void)state;
	shared_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_mapping_is_zeroed),
		cmocka_unit_test(what_a_child_writes_the_parent_reads),
		cmocka_unit_test(nothing_may_be_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
