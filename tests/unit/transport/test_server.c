/* The end of many clients. */
#include "worker/transport/server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/transport/client.h"

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

/* Its answer was being sent: the connection ends with the last byte of it. */
static void
a_draining_server_closes_who_has_taken_the_answer(void **state)
{
	struct served *s = served_open(NULL);
	struct client *c = client_open(s);
	const struct server *server = s->worker.server;

	(void)state;
	send_text(c, GET("/big"));
	for (int i = 0;
	     i < TURNS_MAX && (!server->conns || !server->conns->is_unsent);
	     i++)
		turn(s);
	assert_true(server->conns->is_unsent);
	server_drain(s->worker.server, note_drained, s);
	for (int i = 0; i < 10; i++)
		turn(s);
	assert_false(s->is_drained);
	assert_true(client_wait_end(c));
	assert_int_equal(server->conns_len, 0);
	client_close(c);
	assert_true(s->is_drained);
	served_close(s);
}

/* Who gives the last request back has something to do behind it. */
static void
the_end_of_the_last_request_is_told_when_it_is_over(void **state)
{
	const struct linger reset = { 1, 0 };
	struct served *s = served_open(NULL);
	struct client *c = client_open(s);
	const struct server *server = s->worker.server;

	(void)state;
	send_text(c, GET("/wait"));
	for (int i = 0; i < 10; i++)
		turn(s);
	setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	client_close(c);
	for (int i = 0; i < 10; i++)
		turn(s);
	assert_int_equal(server->conns_len, 0);
	server_drain(s->worker.server, note_drained, s);
	for (int i = 0; i < 10; i++)
		turn(s);
	req_resume(held, ERR_OK);
	assert_false(s->is_drained);
	turn(s);
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
		cmocka_unit_test(a_draining_server_finishes_what_runs),
		cmocka_unit_test(
		    a_draining_server_closes_who_has_taken_the_answer),
		cmocka_unit_test(
		    the_end_of_the_last_request_is_told_when_it_is_over),
		cmocka_unit_test(
		    a_closed_server_waits_for_requests_that_others_hold),
	};

	return served_main(tests, sizeof(tests) / sizeof(tests[0]));
}
