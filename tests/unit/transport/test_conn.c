/* A real server on a loopback socket, and clients of every manner. */
#include "worker/transport/conn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>

#include "unit/transport/served.h"

#define GET(path)  "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST(path) "POST " path " HTTP/1.1\r\nHost: a\r\n"
#define OK         "HTTP/1.1 200 OK\r\n"
#define HELLO      "\r\n\r\n{\"hello\":\"world\"}"

static void
send_text(struct client *c, const char *text)
{
	client_send(c, text, strlen(text));
}

/* Asks on a connection of its own and returns the answer, in static memory. */
static const char *
ask(struct served *s, const char *text, const char *until)
{
	static char answer[8192];
	struct client *c = client_open(s);

	send_text(c, text);
	if (!client_wait(c, until, 1))
		fail_msg("asked \"%s\"; \"%s\" did not come: \"%s\"", text,
		    until, c->bytes);
	snprintf(
	    answer, sizeof(answer), "%.*s", (int)sizeof(answer) - 1, c->bytes);
	client_close(c);
	return answer;
}

static void
assert_has(const char *answer, const char *part)
{
	if (strstr(answer, part) == NULL)
		fail_msg("no \"%s\" in \"%s\"", part, answer);
}

static void
assert_has_not(const char *answer, const char *part)
{
	if (strstr(answer, part) != NULL)
		fail_msg("\"%s\" in \"%s\"", part, answer);
}

