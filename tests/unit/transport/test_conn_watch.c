/* How long a client may take. */
#include "worker/transport/conn_watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/transport/served.h"

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
		cmocka_unit_test(a_client_that_does_not_read_is_closed_in_time),
	};

	return served_main(tests, sizeof(tests) / sizeof(tests[0]));
}
