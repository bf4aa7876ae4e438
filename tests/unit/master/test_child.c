/* How a child begins, and that it does not outlive who forked it. */
#include "master/child.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 5000 };

/* Runs a question in a child, true when it says yes. */
static bool
is_true_in_child(bool (*question)(void))
{
	int status;
	pid_t pid = child_fork();

	if (pid == 0)
		_exit(question() ? 0 : 1);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool
is_alone_in_its_group(void)
{
	return getpgrp() == getpid();
}

static void
a_child_has_a_process_group_of_its_own(void **state)
{
	(void)state;
	assert_true(is_true_in_child(is_alone_in_its_group));
}

static bool
are_signals_fresh(void)
{
	struct sigaction term, interrupt;
	sigset_t blocked;

	sigaction(SIGTERM, NULL, &term);
	sigaction(SIGINT, NULL, &interrupt);
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	return term.sa_handler == SIG_DFL && interrupt.sa_handler == SIG_DFL &&
	       !sigismember(&blocked, SIGTERM);
}

static void
a_child_has_the_signals_of_a_fresh_process(void **state)
{
	sigset_t term;

	(void)state;
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	signal(SIGINT, SIG_IGN);
	assert_true(is_true_in_child(are_signals_fresh));
	signal(SIGINT, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &term, NULL);
}

/* The grandchild holds the pipe's writing end as long as it lives. */
static void
a_child_is_killed_when_its_parent_is(void **state)
{
	struct pollfd p = { .events = POLLIN };
	int pipe_fds[2];
	pid_t parent;
	char byte;

	(void)state;
	assert_int_equal(pipe(pipe_fds), 0);
	parent = fork();
	if (parent == 0) {
		if (child_fork() == 0) {
			(void)!write(pipe_fds[1], "x", 1);
			for (;;)
				pause();
		}
		close(pipe_fds[1]);
		for (;;)
			pause();
	}
	close(pipe_fds[1]);
	assert_int_equal(read(pipe_fds[0], &byte, 1), 1);
	kill(parent, SIGKILL);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	p.fd = pipe_fds[0];
	assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
	assert_int_equal(read(pipe_fds[0], &byte, 1), 0);
	close(pipe_fds[0]);
}

static void
a_new_child_is_due_and_one_that_died_young_later(void **state)
{
	struct child c = { 0 };

	(void)state;
	assert_true(child_is_due(&c));
	child_started(&c, 4711);
	assert_false(child_is_due(&c));
	child_ended(&c); /* the first time: again at once */
	assert_true(child_is_due(&c));
	child_started(&c, 4712);
	child_ended(&c);
	assert_int_equal(c.pid, 0);
	assert_true(c.due_ms >= c.started_ms + BACKOFF_FIRST_MS);
}

static void
an_end_is_told_by_signal_or_status(void **state)
{
	char how[CHILD_END_TEXT];
	int status;
	pid_t pid;

	(void)state;
	pid = child_fork();
	if (pid == 0)
		_exit(3);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	child_describe_end(status, how);
	assert_string_equal(how, "ended with status 3");
	pid = child_fork();
	if (pid == 0)
		for (;;)
			pause();
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	child_describe_end(status, how);
	assert_string_equal(how, "was ended by signal 9 (Killed)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_has_a_process_group_of_its_own),
		cmocka_unit_test(a_child_has_the_signals_of_a_fresh_process),
		cmocka_unit_test(a_child_is_killed_when_its_parent_is),
		cmocka_unit_test(
		    a_new_child_is_due_and_one_that_died_young_later),
		cmocka_unit_test(an_end_is_told_by_signal_or_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