static void
an_answer_has_status_date_type_and_length(void **state)
{
	struct served *s = served_open(NULL);
	const char *a = ask(s, GET("/"), HELLO);

	(void)state;
	assert_has(a, OK "Date: ");
	assert_has(a, "GMT\r\nContent-Type: application/json\r\n");
	assert_has(a, "Content-Length: 17\r\n");
	assert_has_not(a, "Connection");
	served_close(s);
}

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
paths_are_exact_and_methods_are_listed(void **state)
{
	struct served *s = served_open(NULL);

	(void)state;
	assert_has(ask(s, GET("/x"), "}"), "404 Not Found");
	assert_has(ask(s, GET("/user/all/"), "}"), "404 Not Found");
	assert_has(ask(s, GET("//"), "}"), "404 Not Found");
	assert_has(ask(s, GET("/report/"), "}"), "404 Not Found");
	assert_has(ask(s, GET("/report/1/2"), "}"), "404 Not Found");
	assert_has(ask(s, GET("/report/x"), "\r\n\r\n0"), OK);
	assert_has(
	    ask(s, GET("/report/12?a=b"), "\r\n\r\n12"), "ETag: \"1\"\r\n");
	for (size_t i = 0; i < 5; i++) {
		static const char *const ids[] = { "0", "01", "-1", "x",
			"9223372036854775808" };
		char text[128];

		snprintf(text, sizeof(text),
		    "DELETE /user/%s HTTP/1.1\r\nHost: a\r\n\r\n", ids[i]);
		assert_has(ask(s, text, "}"), "404 Not Found");
	}
	assert_has(
	    ask(s,
		"DELETE /user/9223372036854775807 HTTP/1.1\r\nHost: a\r\n\r\n",
		"\r\n\r\n9223372036854775807"),
	    OK);
	const char *a = ask(s, GET("/user/5"), "}");
	assert_has(a, "405 Method Not Allowed");
	assert_has(a, "Allow: PATCH, DELETE, OPTIONS\r\n");
	a = ask(s, "PATCH /user/all HTTP/1.1\r\nHost: a\r\n\r\n", "}");
	assert_has(a, "Allow: GET, HEAD, OPTIONS\r\n");
	a = ask(s, "PUT / HTTP/1.1\r\nHost: a\r\n\r\n", "}");
	assert_has(a, "Allow: GET, HEAD, POST, OPTIONS\r\n");
	a = ask(s, "OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\n");
	assert_has(a, "204 No Content");
	assert_has(a, "Allow: GET, HEAD, POST, OPTIONS\r\n");
	assert_has_not(a, "Content-Length");
	a = ask(s, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\n");
	assert_has(a, "Allow: GET, HEAD, POST, PATCH, DELETE, OPTIONS\r\n");
	a = ask(s, "OPTIONS /x HTTP/1.1\r\nHost: a\r\n\r\n", "}");
	assert_has(a, "404 Not Found");
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
	assert_has(a, "WWW-Authenticate: Bearer\r\n");
	snprintf(text, sizeof(text), "%s%s", POST("/forbidden"), large);
	assert_has(ask(s, text, "}"), "403 Forbidden");
	snprintf(text, sizeof(text), "%s%s", POST("/json"), large);
	a = ask(s, text, "}");
	assert_has(a, "413 Content Too Large");
	assert_has(a, "Connection: close\r\n");
	assert_has(ask(s, POST("/json") "Content-Length: 2\r\n\r\n{}", "\"}"),
	    "415 Unsupported");
	served_close(s);
}

static void
pipelined_requests_are_answered_in_order_for_any_cut(void **state)
{
	static const char text[] = GET("/report/1")
	    POST("/") "Content-Length: 5\r\n\r\nhello" GET("/x")
		POST("/json") "Content-Length: 2\r\n\r\n{}" POST(
		    "/") "Transfer-Encoding: chunked\r\n\r\n"
			 "2\r\nhi\r\n0\r\n\r\n" GET("/report/2");
	struct served *s = served_open(NULL);

	(void)state;
	for (size_t cut = 1; cut < sizeof(text) - 1; cut++) {
		struct client *c = client_open(s);

		client_send(c, text, cut);
		client_send(c, text + cut, sizeof(text) - 1 - cut);
		if (!client_wait(c, "\r\n\r\n2", 1))
			fail_msg("cut at %zu: \"%s\"", cut, c->bytes);
		const char *at = c->bytes;
		static const char *const order[] = { "\r\n\r\n1",
			"\r\n\r\nhello", "404 Not", "415 Uns", "\r\n\r\nhi",
			"\r\n\r\n2" };
		for (size_t i = 0; i < 6; i++) {
			if ((at = strstr(at, order[i])) == NULL)
				fail_msg("cut at %zu: no %s in \"%s\"", cut,
				    order[i], c->bytes);
		}
		client_close(c);
	}
	served_close(s);
}

static void
a_flood_of_requests_is_answered_to_the_last(void **state)
{
	enum { FLOOD = 5000 };
	struct served *s = served_open(NULL);
	struct client *c = client_open(s);
	char *text = calloc(FLOOD, sizeof(GET("/")));

	(void)state;
	for (int i = 0; i < FLOOD; i++)
		memcpy(text + (size_t)i * (sizeof(GET("/")) - 1), GET("/"),
		    sizeof(GET("/")) - 1);
	client_send(c, text, FLOOD * (sizeof(GET("/")) - 1));
	assert_true(client_wait(c, HELLO, FLOOD));
	assert_int_equal(atomic_load(&s->shared->worker[0].requests), FLOOD);
	free(text);
	client_close(c);
	served_close(s);
}

static void
connections_stay_open_as_both_sides_want(void **state)
{
	struct served *s = served_open(NULL);
	struct client *c = client_open(s);

	(void)state;
	send_text(c, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
	assert_true(client_wait_end(c));
	assert_has(c->bytes, "Connection: close\r\n");
	assert_has(c->bytes, HELLO);
	client_close(c);

	c = client_open(s);
	send_text(c, "GET / HTTP/1.0\r\n\r\n");
	assert_true(client_wait_end(c));
	assert_has(c->bytes, "HTTP/1.1 200 OK");
	assert_has(c->bytes, "Connection: close\r\n");
	client_close(c);

	c = client_open(s);
	send_text(c, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
	assert_true(client_wait(c, HELLO, 1));
	assert_has(c->bytes, "Connection: keep-alive\r\n");
	send_text(c, GET("/"));
	assert_true(client_wait(c, HELLO, 2));
	client_close(c);
	served_close(s);
}

static void
broken_http_is_answered_in_the_one_shape_and_closed(void **state)
{
	static const struct {
		const char *text, *status;
	} cases[] = {
		{ "\x16\x03\x01", "400 Bad Request" },
		{ "GET / HTTP/1.1\r\n\r\n", "400 Bad Request" },
		{ "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\n\r\n",
		    "400 Bad Request" },
		{ "GET / HTTP/2.0\r\n\r\n", "505 HTTP Version Not Supported" },
		{ "FETCH / HTTP/1.1\r\n\r\n", "501 Not Implemented" },
		{ POST("/") "Content-Length: 1\r\nExpect: x\r\n\r\n",
		    "417 Expectation Failed" },
		{ POST("/") "Transfer-Encoding: chunked\r\n\r\nx\r\n",
		    "400 Bad Request" },
	};
	struct served *s = served_open(NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct client *c = client_open(s);

		send_text(c, cases[i].text);
		if (!client_wait_end(c))
			fail_msg("not closed: \"%s\"", cases[i].text);
		assert_has(c->bytes, cases[i].status);
		assert_has(c->bytes, "Connection: close\r\n");
		assert_has(c->bytes, "{\"message\":\"");
		client_close(c);
		assert_has(ask(s, GET("/"), HELLO), OK);
	}
	served_close(s);
}

static void
nothing_behind_a_broken_request_is_served(void **state)
{
	struct served *s = served_open(NULL);
	struct client *c = client_open(s);

	(void)state;
	send_text(c,
	    POST("/") "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
		      "0\r\n\r\n" GET("/"));
	assert_true(client_wait_end(c));
	assert_has(c->bytes, "400 Bad Request");
	assert_has_not(c->bytes, "hello");
	client_close(c);
	served_close(s);
}

static void
small_limits(struct config *c)
{
	c->header_limit = 1024;
	c->target_limit = 256;
	c->body_limit = 1024;
	c->connection_limit = 2;
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
a_client_too_many_is_told_so(void **state)
{
	struct served *s = served_open(small_limits);
	struct client *one = client_open(s), *two = client_open(s);

	(void)state;
	send_text(one, GET("/"));
	send_text(two, GET("/"));
	assert_true(client_wait(one, HELLO, 1));
	assert_true(client_wait(two, HELLO, 1));
	struct client *three = client_open(s);
	assert_true(client_wait(three, "503 Service", 1));
	assert_has(three->bytes, "Retry-After: 1\r\n");
	client_close(three);
	client_close(one);
	assert_has(ask(s, GET("/"), HELLO), OK);
	client_close(two);
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

	assert_has_not(ask(s,
			   POST("/forbidden") "Content-Length: 2\r\n"
					      "Expect: 100-continue\r\n\r\n",
			   "403 Forbidden"),
	    "100 Continue");
	served_close(s);
}

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

/* More answers than the kernel's buffers of a loopback socket hold. */
enum { ASKED = 10 };

/* One that asks for more and more and reads nothing. */
static struct client *
ask_without_reading(struct served *s)
{
	struct client *c = client_open(s);

	for (int i = 0; i < ASKED; i++)
		send_text(c, GET("/big"));
	for (int i = 0; i < 100; i++)
		turn(s);
	return c;
}

static void
a_client_that_does_not_read_holds_one_answer(void **state)
{
	struct served *s = served_open(NULL);
	struct client *c = ask_without_reading(s);

	(void)state;
	assert_true(atomic_load(&s->shared->worker[0].requests) < ASKED);
	assert_true(s->worker.server->conns->is_unsent);
	assert_true(uv_stream_get_write_queue_size(
			(uv_stream_t *)&s->worker.server->conns->tcp) <=
		    BIG + (64 << 10) + 1024);
	/* As soon as it reads, it gets all of them. */
	for (int turns = 0; turns < TURNS_MAX &&
			    atomic_load(&s->shared->worker[0].requests) < ASKED;
	     turns++)
		client_read(c);
	assert_int_equal(atomic_load(&s->shared->worker[0].requests), ASKED);
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
a_client_that_sends_nothing_more_gets_its_answers(void **state)
{
	struct served *s = served_open(NULL);
	struct client *c = client_open(s);

	(void)state;
	send_text(c, GET("/wait") GET("/"));
	shutdown(c->fd, SHUT_WR);
	for (int i = 0; i < 10; i++)
		turn(s);
	req_resume(held, ERR_OK);
	assert_true(client_wait_end(c));
	assert_has(c->bytes, "\r\n\r\n/wait");
	assert_has(c->bytes, HELLO);
	client_close(c);

	c = client_open(s);
	send_text(c, POST("/") "Content-Length: 5\r\n\r\nhe");
	shutdown(c->fd, SHUT_WR);
	assert_true(client_wait_end(c));
	assert_has(c->bytes, "400 Bad Request");
	client_close(c);
	served_close(s);
}

static void
an_idle_connection_has_no_buffers(void **state)
{
	struct served *s = served_open(NULL);
	struct client *c = client_open(s);

	(void)state;
	send_text(c, GET("/"));
	assert_true(client_wait(c, HELLO, 1));
	assert_null(s->worker.server->conns->input.data);
	assert_null(s->worker.server->conns->req.arena.blocks);
	assert_null(s->worker.server->conns->http.body.data);
	send_text(c, "G");
	for (int i = 0; i < 5; i++)
		turn(s);
	assert_non_null(s->worker.server->conns->input.data);
	client_close(c);
	served_close(s);
}

static void
note_drained(void *arg)
{
	((struct served *)arg)->is_drained = true;
}

static void
a_draining_server_finishes_what_runs(void **state)
{
	struct served *s = served_open(NULL);
	struct client *idle = client_open(s), *busy = client_open(s);
	struct client *half = client_open(s);

	(void)state;
	send_text(busy, GET("/wait"));
	send_text(half, "GET / HT");
	for (int i = 0; i < 10; i++)
		turn(s);
	server_drain(s->worker.server, note_drained, s);
	assert_true(client_wait_end(idle));
	assert_false(s->is_drained);
	req_resume(held, ERR_OK);
	assert_true(client_wait_end(busy));
	assert_has(busy->bytes, "\r\n\r\n/wait");
	assert_has(busy->bytes, "Connection: close\r\n");
	assert_false(s->is_drained);
	send_text(half, "TP/1.1\r\nHost: a\r\n\r\n");
	assert_true(client_wait_end(half));
	assert_has(half->bytes, HELLO);
	client_close(idle);
	client_close(busy);
	client_close(half);
	assert_true(s->is_drained);
	served_close(s);
}

static void
a_closed_server_waits_for_requests_that_others_hold(void **state)
{
	struct served *s = served_open(NULL);
	struct client *c = client_open(s);

	(void)state;
	send_text(c, GET("/wait"));
	for (int i = 0; i < 10; i++)
		turn(s);
	server_close(s->worker.server);
	assert_true(client_wait_end(c));
	assert_int_equal(c->len, 0);
	req_resume(held, ERR_OK);
	client_close(c);
	uv_run(&s->loop, UV_RUN_DEFAULT);
	s->worker.server = NULL;
	served_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_has_status_date_type_and_length),
		cmocka_unit_test(head_is_answered_like_get_without_a_body),
		cmocka_unit_test(paths_are_exact_and_methods_are_listed),
		cmocka_unit_test(checks_come_in_the_order_of_the_contract),
		cmocka_unit_test(
		    pipelined_requests_are_answered_in_order_for_any_cut),
		cmocka_unit_test(a_flood_of_requests_is_answered_to_the_last),
		cmocka_unit_test(connections_stay_open_as_both_sides_want),
		cmocka_unit_test(
		    broken_http_is_answered_in_the_one_shape_and_closed),
		cmocka_unit_test(nothing_behind_a_broken_request_is_served),
		cmocka_unit_test(what_is_too_large_is_refused_with_its_status),
		cmocka_unit_test(
		    a_refused_body_that_still_comes_does_not_reset_the_answer),
		cmocka_unit_test(a_client_too_many_is_told_so),
		cmocka_unit_test(
		    an_expected_body_is_asked_for_when_it_is_wanted),
		cmocka_unit_test(slow_senders_are_told_and_closed),
		cmocka_unit_test(idle_connections_are_closed_without_a_word),
		cmocka_unit_test(a_client_that_does_not_read_holds_one_answer),
		cmocka_unit_test(a_client_that_does_not_read_is_closed_in_time),
		cmocka_unit_test(
		    waiting_requests_keep_the_order_and_their_bytes),
		cmocka_unit_test(a_failed_wait_is_answered_with_its_error),
		cmocka_unit_test(a_client_that_is_gone_costs_nothing_more),
		cmocka_unit_test(
		    a_client_that_sends_nothing_more_gets_its_answers),
		cmocka_unit_test(an_idle_connection_has_no_buffers),
		cmocka_unit_test(a_draining_server_finishes_what_runs),
		cmocka_unit_test(
		    a_closed_server_waits_for_requests_that_others_hold),
	};

	signal(SIGPIPE, SIG_IGN);
	big = malloc(BIG);
	memset(big, 'x', BIG);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	free(big);
	return failed;
}
