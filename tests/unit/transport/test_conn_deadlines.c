/* How long a client may take. */
#include "worker/transport/conn_deadlines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/transport/client.h"

#include <sys/syscall.h>
#include <time.h>

static void
short_deadlines(struct config *c)
{
	c->head_timeout_ms = 20;
	c->body_timeout_ms = 20;
	c->idle_timeout_ms = 20;
	c->send_timeout_ms = 20;
}

static void
slow_senders_are_told_and_closed(void **state)
{
	static const char *const slow[] = { "G",
		"GET / HTTP/1.1\r\nHost: a\r\n",
		POST("/") "Content-Length: 5\r\n\r\nhe",
		POST("/") "Transfer-Encoding: chunked\r\n\r\n5\r\nhe" };
	struct served *s = served_open(short_deadlines);

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct client *c = client_open(s);

		send_text(c, slow[i]);
		assert_true(client_wait_end(c));
		assert_has(c->bytes, "408 Request Timeout");
		client_close(c);
	}
	served_close(s);
}

static void
idle_connections_are_closed_without_a_word(void **state)
{
	struct served *s = served_open(short_deadlines);
	struct client *c = client_open(s);

	(void)state;
	assert_true(client_wait_end(c));
	assert_int_equal(c->len, 0);
	client_close(c);

	c = client_open(s);
	send_text(c, GET("/"));
	assert_true(client_wait_end(c));
	assert_has(c->bytes, HELLO);
	assert_has_not(c->bytes, "408");
	client_close(c);
	served_close(s);
}

/* The loop's clock, which goes on while the worker stands still. */
static time_t ahead_s;

int
clock_gettime(clockid_t clock, struct timespec *out)
{
	int status = (int)syscall(SYS_clock_gettime, clock, out);

	out->tv_sec += ahead_s;
	return status;
}

/* The loop is not turned, and the client's bytes wait in the kernel. */
static void
send_unseen(const struct client *c, const char *text)
{
	ssize_t len = (ssize_t)strlen(text);

	assert_int_equal(send(c->fd, text, strlen(text), 0), len);
}

/* By more than a tick longer than the deadline. */
static void
stand_still(int64_t deadline_ms)
{
	ahead_s += deadline_ms / 1000 + 1;
}

static void
what_came_while_the_worker_stood_still_came_in_time(void **state)
{
	struct served *s = served_open(NULL);
	const struct {
		int64_t deadline_ms;
		const char *begin, *rest;
	} rows[] = {
		{ s->config.idle_timeout_ms, "", GET("/") },
		{ s->config.head_timeout_ms, "G",
		    "ET / HTTP/1.1\r\nHost: a\r\n\r\n" },
		{ s->config.body_timeout_ms,
		    POST("/") "Content-Length: 5\r\n\r\nhe", "llo" },
		{ s->config.least_rate_ms,
		    POST("/") "Content-Length: 5\r\n\r\nhe", "llo" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct client *c = client_open(s);

		for (int turns = 0; turns < 10; turns++)
			turn(s);
		send_text(c, rows[i].begin);
		send_unseen(c, rows[i].rest);
		stand_still(rows[i].deadline_ms);
		assert_true(client_wait(c, OK, 1));
		client_close(c);
	}
	served_close(s);
}

/* More than an input has room for. */
static void
all_that_came_while_the_worker_stood_still_is_read(void **state)
{
	enum { LEN = 60000, RATE_LEN = 20000 };
	struct served *s = served_open(NULL);
	char *body = calloc(1, LEN + 1);

	(void)state;
	assert_non_null(body);
	memset(body, 'x', LEN);
	for (int is_whole = 0; is_whole < 2; is_whole++) {
		struct client *c = client_open(s);

		send_text(c, POST("/") "Content-Length: 60000\r\n\r\n");
		send_unseen(c, is_whole ? body : body + LEN - RATE_LEN);
		stand_still(is_whole ? s->config.body_timeout_ms
				     : s->config.least_rate_ms);
		if (!is_whole) {
			/* It is fast enough, and the rest has time. */
			client_read(c);
			assert_int_equal(c->len, 0);
			assert_false(c->has_ended);
			send_text(c, body + RATE_LEN);
		}
		assert_true(client_wait(c, body, 1));
		client_close(c);
	}
	free(body);
	served_close(s);
}

static void
a_part_that_came_is_no_reason_to_wait_on(void **state)
{
	static const char *const begins[] = { "G",
		POST("/") "Content-Length: 5\r\n\r\nh" };
	struct served *s = served_open(NULL);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct client *c = client_open(s);

		send_text(c, begins[i]);
		send_unseen(c, "E");
		stand_still(s->config.body_timeout_ms);
		client_read(c);
		assert_has(c->bytes, "408 Request Timeout");
		client_close(c);
	}
	served_close(s);
}

static void
a_body_that_has_come_is_counted_no_longer(void **state)
{
	struct served *s = served_open(NULL);
	struct client *c = client_open(s);

	(void)state;
	send_text(c, POST("/") "Content-Length: 5\r\n\r\nhe");
	send_text(c, "llo");
	assert_true(client_wait(c, OK, 1));
	stand_still(s->config.least_rate_ms);
	client_read(c);
	assert_false(c->has_ended);
	send_text(c, GET("/"));
	assert_true(client_wait(c, HELLO, 1));
	assert_has_not(c->bytes, "408");
	client_close(c);
	served_close(s);
}

static void
a_client_that_does_not_read_is_closed_in_time(void **state)
{
	struct served *s = served_open(short_deadlines);
	struct client *c = ask_without_reading(s);

	(void)state;
	for (int turns = 0; turns < TURNS_MAX && s->worker.server->conns_len;
	     turns++) {
		usleep(100);
		turn(s);
	}
	assert_int_equal(s->worker.server->conns_len, 0);
	client_close(c);
	served_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slow_senders_are_told_and_closed),
		cmocka_unit_test(idle_connections_are_closed_without_a_word),
		cmocka_unit_test(
		    what_came_while_the_worker_stood_still_came_in_time),
		cmocka_unit_test(
		    all_that_came_while_the_worker_stood_still_is_read),
		cmocka_unit_test(a_part_that_came_is_no_reason_to_wait_on),
		cmocka_unit_test(a_body_that_has_come_is_counted_no_longer),
		cmocka_unit_test(a_client_that_does_not_read_is_closed_in_time),
	};

	return served_main(tests, sizeof(tests) / sizeof(tests[0]));
}
