/* Signals as a descriptor: of this process, which sends them to itself. */
#include "master/signals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

static int fd;

static int
set_up(void **state)
{
	(void)state;
	signal(SIGINT, SIG_IGN); /* as behind the `&` of a shell */
	signal(SIGHUP, SIG_DFL);
	fd = signals_open();
	return fd < 0 ? -1 : 0;
}

static int
tear_down(void **state)
{
	(void)state;
	return close(fd);
}

static void
every_signal_that_asks_for_the_end_is_counted(void **state)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	(void)state;
	assert_int_equal(poll(&p, 1, 0), 0);
	kill(getpid(), SIGTERM);
	kill(getpid(), SIGINT);
	kill(getpid(), SIGHUP);
	assert_int_equal(poll(&p, 1, 0), 1);
	assert_int_equal(signals_read(fd), 3);
	assert_int_equal(poll(&p, 1, 0), 0);
	assert_int_equal(signals_read(fd), 0);
}

static void
a_hangup_that_nohup_has_ignored_asks_for_nothing(void **state)
{
	struct pollfd p = { .events = POLLIN };
	sigset_t hangup;

	(void)state;
	signal(SIGHUP, SIG_IGN);
	sigemptyset(&hangup);
	sigaddset(&hangup, SIGHUP);
	sigprocmask(SIG_UNBLOCK, &hangup, NULL);
	p.fd = signals_open();
	assert_true(p.fd >= 0);
	kill(getpid(), SIGHUP);
	assert_int_equal(poll(&p, 1, 0), 0);
	kill(getpid(), SIGTERM);
	assert_int_equal(signals_read(p.fd), 1);
	close(p.fd);
}

static void
a_child_that_ended_only_wakes(void **state)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	(void)state;
	kill(getpid(), SIGCHLD);
	assert_int_equal(poll(&p, 1, 0), 1);
	assert_int_equal(signals_read(fd), 0);
}

static void
what_rotates_logs_ends_nobody(void **state)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	(void)state;
	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGUSR2);
	assert_int_equal(poll(&p, 1, 0), 0);
}

static void
a_reader_that_went_away_ends_nobody(void **state)
{
	int pipe_fds[2];

	(void)state;
	assert_int_equal(pipe(pipe_fds), 0);
	close(pipe_fds[0]);
	assert_int_equal(write(pipe_fds[1], "x", 1), -1);
	close(pipe_fds[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_signal_that_asks_for_the_end_is_counted),
		cmocka_unit_test(
		    a_hangup_that_nohup_has_ignored_asks_for_nothing),
		cmocka_unit_test(a_child_that_ended_only_wakes),
		cmocka_unit_test(what_rotates_logs_ends_nobody),
		cmocka_unit_test(a_reader_that_went_away_ends_nobody),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
