/* Probing a socket: against a listener of this process. The kernel takes the
 * connection and the question, so the answer may be written later or never. */
#include "common/base/clock.h"
#include "master/probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

struct server {
	int fd;
	struct sockaddr_in address;
	pthread_t thread;
	const char *answers[2]; /* written one after the other; then closed */
};

static void
open_server(struct server *s)
{
	socklen_t len = sizeof(s->address);

	*s = (struct server){ .fd = socket(AF_INET, SOCK_STREAM, 0) };
	s->address.sin_family = AF_INET;
	s->address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(
	    bind(s->fd, (struct sockaddr *)&s->address, sizeof(s->address)), 0);
	assert_int_equal(listen(s->fd, 1), 0);
	getsockname(s->fd, (struct sockaddr *)&s->address, &len);
}

/* Answers one question. */
static void *
answer(void *arg)
{
	struct server *s = arg;
	int fd = accept(s->fd, NULL, NULL);
	char question[16];

	if (recv(fd, question, sizeof(question), 0) == 5 &&
	    !memcmp(question, "hello", 5))
		for (int i = 0; i < 2 && s->answers[i]; i++)
			send(fd, s->answers[i], strlen(s->answers[i]),
			    MSG_NOSIGNAL);
	close(fd);
	return NULL;
}

static bool
probe_server(struct server *s, int timeout_ms)
{
	return probe((const struct sockaddr *)&s->address, sizeof(s->address),
	    "hello", "yes", timeout_ms);
}

static bool
is_yes(const char *first, const char *second)
{
	struct server s;
	bool yes;

	open_server(&s);
	s.answers[0] = first;
	s.answers[1] = second;
	pthread_create(&s.thread, NULL, answer, &s);
	yes = probe_server(&s, 5000);
	pthread_join(s.thread, NULL);
	close(s.fd);
	return yes;
}

static void
the_beginning_of_the_answer_counts(void **state)
{
	(void)state;
	assert_true(is_yes("yes", NULL));
	assert_true(is_yes("yes, and more", NULL));
	assert_true(is_yes("y", "es"));
}

static void
another_answer_is_a_no(void **state)
{
	(void)state;
	assert_false(is_yes("no!", NULL));
	assert_false(is_yes("ye", NULL));
	assert_false(is_yes(NULL, NULL));
}

static void
silence_is_a_no_when_the_time_is_over(void **state)
{
	struct server s;
	int64_t began_ms = clock_ms();

	(void)state;
	open_server(&s);
	assert_false(probe_server(&s, 20));
	assert_true(clock_ms() - began_ms >= 20);
	close(s.fd);
}

static void
nobody_there_is_a_no(void **state)
{
	struct server s;

	(void)state;
	open_server(&s);
	close(s.fd);
	assert_false(probe_server(&s, 5000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_beginning_of_the_answer_counts),
		cmocka_unit_test(another_answer_is_a_no),
		cmocka_unit_test(silence_is_a_no_when_the_time_is_over),
		cmocka_unit_test(nobody_there_is_a_no),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
