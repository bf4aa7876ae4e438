/* The prompt at a terminal: a pseudo terminal that a child has as its own. */
#include "master/password_prompt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

enum { TURNS_MAX = 10000, TURN_MS = 1 };

struct terminal {
	int keys, line; /* our end, and the one that stays open for its modes */
	pid_t child;
};

static int
answer(void)
{
	char room[PASSWORD_ROOM];
	struct span password = password_prompt(room);

	return !span_is_equal(password, span_text("secret"));
}

static void
open_terminal(struct terminal *t)
{
	assert_int_equal(openpty(&t->keys, &t->line, NULL, NULL, NULL), 0);
	t->child = fork();
	assert_true(t->child >= 0);
	if (t->child == 0) {
		signal(SIGINT, SIG_DFL);
		signal(SIGTERM, SIG_DFL);
		if (login_tty(t->line) != 0)
			_exit(2);
		_exit(answer());
	}
}

static void
close_terminal(struct terminal *t)
{
	close(t->line);
	close(t->keys);
}

static bool
is_shown(const struct terminal *t)
{
	struct termios modes;

	assert_int_equal(tcgetattr(t->line, &modes), 0);
	return modes.c_lflag & ECHO;
}

static void
wait_until_hidden(const struct terminal *t)
{
	for (int i = 0; i < TURNS_MAX && is_shown(t); i++)
		poll(NULL, 0, TURN_MS);
	assert_false(is_shown(t));
}

static int
wait_for_end(const struct terminal *t)
{
	int status = -1;

	for (int i = 0; i < TURNS_MAX; i++) {
		if (waitpid(t->child, &status, WNOHANG) == t->child)
			return status;
		poll(NULL, 0, TURN_MS);
	}
	kill(t->child, SIGKILL);
	waitpid(t->child, &status, 0);
	fail_msg("the prompt did not end");
	return status;
}

static void
what_is_typed_is_not_shown_and_comes_back(void **state)
{
	struct terminal t;
	int status;

	(void)state;
	open_terminal(&t);
	wait_until_hidden(&t);
	assert_int_equal(write(t.keys, "secret\n", 7), 7);
	status = wait_for_end(&t);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_true(is_shown(&t));
	close_terminal(&t);
}

static void
control_c_ends_the_program_and_the_terminal_shows_again(void **state)
{
	struct terminal t;
	int status;

	(void)state;
	open_terminal(&t);
	wait_until_hidden(&t);
	assert_int_equal(write(t.keys, "sec\x03", 4), 4);
	status = wait_for_end(&t);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGINT);
	assert_true(is_shown(&t));
	close_terminal(&t);
}

static void
so_does_a_signal_from_elsewhere(void **state)
{
	struct terminal t;
	int status;

	(void)state;
	open_terminal(&t);
	wait_until_hidden(&t);
	kill(t.child, SIGTERM);
	status = wait_for_end(&t);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGTERM);
	assert_true(is_shown(&t));
	close_terminal(&t);
}

static void
a_pipe_gives_its_first_line(void **state)
{
	char room[PASSWORD_ROOM];
	int ends[2], input = dup(STDIN_FILENO);

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "one\ntwo\n", 8), 8);
	dup2(ends[0], STDIN_FILENO);
	assert_true(span_is_equal(password_prompt(room), span_text("one")));
	close(ends[1]);
	assert_true(span_is_equal(password_prompt(room), span_text("two")));
	assert_int_equal(password_prompt(room).len, 0);
	dup2(input, STDIN_FILENO);
	close(input);
	close(ends[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_typed_is_not_shown_and_comes_back),
		cmocka_unit_test(
		    control_c_ends_the_program_and_the_terminal_shows_again),
		cmocka_unit_test(so_does_a_signal_from_elsewhere),
		cmocka_unit_test(a_pipe_gives_its_first_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
