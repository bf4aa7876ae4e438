/* Documents that several connections ask for in one turn of the loop. */
#include "worker/transport/outbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "unit/transport/client.h"

#define WANTED "\r\n\r\n{\"report\":1}"

static struct served *
open_with(size_t body_len)
{
	static const char small[] = "{\"report\":1}";

	document = document_new(span_text("1"),
	    body_len > 0 ? span_of(big, body_len) : span_text(small));
	assert_non_null(document);
	return served_open(NULL);
}

static void
close_with(struct served *s)
{
	served_close(s);
	/* Nobody holds it beside this test, and nobody is to be sent it. */
	assert_int_equal(document->refs, 1);
	assert_int_equal(document->lent, 0);
	document_release(document);
	document = NULL;
}

/* Clients that the server knows. */
static void
open_clients(struct served *s, struct client **clients, int len)
{
	for (int i = 0; i < len; i++)
		clients[i] = client_open(s);
	for (int i = 0; i < 8; i++)
		turn(s);
}

/* Without a turn of the loop. */
static void
ask_for_document(struct client **clients, int len)
{
	static const char request[] = GET("/document");

	for (int i = 0; i < len; i++)
		assert_int_equal(send(clients[i]->fd, request,
				     sizeof(request) - 1, MSG_NOSIGNAL),
		    sizeof(request) - 1);
}

static size_t
waiting(const struct served *s)
{
	const struct outbox *b = &s->worker.server->outbox;

	return b->len - b->sent;
}

static void
answers_of_one_turn_are_sent_before_the_next_one_reads(void **state)
{
	struct served *s = open_with(0);
	struct client *clients[2];
	char byte;

	(void)state;
	open_clients(s, clients, 2);
	ask_for_document(clients, 2);
	turn(s);
	assert_int_equal(waiting(s), 2);
	assert_int_equal(recv(clients[0]->fd, &byte, 1, MSG_PEEK), -1);
	turn(s);
	assert_int_equal(waiting(s), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(recv(clients[i]->fd, &byte, 1, MSG_PEEK), 1);
		assert_true(client_wait(clients[i], WANTED, 1));
		client_close(clients[i]);
	}
	close_with(s);
}

static void
more_connections_than_have_a_place_are_answered_once_each(void **state)
{
	enum { CLIENTS = OUTBOX_MAX + 20 };
	struct served *s = open_with(0);
	struct client *clients[CLIENTS];
	size_t len;

	(void)state;
	open_clients(s, clients, CLIENTS);
	for (int times = 1; times <= 2; times++) {
		ask_for_document(clients, CLIENTS);
		turn(s);
		for (int i = 0; i < CLIENTS; i++)
			assert_true(client_wait(clients[i], WANTED, times));
	}
	len = clients[0]->len;
	for (int i = 0; i < CLIENTS; i++) {
		client_read(clients[i]);
		assert_int_equal(clients[i]->len, len);
		client_close(clients[i]);
	}
	close_with(s);
}

static void
a_client_that_sends_nothing_more_has_its_answer_first(void **state)
{
	struct served *s = open_with(0);
	struct client *c;

	(void)state;
	open_clients(s, &c, 1);
	ask_for_document(&c, 1);
	shutdown(c->fd, SHUT_WR);
	assert_true(client_wait(c, WANTED, 1));
	assert_true(client_wait_end(c));
	client_close(c);
	close_with(s);
}

static void
what_waits_is_sent_before_the_server_closes(void **state)
{
	struct served *s = open_with(0);
	struct client *clients[2];

	(void)state;
	open_clients(s, clients, 2);
	ask_for_document(clients, 2);
	turn(s);
	assert_int_equal(waiting(s), 2);
	server_drain(s->worker.server, NULL, NULL);
	for (int i = 0; i < 2; i++) {
		assert_true(client_wait(clients[i], WANTED, 1));
		assert_true(client_wait_end(clients[i]));
		client_close(clients[i]);
	}
	close_with(s);
}

/* As long as its client takes to read. */
static void
what_waits_for_room_is_sent_whole_before_the_server_closes(void **state)
{
	enum { LEN = 60000 };
	struct served *s = open_with(LEN);
	struct client *c;
	static char bytes[LEN];
	ssize_t n = -1;
	size_t got = 0;

	(void)state;
	open_clients(s, &c, 1);
	fill_socket(s);
	ask_for_document(&c, 1);
	for (int i = 0; i < TURNS_MAX && waiting(s) == 0; i++)
		turn(s);
	assert_int_equal(waiting(s), 1);
	server_drain(s->worker.server, NULL, NULL);
	for (int i = 0; i < TURNS_MAX && n != 0; i++) {
		turn(s);
		n = recv(c->fd, bytes, sizeof(bytes), 0);
		for (ssize_t at = 0; at < n; at++)
			got += bytes[at] == *big;
	}
	assert_int_equal(n, 0);
	assert_int_equal(got, LEN);
	client_close(c);
	close_with(s);
}

