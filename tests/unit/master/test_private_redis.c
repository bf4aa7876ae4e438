/* The private Redis: a real one, in a directory of this test. */
#include "master/private_redis.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE = 1000 }; /* times 10 ms */

static char top[64], socket_path[80];
static struct data_dir dir;

static int
set_up(void **state)
{
	struct problem why = { 0 };

	(void)state;
	strcpy(top, "/tmp/test_private_redis.XXXXXX");
	if (!mkdtemp(top) || data_dir_open(&dir, top, &why) != ERR_OK)
		return -1;
	snprintf(socket_path, sizeof(socket_path), "%s/redis.sock", top);
	return private_redis_configure(&dir, &why) == ERR_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
	char command[80];

	(void)state;
	data_dir_close(&dir);
	snprintf(command, sizeof(command), "rm -rf %s", top);
	return system(command);
}

static void
pause_a_little(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
}

static pid_t
start(void)
{
	struct problem why = { 0 };
	pid_t pid;

	if (private_redis_start(&dir, &pid, &why) != ERR_OK)
		fail_msg("%s", why.text);
	return pid;
}

static void
wait_until_ready(void)
{
	for (int i = 0; i < PATIENCE; i++) {
		if (private_redis_is_ready(socket_path))
			return;
		pause_a_little();
	}
	fail_msg("the private Redis does not answer");
}

static int
end(pid_t pid, int number)
{
	int status;

	kill(pid, number);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static unsigned
mode_of(const char *name)
{
	struct stat st;

	assert_int_equal(fstatat(dir.fd, name, &st, 0), 0);
	return st.st_mode & 07777;
}

static void
it_answers_at_its_socket_and_ends_when_told(void **state)
{
	pid_t pid = start();
	int status;

	(void)state;
	assert_true(pid > 0);
	wait_until_ready();
	assert_int_equal(mode_of("redis.sock"), 0700);
	assert_int_equal(mode_of("redis.log"), 0600);
	status = end(pid, SIGTERM);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_false(private_redis_is_ready(socket_path));
}

static void
a_second_one_waits_for_the_first_to_end(void **state)
{
	pid_t first = start(), second;

	(void)state;
	assert_int_equal(start(), 0);
	end(first, SIGKILL);
	second = start();
	assert_true(second > 0);
	end(second, SIGKILL);
}

static void
the_socket_of_a_killed_one_is_no_matter(void **state)
{
	pid_t pid = start();

	(void)state;
	wait_until_ready();
	end(pid, SIGKILL);
	assert_int_equal(faccessat(dir.fd, "redis.sock", F_OK, 0), 0);
	assert_false(private_redis_is_ready(socket_path));
	pid = start();
	wait_until_ready();
	end(pid, SIGKILL);
}

static void
it_tells_when_there_is_no_redis_server(void **state)
{
	char *path = strdup(getenv("PATH"));
	int status;
	pid_t pid;

	(void)state;
	setenv("PATH", "/nonexistent", 1);
	pid = start();
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), PRIVATE_REDIS_NOT_RUN);
	setenv("PATH", path, 1);
	free(path);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(it_answers_at_its_socket_and_ends_when_told),
		TEST(a_second_one_waits_for_the_first_to_end),
		TEST(the_socket_of_a_killed_one_is_no_matter),
		TEST(it_tells_when_there_is_no_redis_server),
	};

	umask(077);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
