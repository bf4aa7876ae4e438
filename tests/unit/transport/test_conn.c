/* What a connection reads, writes and keeps. */
#include "worker/transport/conn.h"
#include "worker/transport/peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/transport/client.h"

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
who_is_far_ahead_of_its_answers_is_read_on_when_they_are_taken(void **state)
{
	enum { FLOOD = 8000 };
	struct served *s = served_open(NULL);
	struct client *c = client_open(s);
	_Atomic uint64_t *requests = &s->shared->worker[0].requests;

	(void)state;
	send_text(c, GET("/big"));
	for (int i = 0; i < FLOOD; i++)
		send_text(c, GET("/"));
	for (int i = 0; i < 20; i++)
		turn(s);
	assert_non_null(s->worker.server->conns); /* it is there still */
	assert_true(s->worker.server->conns->is_unsent);
	assert_true(atomic_load(requests) < FLOOD);
	for (int i = 0;
	     i < TURNS_MAX && !c->has_ended && atomic_load(requests) <= FLOOD;
	     i++)
		client_read(c);
	assert_int_equal(atomic_load(requests), FLOOD + 1);
	client_close(c);
	served_close(s);
}

/* The first of two answers is not taken, the second is still being made; then
 * there is room, of which libuv has not heard. */
static void
an_answer_made_while_another_is_sent_comes_behind_it(void **state)
{
	enum { LEN = 60000 };
	struct served *s = served_open(NULL);
	struct client *c = client_open(s);
	static char bytes[LEN];
	char last[6] = "";

	(void)state;
	document = document_new(span_text("1"), span_of(big, LEN));
	fill_socket(s);
	send_text(c, GET("/document") GET("/wait"));
	for (int i = 0; i < TURNS_MAX && held == NULL; i++)
		turn(s);
	assert_true(s->worker.server->conns->is_unsent);
	while (recv(c->fd, bytes, sizeof(bytes), 0) > 0)
		continue;
	req_resume(held, ERR_OK);
	assert_true(s->worker.server->conns->is_unsent);
	for (int i = 0; i < TURNS_MAX && strcmp(last, "/wait") != 0; i++) {
		turn(s);
		ssize_t n = recv(c->fd, bytes, sizeof(bytes), 0);
		if (n >= 5)
			memcpy(last, bytes + n - 5, 5);
		/* Nothing comes behind it. */
		if (n <= 0 && !s->worker.server->conns->is_unsent)
			break;
	}
	assert_string_equal(last, "/wait");
	client_close(c);
	served_close(s);
	document_release(document);
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
	assert_null(s->worker.server->conns->exchange);
	assert_null(s->worker.server->conns->http.body.data);
	send_text(c, "G");
	for (int i = 0; i < 5; i++)
		turn(s);
	assert_non_null(s->worker.server->conns->input.data);
	client_close(c);
	served_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_has_status_date_type_and_length),
		cmocka_unit_test(
		    pipelined_requests_are_answered_in_order_for_any_cut),
		cmocka_unit_test(a_flood_of_requests_is_answered_to_the_last),
		cmocka_unit_test(connections_stay_open_as_both_sides_want),
		cmocka_unit_test(
		    broken_http_is_answered_in_the_one_shape_and_closed),
		cmocka_unit_test(nothing_behind_a_broken_request_is_served),
		cmocka_unit_test(a_client_that_does_not_read_holds_one_answer),
		cmocka_unit_test(
		    who_is_far_ahead_of_its_answers_is_read_on_when_they_are_taken),
		cmocka_unit_test(
		    an_answer_made_while_another_is_sent_comes_behind_it),
		cmocka_unit_test(
		    a_client_that_sends_nothing_more_gets_its_answers),
		cmocka_unit_test(an_idle_connection_has_no_buffers),
	};

	return served_main(tests, sizeof(tests) / sizeof(tests[0]));
}
