/* The limit of open files is raised, or said to be too low. */
#include "master/open_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* A hard limit that is lowered stays so: each case is a child. */
static void
in_a_child(void (*fn)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		fn();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
set_limit(rlim_t soft, rlim_t hard)
{
	struct rlimit limit = { soft, hard };

	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		_exit(1);
}

static void
raise_it(void)
{
	struct problem why = { "" };
	struct rlimit limit;

	set_limit(20, 500);
	if (open_files_raise(2, &why) != ERR_OK)
		_exit(2);
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur != 500)
		_exit(3);
}

static void
is_raised_as_far_as_it_may_be(void **state)
{
	(void)state;
	in_a_child(raise_it);
}

static void
refuse_it(void)
{
	struct problem why = { "" };

	set_limit(40, 40);
	if (open_files_raise(2, &why) != ERR_INVALID)
		_exit(2);
	if (!strstr(why.text, "(ulimit -n) is 40, but 2 workers and Redis") ||
	    !strstr(why.text, "raise it"))
		_exit(3);
	if (open_files_raise(1, &why) != ERR_INVALID ||
	    !strstr(why.text, "1 worker and"))
		_exit(4);
}

static void
too_low_says_the_number_and_the_remedy(void **state)
{
	(void)state;
	in_a_child(refuse_it);
}

static void
refuse_more_workers(void)
{
	struct problem why = { "" };

	set_limit(200, 200);
	if (open_files_raise(10, &why) != ERR_OK)
		_exit(2);
	if (open_files_raise(12, &why) != ERR_INVALID)
		_exit(3);
}

static void
more_workers_need_more(void **state)
{
	(void)state;
	in_a_child(refuse_more_workers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_raised_as_far_as_it_may_be),
		cmocka_unit_test(too_low_says_the_number_and_the_remedy),
		cmocka_unit_test(more_workers_need_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
