/* Addresses: numbers, families and the networks that are of no country. */
#include "common/geo/address.h"

#include "unit/geo/geo_files.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* Every network of no country. */
static const struct {
	const char *first, *last;
} networks[] = {
	{ "0.0.0.0", "0.255.255.255" },
	{ "10.0.0.0", "10.255.255.255" },
	{ "100.64.0.0", "100.127.255.255" },
	{ "127.0.0.0", "127.255.255.255" },
	{ "169.254.0.0", "169.254.255.255" },
	{ "172.16.0.0", "172.31.255.255" },
	{ "192.0.0.0", "192.0.0.255" },
	{ "192.0.2.0", "192.0.2.255" },
	{ "192.88.99.0", "192.88.99.255" },
	{ "192.168.0.0", "192.168.255.255" },
	{ "198.18.0.0", "198.19.255.255" },
	{ "198.51.100.0", "198.51.100.255" },
	{ "203.0.113.0", "203.0.113.255" },
	{ "224.0.0.0", "255.255.255.255" },
	{ "::", "::1" },
	{ "64:ff9b::", "64:ff9b::ffff:ffff" },
	{ "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff" },
	{ "100::", "100::ffff:ffff:ffff:ffff" },
	{ "2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff" },
	{ "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff" },
	{ "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	{ "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff" },
	{ "5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	{ "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	{ "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	{ "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
};
enum { NETWORKS = sizeof(networks) / sizeof(networks[0]) };

static struct address
neighbour(struct address a, int step)
{
	for (int i = 15; i >= 0; i--) {
		a.bytes[i] = (uint8_t)(a.bytes[i] + step);
		if (a.bytes[i] != (step > 0 ? 0 : 0xff))
			break;
	}
	return a;
}

static bool
is_reserved(const char *text)
{
	struct address a = address_of(text);

	return address_is_reserved(&a);
}

static void
reserved_networks_are_reserved_to_their_last_address(void **state)
{
	(void)state;
	for (size_t i = 0; i < NETWORKS; i++) {
		assert_true(is_reserved(networks[i].first));
		assert_true(is_reserved(networks[i].last));
	}
}

static void
their_neighbours_are_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < NETWORKS; i++) {
		struct address before = address_of(networks[i].first);
		struct address behind = address_of(networks[i].last);
		bool is_first = i == 0 || !strcmp(networks[i].first, "::");
		bool is_last = !strcmp(networks[i].last, "255.255.255.255") ||
			       !strncmp(networks[i].first, "ff00", 4);

		before = neighbour(before, -1);
		behind = neighbour(behind, 1);
		if (!is_first)
			assert_false(address_is_reserved(&before));
		if (!is_last)
			assert_false(address_is_reserved(&behind));
	}
	assert_false(is_reserved("8.8.8.8"));
	assert_false(is_reserved("2a00::1"));
}

static void
a_mapped_address_is_the_ipv4_address(void **state)
{
	struct address mapped = address_of("::ffff:10.1.2.3");
	struct address plain = address_of("10.1.2.3");

	(void)state;
	assert_memory_equal(&mapped, &plain, sizeof(plain));
	assert_true(address_is_ipv4(&mapped));
	assert_int_equal(address_ipv4(&mapped), 0x0a010203);
	assert_true(address_is_reserved(&mapped));
}

static void
other_addresses_are_not_ipv4(void **state)
{
	static const char *const texts[] = { "::", "::1.2.3.4",
		"::1:ffff:1.2.3.4", "::fffe:1.2.3.4", "ffff::1.2.3.4" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct address a = address_of(texts[i]);

		assert_false(address_is_ipv4(&a));
	}
}

static void
the_number_of_an_address_is_in_network_order(void **state)
{
	struct address a = address_of("102:304:506:708:90a:b0c:d0e:f10");
	address_number n = address_to_number(&a);

	(void)state;
	assert_true((uint64_t)(n >> 64) == 0x0102030405060708);
	assert_true((uint64_t)n == 0x090a0b0c0d0e0f10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    reserved_networks_are_reserved_to_their_last_address),
		cmocka_unit_test(their_neighbours_are_not),
		cmocka_unit_test(a_mapped_address_is_the_ipv4_address),
		cmocka_unit_test(other_addresses_are_not_ipv4),
		cmocka_unit_test(the_number_of_an_address_is_in_network_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
