/* The master's loop, with a worker of this test: it answers every request with
 * its pid, and can be made deaf for SIGTERM. Processes, the
 * socket and the shared mapping are real; Redis is not asked for. */
#include "master/child.h"
#include "master/supervise.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE = 1000 }; /* times 10 ms */

static volatile sig_atomic_t is_told_to_end;

static void
on_term(int number)
{
	(void)number;
	is_told_to_end = 1;
}

/* The worker of this test, in place of the real one; `follow`, which means
 * nothing here, makes it deaf. */
int
worker_run(const struct worker_setup *setup)
{
	struct sigaction action = { .sa_handler = on_term };
	struct pollfd p = { .fd = setup->listener_fds[setup->slot],
		.events = POLLIN };
	char answer[64], question[512];

	if (setup->config->follow)
		signal(SIGTERM, SIG_IGN);
	else
		sigaction(SIGTERM, &action, NULL);
	while (!is_told_to_end) {
		int fd = poll(&p, 1, 10) == 1 ? accept(p.fd, NULL, NULL) : -1;

		if (fd < 0)
			continue;
		snprintf(answer, sizeof(answer), "HTTP/1.1 200 OK %d",
		    (int)getpid());
		(void)!read(fd, question, sizeof(question));
		(void)!write(fd, answer, strlen(answer));
		close(fd);
	}
	return 0;
}

/* A master in a child of this test. */
struct service {
	struct config config;
	struct shared *shared;
	struct listeners listeners;
	pid_t master;
	int out; /* what the master prints */
};

static void
start(struct service *s, int workers, bool is_deaf)
{
	struct problem why = { 0 };
	int pipe_fds[2];

	*s = (struct service){ 0 };
	assert_int_equal(config_defaults(&s->config), ERR_OK);
	s->config.follow = is_deaf;
	s->config.drain_timeout_ms = 600000;
	s->shared = shared_new((uint32_t)workers);
	assert_non_null(s->shared);
	assert_int_equal(
	    listeners_open(&s->listeners, "127.0.0.1", 0, workers, &why),
	    ERR_OK);
	assert_int_equal(pipe(pipe_fds), 0);
	s->master = child_fork();
	if (s->master == 0) {
		struct worker_setup setup = { .config = &s->config,
			.shared = s->shared,
			.listener_fds = s->listeners.fds,
			.listeners_len = workers };

		dup2(pipe_fds[1], STDOUT_FILENO);
		close(pipe_fds[0]);
		close(pipe_fds[1]);
		/* Its words would stand between those of cmocka. */
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		_exit(supervise(&setup, &s->listeners, NULL));
	}
	close(pipe_fds[1]);
	s->out = pipe_fds[0];
}

static void
wait_until_serving(struct service *s)
{
	char line[128] = "", url[URL_TEXT], expected[128];

	listeners_url(&s->listeners, url);
	snprintf(expected, sizeof(expected), "trawl: %s\n", url);
	assert_true(read(s->out, line, sizeof(line) - 1) > 0);
	assert_string_equal(line, expected);
}

/* Waits until the slot is of another process than `before`. */
static pid_t
wait_for_worker(const struct service *s, int slot, pid_t before)
{
	for (int i = 0; i < PATIENCE; i++) {
		pid_t pid = (pid_t)s->shared->worker[slot].pid;

		if (pid && pid != before)
			return pid;
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
	fail_msg("slot %d has no new worker", slot);
	return 0;
}

static int
wait_for_end(struct service *s)
{
	int status;

	assert_int_equal(waitpid(s->master, &status, 0), s->master);
	close(s->out);
	listeners_close(&s->listeners);
	config_cleanup(&s->config);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The pid of the worker that answers a request. */
static pid_t
ask_who(const struct service *s)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), pid = 0;
	char answer[64] = "";

	assert_int_equal(
	    connect(fd, (const struct sockaddr *)&s->listeners.address,
		s->listeners.address_len),
	    0);
	assert_int_equal(write(fd, "?", 1), 1);
	assert_true(read(fd, answer, sizeof(answer) - 1) > 0);
	close(fd);
	assert_int_equal(sscanf(answer, "HTTP/1.1 200 OK %d", &pid), 1);
	return pid;
}

static void
the_address_is_printed_when_the_service_answers(void **state)
{
	struct service s;

	(void)state;
	start(&s, 2, false);
	wait_until_serving(&s);
	kill(s.master, SIGTERM);
	assert_int_equal(wait_for_end(&s), 0);
	shared_free(s.shared);
}

static void
every_signal_to_end_ends_with_status_0(void **state)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP };
	struct service s;

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		start(&s, 1, false);
		wait_until_serving(&s);
		kill(s.master, numbers[i]);
		assert_int_equal(wait_for_end(&s), 0);
		shared_free(s.shared);
	}
}

static void
a_killed_worker_is_replaced_on_its_socket(void **state)
{
	struct service s;
	pid_t first, second;

	(void)state;
	start(&s, 1, false);
	wait_until_serving(&s);
	first = wait_for_worker(&s, 0, 0);
	kill(first, SIGKILL);
	second = wait_for_worker(&s, 0, first);
	assert_int_equal(ask_who(&s), second);
	kill(s.master, SIGTERM);
	assert_int_equal(wait_for_end(&s), 0);
	shared_free(s.shared);
}

static void
a_second_signal_ends_workers_that_do_not_end(void **state)
{
	struct service s;
	pid_t worker;

	(void)state;
	start(&s, 1, true);
	wait_until_serving(&s);
	worker = wait_for_worker(&s, 0, 0);
	kill(s.master, SIGTERM);
	kill(s.master, SIGINT);
	assert_int_equal(wait_for_end(&s), 0);
	assert_int_equal(kill(worker, 0), -1);
	shared_free(s.shared);
}

static void
a_dead_worker_is_dead_in_the_shared_mapping(void **state)
{
	struct service s;

	(void)state;
	start(&s, 1, false);
	wait_until_serving(&s);
	s.shared->worker[0].heartbeat_ms = 4711;
	kill(s.master, SIGTERM);
	assert_int_equal(wait_for_end(&s), 0);
	assert_int_equal(s.shared->worker[0].pid, 0);
	assert_int_equal(s.shared->worker[0].heartbeat_ms, 0);
	shared_free(s.shared);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_address_is_printed_when_the_service_answers),
		cmocka_unit_test(every_signal_to_end_ends_with_status_0),
		cmocka_unit_test(a_killed_worker_is_replaced_on_its_socket),
		cmocka_unit_test(a_second_signal_ends_workers_that_do_not_end),
		cmocka_unit_test(a_dead_worker_is_dead_in_the_shared_mapping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
