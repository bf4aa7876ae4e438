/* The log: what reaches standard error, read back through a pipe. */
#include "common/base/log.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static int saved_stderr = -1;
static int pipe_out = -1;

static int
catch_stderr(void **state)
{
	int ends[2];

	(void)state;
	if (pipe(ends))
		return -1;
	saved_stderr = dup(STDERR_FILENO);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	pipe_out = ends[0];
	return 0;
}

static int
release_stderr(void **state)
{
	(void)state;
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	close(pipe_out);
	return 0;
}

/* What one read(2) gives; the write end stays open, so it may not be asked for
 * more than has been written. */
static void
said(char *out, size_t size)
{
	ssize_t len = read(pipe_out, out, size - 1);

	assert_true(len >= 0);
	out[len] = '\0';
}

/* The text behind "level: ". */
static const char *
text_of(const char *line, const char *level)
{
	const char *p = strstr(line, level);

	assert_non_null(p);
	return p + strlen(level);
}

static void
a_line_has_time_role_process_and_level(void **state)
{
	char line[4096];
	int year, month, day, hour, minute, second, ms, pid, len = 0;

	(void)state;
	log_init("worker 2", false);
	log_info("listening on %s", "127.0.0.1");
	said(line, sizeof(line));
	assert_int_equal(
	    sscanf(line,
		"%4d-%2d-%2dT%2d:%2d:%2d.%3dZ worker 2 [%d] info: "
		"listening on 127.0.0.1\n%n",
		&year, &month, &day, &hour, &minute, &second, &ms, &pid, &len),
	    8);
	assert_int_equal(len, strlen(line));
	assert_int_equal(line[23], 'Z');
	assert_int_equal(pid, getpid());
}

static void
debug_lines_are_written_only_when_asked_for(void **state)
{
	char line[4096];

	(void)state;
	log_init("master", false);
	log_debug("quiet");
	log_warn("heard");
	said(line, sizeof(line));
	assert_null(strstr(line, "quiet"));
	log_init("master", true);
	log_debug("detail");
	said(line, sizeof(line));
	assert_string_equal(text_of(line, "debug: "), "detail\n");
}

static void
one_event_is_one_line_whatever_it_holds(void **state)
{
	char line[4096];

	(void)state;
	log_error("%s", "a\nb\tc\x1b[31m\r\x7f d\xc3\xa9");
	said(line, sizeof(line));
	assert_string_equal(text_of(line, "error: "),
	    "a\\nb\\tc\\x1b[31m\\x0d\\x7f d\xc3\xa9\n");
}

static void
a_text_too_long_is_cut_and_still_ends_its_line(void **state)
{
	static char text[100000];
	static char line[10000];

	(void)state;
	memset(text, '\n', sizeof(text) - 1);
	log_error("%s", text);
	said(line, sizeof(line));
	assert_in_range(strlen(line), 1000, 4096 + 128);
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

static void
errno_survives(void **state)
{
	char line[4096];

	(void)state;
	errno = ENOSPC;
	log_info("x");
	assert_int_equal(errno, ENOSPC);
	said(line, sizeof(line));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_line_has_time_role_process_and_level, catch_stderr,
		    release_stderr),
		cmocka_unit_test_setup_teardown(
		    debug_lines_are_written_only_when_asked_for, catch_stderr,
		    release_stderr),
		cmocka_unit_test_setup_teardown(
		    one_event_is_one_line_whatever_it_holds, catch_stderr,
		    release_stderr),
		cmocka_unit_test_setup_teardown(
		    a_text_too_long_is_cut_and_still_ends_its_line,
		    catch_stderr, release_stderr),
		cmocka_unit_test_setup_teardown(
		    errno_survives, catch_stderr, release_stderr),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
