/* What a start refuses before anything runs. The service itself, started and
 * ended, is asked in tests/http. */
#include "master/serve.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REFUSED = 2 };

static char top[64];

static int
set_up(void **state)
{
	(void)state;
	strcpy(top, "/tmp/test_serve.XXXXXX");
	return mkdtemp(top) ? 0 : -1;
}

static int
tear_down(void **state)
{
	char command[80];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", top);
	return system(command);
}

/* Serves in a child whose working directory is `top`, with one setting.
 * Returns its exit status; `words` has what it said on standard error. */
static int
serve_with(const char *name, const char *value, char words[1024])
{
	int pipe_fds[2], status;
	size_t len = 0;
	ssize_t got;
	pid_t pid;

	assert_int_equal(pipe(pipe_fds), 0);
	pid = fork();
	if (pid == 0) {
		dup2(pipe_fds[1], STDERR_FILENO);
		close(pipe_fds[0]);
		close(pipe_fds[1]);
		if (chdir(top) != 0 || setenv(name, value, 1) != 0)
			_exit(111);
		_exit(serve());
	}
	close(pipe_fds[1]);
	while (len < 1023 &&
	       (got = read(pipe_fds[0], words + len, 1023 - len)) > 0)
		len += (size_t)got;
	words[len] = '\0';
	close(pipe_fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
expect_refusal(const char *name, const char *value, const char *words)
{
	char said[1024];

	assert_int_equal(serve_with(name, value, said), REFUSED);
	if (!strstr(said, words))
		fail_msg("\"%s\" is not in \"%s\"", words, said);
}

static void
a_malformed_setting_is_refused_by_name(void **state)
{
	(void)state;
	expect_refusal("port", "eighty",
	    "trawl: port=\"eighty\" is malformed: accepted is a whole number "
	    "from 0 to 65535\n");
}

static void
a_malformed_setting_leaves_nothing_behind(void **state)
{
	char words[1024];
	char path[80];

	(void)state;
	assert_int_equal(serve_with("workers", "x", words), REFUSED);
	snprintf(path, sizeof(path), "%s/var", top);
	assert_int_equal(access(path, F_OK), -1);
}

static void
a_host_without_an_address_is_refused(void **state)
{
	(void)state;
	expect_refusal("host", "no host at all", "host=\"no host at all\"");
}

static void
a_database_that_is_none_is_refused(void **state)
{
	(void)state;
	expect_refusal(
	    "geoip_database", "/dev/null", "geoip_database: /dev/null: ");
}

static void
a_port_that_is_served_is_refused(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char port[8];

	(void)state;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	getsockname(fd, (struct sockaddr *)&address, &len);
	snprintf(port, sizeof(port), "%d", ntohs(address.sin_port));
	expect_refusal("port", port, "is served already");
	close(fd);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_malformed_setting_is_refused_by_name),
		TEST(a_malformed_setting_leaves_nothing_behind),
		TEST(a_host_without_an_address_is_refused),
		TEST(a_database_that_is_none_is_refused),
		TEST(a_port_that_is_served_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
