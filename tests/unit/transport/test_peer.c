#include "worker/transport/peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Proxies: 10.0.0.0/8 and fd00::/8. */
static void
expect(const char *peer, const char *header, const char *client)
{
	struct cidr proxies[2];
	char address[INET6_ADDRSTRLEN] = "";

	assert_true(cidr_parse(span_text("10.0.0.0/8"), &proxies[0]));
	assert_true(cidr_parse(span_text("fd00::/8"), &proxies[1]));
	strcpy(address, peer);
	peer_behind(proxies, 2, span_text(header), address);
	assert_string_equal(address, client);
}

static void
stranger_is_not_believed(void **state)
{
	(void)state;
	expect("192.0.2.1", "198.51.100.7", "192.0.2.1");
	expect("2001:db8::1", "198.51.100.7", "2001:db8::1");
}

static void
proxy_names_its_client_at_the_right(void **state)
{
	(void)state;
	expect("10.0.0.1", "198.51.100.7", "198.51.100.7");
	expect("10.0.0.1", "1.1.1.1, 198.51.100.7", "198.51.100.7");
	expect("10.0.0.1", "1.1.1.1,198.51.100.7\t, 10.9.9.9 ", "198.51.100.7");
	expect("fd00::1", "2001:DB8::7", "2001:db8::7");
	expect("10.0.0.1", "::ffff:198.51.100.7", "198.51.100.7");
}

static void
port_and_brackets_are_not_the_address(void **state)
{
	(void)state;
	expect("10.0.0.1", "198.51.100.7:51234", "198.51.100.7");
	expect("10.0.0.1", "[2001:db8::7]", "2001:db8::7");
	expect("10.0.0.1", "[2001:db8::7]:51234", "2001:db8::7");
	expect("10.0.0.1", "1.1.1.1, [fd00::2]:80, 10.0.0.2:80", "1.1.1.1");
	expect("10.0.0.1", "[2001:db8::7", "10.0.0.1");
	expect("10.0.0.1", "[]:80", "10.0.0.1");
	expect("10.0.0.1", ":80", "10.0.0.1");
}

static void
proxy_alone_is_the_client(void **state)
{
	(void)state;
	expect("10.0.0.1", "", "10.0.0.1");
	expect("10.0.0.1", "10.0.0.2, 10.0.0.3", "10.0.0.2");
}

static void
anything_but_an_address_ends_the_list(void **state)
{
	(void)state;
	expect("10.0.0.1", "198.51.100.7, unknown", "10.0.0.1");
	expect("10.0.0.1", "198.51.100.7, , 10.0.0.2", "10.0.0.2");
	expect("10.0.0.1", "198.51.100.0/24", "10.0.0.1");
	expect("10.0.0.1", ",", "10.0.0.1");
	expect("", "198.51.100.7", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stranger_is_not_believed),
		cmocka_unit_test(proxy_names_its_client_at_the_right),
		cmocka_unit_test(port_and_brackets_are_not_the_address),
		cmocka_unit_test(proxy_alone_is_the_client),
		cmocka_unit_test(anything_but_an_address_ends_the_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