/* A reset, not an end. */
static void
client_reset(struct client *c)
{
	const struct linger at_once = { .l_onoff = 1 };

	setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(c->fd);
	c->fd = -1;
}

static void
a_client_that_is_gone_keeps_nobody_from_an_answer(void **state)
{
	struct served *s = open_with(0);
	struct client *clients[2];

	(void)state;
	open_clients(s, clients, 2);
	ask_for_document(clients, 2);
	turn(s);
	assert_int_equal(waiting(s), 2);
	client_reset(clients[0]);
	assert_true(client_wait(clients[1], WANTED, 1));
	assert_int_equal(s->worker.server->conns_len, 1);
	client_close(clients[0]);
	client_close(clients[1]);
	close_with(s);
}

/* The loop stood still for longer than the next head of a client may take, whose
 * answer waits, and who is gone. */
static void
what_is_said_to_a_client_that_is_gone_is_said_to_nobody(void **state)
{
	struct served *s = open_with(0);
	struct client *clients[2];

	(void)state;
	open_clients(s, clients, 2);
	s->worker.server->deadlines.length_ms[DEADLINE_HEAD] = 1;
	send_text(clients[0], GET("/document") "GET"); /* and a turn */
	assert_int_equal(waiting(s), 1);
	client_reset(clients[0]);
	usleep(2000 * DEADLINE_TICK_MS);
	turn(s);
	assert_int_equal(s->worker.server->conns_len, 1);
	ask_for_document(&clients[1], 1);
	assert_true(client_wait(clients[1], WANTED, 1));
	assert_memory_equal(clients[1]->bytes, OK, strlen(OK));
	client_close(clients[0]);
	client_close(clients[1]);
	close_with(s);
}

/* Who asks and does not read fills the socket: from then on nothing is served
 * before the rest was taken. */
static void
what_a_socket_does_not_take_is_sent_before_the_next_answer(void **state)
{
	enum { LEN = 60000, TIMES_MAX = 2000 };
	struct served *s = open_with(LEN);
	struct client *c;
	char bytes[65536], last[sizeof(HELLO)] = "";
	size_t got = 0, last_len = strlen(HELLO), times = 0;

	(void)state;
	open_clients(s, &c, 1);
	while (!s->worker.server->conns->is_unsent && times < TIMES_MAX) {
		ask_for_document(&c, 1);
		/* The client's kernel may hold a request back for a while. */
		for (int i = 0; i < TURNS_MAX && waiting(s) == 0; i++) {
			turn(s);
			usleep(10);
		}
		assert_int_equal(waiting(s), 1);
		turn(s);
		times++;
	}
	assert_in_range(times, 1, TIMES_MAX - 1);
	send_text(c, GET("/"));
	for (int i = 0; i < TURNS_MAX && strcmp(last, HELLO) != 0; i++) {
		ssize_t n = recv(c->fd, bytes, sizeof(bytes), 0);

		turn(s);
		if (n < (ssize_t)last_len)
			continue;
		got += (size_t)n;
		memcpy(last, bytes + n - last_len, last_len);
	}
	assert_string_equal(last, HELLO);
	assert_in_range(got, times * LEN, times * (LEN + 200) + 200);
	client_close(c);
	close_with(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    answers_of_one_turn_are_sent_before_the_next_one_reads),
		cmocka_unit_test(
		    more_connections_than_have_a_place_are_answered_once_each),
		cmocka_unit_test(
		    a_client_that_sends_nothing_more_has_its_answer_first),
		cmocka_unit_test(what_waits_is_sent_before_the_server_closes),
		cmocka_unit_test(
		    what_waits_for_room_is_sent_whole_before_the_server_closes),
		cmocka_unit_test(
		    a_client_that_is_gone_keeps_nobody_from_an_answer),
		cmocka_unit_test(
		    what_is_said_to_a_client_that_is_gone_is_said_to_nobody),
		cmocka_unit_test(
		    what_a_socket_does_not_take_is_sent_before_the_next_answer),
	};

	return served_main(tests, sizeof(tests) / sizeof(tests[0]));
}
