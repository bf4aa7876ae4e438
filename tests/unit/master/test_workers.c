/* Workers that are started, end and are started again, with real processes. */
#include "common/base/clock.h"
#include "master/workers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORKERS = 3, PATIENCE_MS = 5000 };

static struct workers w;
static struct shared *shared;
static int ends; /* the slot whose worker ends at once; -1: none does */

/* Until it is killed, or ends with what only it may give back. */
static int
run(int slot, void *arg)
{
	assert_ptr_equal(arg, &ends);
	while (slot != ends)
		pause();
	return slots_take(&shared->hashing, PATIENCE_MS) == 0 ? 7 : 1;
}

static int
set_up(void **state)
{
	(void)state;
	ends = -1;
	shared = shared_new(WORKERS);
	assert_non_null(shared);
	workers_init(&w, WORKERS, shared, run, &ends);
	return 0;
}

/* The pid and status of one that has ended. */
static pid_t
wait_for_end(int *status)
{
	pid_t pid = waitpid(-1, status, 0);

	assert_true(pid > 0);
	return pid;
}

static int
tear_down(void **state)
{
	int status;

	(void)state;
	workers_signal(&w, SIGKILL);
	while (workers_is_any_alive(&w))
		assert_true(workers_ended(&w, wait_for_end(&status)) >= 0);
	shared_free(shared);
	return 0;
}

static void
all_are_started_and_shown(void **state)
{
	(void)state;
	assert_false(workers_is_any_alive(&w));
	assert_true(workers_due_ms(&w) <= clock_ms());
	workers_start_due(&w);
	assert_true(workers_is_any_alive(&w));
	assert_true(workers_due_ms(&w) == INT64_MAX);
	for (int i = 0; i < WORKERS; i++) {
		assert_true(w.child[i].pid > 0);
		assert_int_equal(shared->worker[i].pid, w.child[i].pid);
	}
}

static void
who_has_ended_is_due_again_and_holds_nothing(void **state)
{
	pid_t pid;
	int status;

	(void)state;
	ends = 1;
	workers_start_due(&w);
	pid = w.child[1].pid;
	shared->worker[1].connections = 5;
	shared->worker[1].heartbeat_ms = clock_ms();
	assert_int_equal(wait_for_end(&status), pid);
	assert_int_equal(WEXITSTATUS(status), 7);
	assert_int_equal(workers_ended(&w, pid), 1);
	assert_int_equal(shared->worker[1].pid, 0);
	assert_int_equal(shared->worker[1].connections, 0);
	assert_int_equal(shared->worker[1].heartbeat_ms, 0);
	assert_int_equal(slots_take(&shared->hashing, PATIENCE_MS), 0);
	slots_give(&shared->hashing, 0);
	assert_true(workers_due_ms(&w) <= clock_ms() + PATIENCE_MS);
	assert_true(workers_is_any_alive(&w));
	ends = -1;
	while (clock_ms() < workers_due_ms(&w))
		usleep(1000);
	workers_start_due(&w);
	assert_true(w.child[1].pid > 0);
	assert_int_equal(shared->worker[1].pid, w.child[1].pid);
}

static void
a_signal_reaches_all_that_run(void **state)
{
	int status;

	(void)state;
	workers_start_due(&w);
	workers_signal(&w, SIGTERM);
	for (int i = 0; i < WORKERS; i++) {
		pid_t pid = wait_for_end(&status);

		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGTERM);
		assert_true(workers_ended(&w, pid) >= 0);
	}
	assert_false(workers_is_any_alive(&w));
}

static void
a_process_that_is_no_worker_is_none_of_them(void **state)
{
	(void)state;
	workers_start_due(&w);
	assert_int_equal(workers_ended(&w, getpid()), -1);
	assert_true(workers_due_ms(&w) == INT64_MAX);
}

#define WITH_WORKERS(test) \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_WORKERS(all_are_started_and_shown),
		WITH_WORKERS(who_has_ended_is_due_again_and_holds_nothing),
		WITH_WORKERS(a_signal_reaches_all_that_run),
		WITH_WORKERS(a_process_that_is_no_worker_is_none_of_them),
	};

	return cmocka_run_group_tests_name("workers", tests, NULL, NULL);
}
