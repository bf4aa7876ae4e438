/* The sockets of the service: real ones, on ports that the kernel picks. */
#include "master/listeners.h"

#include <setjmp.h>
#include <stdarg.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct listeners
open_on(const char *host, int len)
{
	struct listeners l;
	struct problem why = { 0 };

	if (listeners_open(&l, host, 0, len, &why) != ERR_OK)
		fail_msg("%s", why.text);
	return l;
}

static int
port_of(const struct listeners *l)
{
	char url[URL_TEXT];

	listeners_url(l, url);
	return atoi(strrchr(url, ':') + 1);
}

static void
expect_refusal(const char *host, int port, const char *words)
{
	struct listeners l;
	struct problem why = { 0 };

	assert_int_equal(listeners_open(&l, host, port, 2, &why), ERR_INVALID);
	if (!strstr(why.text, words))
		fail_msg("\"%s\" is not in \"%s\"", words, why.text);
	assert_int_equal(l.len, 0);
}

/* A socket as another program has it: without or with SO_REUSEPORT. */
static int
open_other(const char *host, bool is_shared, int *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);
	int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

	inet_pton(AF_INET, host, &address.sin_addr);
	if (is_shared)
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	getsockname(fd, (struct sockaddr *)&address, &len);
	*port = ntohs(address.sin_port);
	return fd;
}

static void
every_slot_has_a_socket_on_the_one_port(void **state)
{
	struct listeners l = open_on("127.0.0.1", 3);
	int port = port_of(&l);

	(void)state;
	assert_int_equal(l.len, 3);
	for (int i = 0; i < l.len; i++) {
		struct sockaddr_in address;
		socklen_t len = sizeof(address);

		getsockname(l.fds[i], (struct sockaddr *)&address, &len);
		assert_int_equal(ntohs(address.sin_port), port);
	}
	listeners_close(&l);
	assert_int_equal(l.len, 0);
}

static void
connections_are_spread_over_the_slots(void **state)
{
	enum { CONNECTIONS = 64 };
	struct listeners l = open_on("127.0.0.1", 2);
	int fds[CONNECTIONS];
	struct pollfd first = { .fd = l.fds[0], .events = POLLIN };
	struct pollfd second = { .fd = l.fds[1], .events = POLLIN };

	(void)state;
	for (int i = 0; i < CONNECTIONS; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM, 0);
		assert_int_equal(connect(fds[i], (struct sockaddr *)&l.address,
				     l.address_len),
		    0);
	}
	assert_int_equal(poll(&first, 1, 0), 1);
	assert_int_equal(poll(&second, 1, 0), 1);
	for (int i = 0; i < CONNECTIONS; i++)
		close(fds[i]);
	listeners_close(&l);
}

static void
a_port_that_anybody_serves_is_refused(void **state)
{
	static const char *const hosts[] = { "127.0.0.1", "0.0.0.0" };

	(void)state;
	for (int i = 0; i < 4; i++) {
		int port;
		int fd = open_other(hosts[i / 2], i % 2, &port);

		expect_refusal("127.0.0.1", port, "is served already");
		close(fd);
	}
}

static void
a_second_set_on_the_same_port_is_refused(void **state)
{
	struct listeners l = open_on("127.0.0.1", 2);

	(void)state;
	expect_refusal("127.0.0.1", port_of(&l), "is served already");
	expect_refusal("0.0.0.0", port_of(&l), "is served already");
	listeners_close(&l);
}

static void
a_host_must_be_of_this_machine(void **state)
{
	(void)state;
	expect_refusal("192.0.2.1", 0, "is no address of this machine");
	expect_refusal("no host at all", 0, "host=\"no host at all\"");
}

static void
the_url_is_as_a_browser_takes_it(void **state)
{
	struct listeners l = { .len = 0 };
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons(8000) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(80),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	char url[URL_TEXT];

	(void)state;
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	memcpy(&l.address, &in, sizeof(in));
	listeners_url(&l, url);
	assert_string_equal(url, "http://127.0.0.1:8000");
	memcpy(&l.address, &in6, sizeof(in6));
	listeners_url(&l, url);
	assert_string_equal(url, "http://[::1]:80");
}

static void
a_wildcard_is_reached_over_the_loopback(void **state)
{
	struct listeners l = { .len = 0 };
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_storage local;

	(void)state;
	memcpy(&l.address, &in, sizeof(in));
	listeners_local_address(&l, &local);
	assert_int_equal(((struct sockaddr_in *)&local)->sin_addr.s_addr,
	    htonl(INADDR_LOOPBACK));
	memcpy(&l.address, &in6, sizeof(in6));
	listeners_local_address(&l, &local);
	assert_memory_equal(&((struct sockaddr_in6 *)&local)->sin6_addr,
	    &in6addr_loopback, sizeof(in6addr_loopback));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_slot_has_a_socket_on_the_one_port),
		cmocka_unit_test(connections_are_spread_over_the_slots),
		cmocka_unit_test(a_port_that_anybody_serves_is_refused),
		cmocka_unit_test(a_second_set_on_the_same_port_is_refused),
		cmocka_unit_test(a_host_must_be_of_this_machine),
		cmocka_unit_test(the_url_is_as_a_browser_takes_it),
		cmocka_unit_test(a_wildcard_is_reached_over_the_loopback),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
