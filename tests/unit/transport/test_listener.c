/* How clients come in. */
#include "worker/transport/listener.h"

#include "worker/transport/handover.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/transport/client.h"

static void
two_connections(struct config *c)
{
	c->connection_limit = 2;
}

static void
a_client_too_many_is_told_so(void **state)
{
	struct served *s = served_open(two_connections);
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
one_of_an_address(struct config *c)
{
	c->address_limit = 1;
}

static void
a_client_too_many_of_one_address_is_told_so(void **state)
{
	struct served *s = served_open(one_of_an_address);
	struct client *one = client_open(s);

	(void)state;
	send_text(one, GET("/"));
	assert_true(client_wait(one, HELLO, 1));
	struct client *two = client_open(s);
	assert_true(client_wait(two, "429 Too Many", 1));
	assert_has(two->bytes, "Retry-After: 1\r\n");
	client_close(two);
	client_close(one);
	assert_has(ask(s, GET("/"), HELLO), OK);
	served_close(s);
}

static void
close_listener(struct served *s)
{
	listener_close(s->worker.server, 0);
	while (s->worker.server->listeners[0].open > 0)
		turn(s);
}

static void
opened_or_closed_twice_is_as_once(void **state)
{
	struct served *s = served_open(NULL);
	size_t handles = s->worker.server->handles;

	(void)state;
	assert_int_equal(listener_open(s->worker.server, 0), ERR_OK);
	assert_int_equal(s->worker.server->handles, handles);
	assert_has(ask(s, GET("/"), HELLO), OK);
	close_listener(s);
	close_listener(s);
	served_close(s);
}

static void
who_comes_while_it_is_closed_waits_at_the_masters_socket(void **state)
{
	struct served *s = served_open(NULL);
	struct client *c;

	(void)state;
	close_listener(s);
	c = client_open(s);
	send_text(c, GET("/"));
	for (int i = 0; i < 10; i++)
		client_read(c);
	assert_int_equal(c->len, 0);
	assert_false(c->has_ended);
	assert_int_equal(listener_open(s->worker.server, 0), ERR_OK);
	assert_true(client_wait(c, HELLO, 1));
	client_close(c);
	served_close(s);
}

static void
who_is_given_by_another_worker_is_served(void **state)
{
	struct served *s = served_open(NULL);
	struct client *c;
	int fd;

	(void)state;
	close_listener(s);
	c = client_open(s);
	fd = accept4(s->fd, NULL, NULL, SOCK_NONBLOCK);
	assert_true(fd >= 0);
	assert_true(handover_send(&s->setup, 0, fd));
	close(fd);
	assert_int_equal(listener_open(s->worker.server, 0), ERR_OK);
	send_text(c, GET("/"));
	assert_true(client_wait(c, HELLO, 1));
	client_close(c);
	served_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_too_many_is_told_so),
		cmocka_unit_test(a_client_too_many_of_one_address_is_told_so),
		cmocka_unit_test(opened_or_closed_twice_is_as_once),
		cmocka_unit_test(
		    who_comes_while_it_is_closed_waits_at_the_masters_socket),
		cmocka_unit_test(who_is_given_by_another_worker_is_served),
	};

	return served_main(tests, sizeof(tests) / sizeof(tests[0]));
}
