/* One request and its answer: the order of checks, bodies, waits. */
#include "worker/pool.h"
#include "worker/transport/endpoint.h"
#include "worker/transport/exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/transport/client.h"

static void
head_is_answered_like_get_without_a_body(void **state)
{
	struct served *s = served_open(NULL);
	struct client *c = client_open(s);

	(void)state;
	send_text(c, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" GET("/report/7"));
	assert_true(client_wait(c, "\r\n\r\n7", 1));
	assert_has(c->bytes, "Content-Length: 17\r\n\r\nHTTP/1.1 200 OK");
	client_close(c);
	served_close(s);
}

static void
checks_come_in_the_order_of_the_contract(void **state)
{
	static const char large[] = "Content-Length: 99999999\r\n\r\n";
	struct served *s = served_open(NULL);
	char text[256];

	(void)state;
	snprintf(text, sizeof(text), "%s%s", POST("/x"), large);
	assert_has(ask(s, text, "}"), "404 Not Found");
	snprintf(text, sizeof(text), "%s%s", POST("/big"), large);
	assert_has(ask(s, text, "}"), "405 Method Not Allowed");
	snprintf(text, sizeof(text), "%s%s", POST("/secret"), large);
	const char *a = ask(s, text, "}");
	assert_has(a, "401 Unauthorized");
	assert_has(a, "WWW-Authenticate: Bearer realm=\"trawl\"\r\n");
	snprintf(text, sizeof(text), "%s%s", POST("/forbidden"), large);
	assert_has(ask(s, text, "}"), "403 Forbidden");
	snprintf(text, sizeof(text), "%s%s", POST("/json"), large);
	a = ask(s, text, "}");
	assert_has(a, "413 Content Too Large");
	assert_has(a, "Connection: close\r\n");
	a = ask(s, POST("/json") "Content-Length: 2\r\n\r\n{}", "\"}");
	assert_has(a, "415 Unsupported");
	assert_has(a, "Accept: application/json\r\n");
	served_close(s);
}

static void
small_limits(struct config *c)
{
	c->header_limit = 1024;
	c->target_limit = 256;
	c->body_limit = 1024;
}

static void
what_is_too_large_is_refused_with_its_status(void **state)
{
	struct served *s = served_open(small_limits);
	char text[4096];

	(void)state;
	snprintf(text, sizeof(text), "GET /%0300d HTTP/1.1\r\n", 1);
	assert_has(ask(s, text, "}"), "414 URI Too Long");
	snprintf(text, sizeof(text),
	    "GET / HTTP/1.1\r\nHost: a\r\nA: %01200d\r\n", 1);
	assert_has(ask(s, text, "}"), "431 Request Header");
	snprintf(text, sizeof(text), "%s%s%02000d", POST("/"),
	    "Transfer-Encoding: chunked\r\n\r\n7d0\r\n", 1);
	assert_has(ask(s, text, "}"), "413 Content");
	snprintf(text, sizeof(text), "%s%s%01024d", POST("/"),
	    "Content-Length: 1024\r\n\r\n", 1);
	assert_has(ask(s, text, "00001"), OK);
	served_close(s);
}

static void
a_refused_body_that_still_comes_does_not_reset_the_answer(void **state)
{
	struct served *s = served_open(small_limits);
	struct client *c = client_open(s);
	static char rest[300000];

	(void)state;
	send_text(c, POST("/") "Content-Length: 300000\r\n\r\n");
	client_send(c, rest, sizeof(rest));
	assert_true(client_wait(c, "413 Content", 1));
	client_close(c);
	served_close(s);
}

static void
an_expected_body_is_asked_for_when_it_is_wanted(void **state)
{
	struct served *s = served_open(NULL);
	struct client *c = client_open(s);

	(void)state;
	send_text(
	    c, POST("/") "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
	assert_true(client_wait(c, "HTTP/1.1 100 Continue\r\n\r\n", 1));
	assert_has_not(c->bytes, OK);
	send_text(c, "hi");
	assert_true(client_wait(c, "\r\n\r\nhi", 1));
	client_close(c);

	c = client_open(s);
	send_text(
	    c, POST("/") "Content-Length: 2\r\nExpect: 100-continue\r\n\r\nhi");
	assert_true(client_wait(c, "\r\n\r\nhi", 1));
	assert_has_not(c->bytes, "100 Continue");
	client_close(c);

	/* A list (RFC 9110, 5.6.1), of which empty members are nothing. */
	c = client_open(s);
	send_text(c, POST("/") "Content-Length: 2\r\nExpect:\r\n"
			       "Expect: ,100-Continue ,\r\n\r\n");
	assert_true(client_wait(c, "HTTP/1.1 100 Continue\r\n\r\n", 1));
	client_close(c);
	c = client_open(s);
	send_text(c, POST("/") "Content-Length: 2\r\nExpect: , \r\n\r\n");
	for (int turns = 0; turns < 10; turns++)
		client_read(c);
	assert_int_equal(c->len, 0);
	send_text(c, "hi");
	assert_true(client_wait(c, "\r\n\r\nhi", 1));
	client_close(c);

	assert_has_not(ask(s,
			   POST("/forbidden") "Content-Length: 2\r\n"
					      "Expect: 100-continue\r\n\r\n",
			   "403 Forbidden"),
	    "100 Continue");
	served_close(s);
}

static void
waiting_requests_keep_the_order_and_their_bytes(void **state)
{
	struct served *s = served_open(NULL);
	struct client *c = client_open(s);

	(void)state;
	send_text(
	    c, POST("/wait") "Content-Length: 2\r\n\r\nhi" GET("/report/1"));
	for (int i = 0; i < 10; i++)
		turn(s);
	assert_non_null(held);
	/* More comes, and may not disturb what the request borrows. */
	send_text(c, GET("/report/2"));
	client_read(c);
	assert_int_equal(c->len, 0);
	req_resume(held, ERR_OK);
	assert_true(client_wait(c, "\r\n\r\n2", 1));
	const char *first = strstr(c->bytes, "\r\n\r\nhi");
	const char *second = strstr(c->bytes, "\r\n\r\n1");
	assert_true(first != NULL && second > first);
	client_close(c);
	served_close(s);
}

static void
a_failed_wait_is_answered_with_its_error(void **state)
{
	struct served *s = served_open(NULL);
	struct client *c = client_open(s);

	(void)state;
	send_text(c, GET("/wait"));
	for (int i = 0; i < 10; i++)
		turn(s);
	req_resume(held, ERR_STORE_DOWN);
	assert_true(client_wait(c, "503 Service", 1));
	assert_has(c->bytes, "Retry-After: 1\r\n");
	assert_int_equal(encoded, 0);
	send_text(c, GET("/"));
	assert_true(client_wait(c, HELLO, 1));
	client_close(c);
	served_close(s);
}

static void
a_client_that_is_gone_costs_nothing_more(void **state)
{
	struct served *s = served_open(NULL);
	struct client *c = client_open(s);
	struct linger reset = { .l_onoff = 1 };

	(void)state;
	send_text(c, GET("/wait"));
	for (int i = 0; i < 10; i++)
		turn(s);
	assert_non_null(held);
	setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	client_close(c);
	assert_null(held->conn);
	assert_int_equal(s->worker.server->conns_len, 0);
	req_resume(held, ERR_OK);
	assert_int_equal(encoded, 0);
	served_close(s);
}

static void
one_at_once(struct config *c)
{
	c->request_limit = 1;
}

static void
events_come_when_there_are_any_and_count_for_nobody(void **state)
{
	struct served *s = served_open(one_at_once);
	struct client *c[3];
	struct req *waiting[3];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		c[i] = client_open(s);
		send_text(c[i], GET("/events"));
		assert_true(client_wait(c[i], "event\n\n", 1));
		assert_has(c[i]->bytes, "Content-Type: text/event-stream\r\n");
		waiting[i] = held;
	}
	assert_int_equal(s->worker.server->admission.running, 0);
	req_resume(waiting[2], ERR_OK);
	assert_true(client_wait(c[2], "event\n\n", 2));
	assert_ptr_equal(held, waiting[2]);
	/* Who hangs up is let go, and costs nothing once it is resumed. */
	for (size_t i = 0; i < 3; i++) {
		shutdown(c[i]->fd, SHUT_WR);
		assert_true(client_wait_end(c[i]));
		assert_null(waiting[i]->conn);
		client_close(c[i]);
		req_resume(waiting[i], ERR_OK);
	}
	assert_int_equal(s->worker.server->conns_len, 0);
	served_close(s);
}

static void
who_hangs_up_while_it_waits_its_turn_is_refused_at_once(void **state)
{
	struct served *s = served_open(one_at_once);
	struct client *running = client_open(s), *waiting = client_open(s);
	struct admission *admission = &s->worker.server->admission;

	(void)state;
	send_text(running, GET("/wait"));
	for (int i = 0; i < 10; i++)
		turn(s);
	admission->credit = 0;
	send_text(waiting, POST("/json") "Content-Type: application/json\r\n"
					 "Content-Length: 2\r\n\r\n{}");
	for (int i = 0; i < 10; i++)
		turn(s);
	assert_int_equal(admission->waiting, 1);
	shutdown(waiting->fd, SHUT_WR);
	assert_true(client_wait_end(waiting));
	assert_has(waiting->bytes, "503 Service Unavailable");
	assert_has(waiting->bytes, "\r\nRetry-After: 1\r\n");
	assert_int_equal(admission->waiting, 0);
	assert_int_equal(admission->running, 1);
	req_resume(held, ERR_OK);
	assert_true(client_wait(running, "/wait", 1));
	client_close(waiting);
	client_close(running);
	served_close(s);
}

/* It closes nothing, and nobody has looked at what the body is. */
static void
who_would_find_no_place_to_hash_is_told_so_first(void **state)
{
	struct served *s = served_open(NULL);
	struct client *c = client_open(s);
	struct pool *pool = pool_new(&s->loop, 1, 0, 0);

	(void)state;
	s->worker.hash_pool = pool;
	assert_true(pool_reserve(pool));
	send_text(c, POST("/hashed") "Content-Length: 2\r\n\r\nhi");
	assert_true(client_wait(c, "503 Service", 1));
	assert_has(c->bytes, "Retry-After: 1\r\n");
	pool_unreserve(pool);
	send_text(c, POST("/hashed") "Content-Length: 2\r\n\r\nhi");
	assert_true(client_wait(c, "415 Unsupported", 1));
	assert_false(c->has_ended);
	client_close(c);
	pool_close(pool);
	served_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(head_is_answered_like_get_without_a_body),
		cmocka_unit_test(checks_come_in_the_order_of_the_contract),
		cmocka_unit_test(what_is_too_large_is_refused_with_its_status),
		cmocka_unit_test(
		    a_refused_body_that_still_comes_does_not_reset_the_answer),
		cmocka_unit_test(
		    an_expected_body_is_asked_for_when_it_is_wanted),
		cmocka_unit_test(
		    waiting_requests_keep_the_order_and_their_bytes),
		cmocka_unit_test(a_failed_wait_is_answered_with_its_error),
		cmocka_unit_test(a_client_that_is_gone_costs_nothing_more),
		cmocka_unit_test(
		    events_come_when_there_are_any_and_count_for_nobody),
		cmocka_unit_test(
		    who_hangs_up_while_it_waits_its_turn_is_refused_at_once),
		cmocka_unit_test(
		    who_would_find_no_place_to_hash_is_told_so_first),
	};

	return served_main(tests, sizeof(tests) / sizeof(tests[0]));
}
