/* Blocks of addresses: which texts are one, which addresses they hold. */
#include "common/base/cidr.h"

#include <setjmp.h>
#include <stdarg.h>

#include <arpa/inet.h>
#include <cmocka.h>

static bool
is_in(const char *text, const char *block)
{
	struct in6_addr address;
	struct cidr c;

	assert_int_equal(inet_pton(AF_INET6, text, &address), 1);
	assert_true(cidr_parse(span_text(block), &c));
	return cidr_list_has(&c, 1, &address);
}

static void
a_block_holds_what_shares_its_prefix(void **state)
{
	(void)state;
	assert_true(is_in("::ffff:10.255.0.1", "10.0.0.0/8"));
	assert_false(is_in("::ffff:11.0.0.0", "10.0.0.0/8"));
	assert_true(is_in("::ffff:192.168.1.127", "192.168.1.0/25"));
	assert_false(is_in("::ffff:192.168.1.128", "192.168.1.0/25"));
	assert_true(is_in("fdff::1", "fc00::/7"));
	assert_false(is_in("fe00::1", "fc00::/7"));
}

static void
an_address_alone_is_a_block_of_one(void **state)
{
	(void)state;
	assert_true(is_in("::ffff:127.0.0.1", "127.0.0.1"));
	assert_false(is_in("::ffff:127.0.0.2", "127.0.0.1"));
	assert_true(is_in("::1", "::1"));
	assert_false(is_in("::2", "::1"));
}

static void
bits_behind_the_prefix_do_not_matter(void **state)
{
	(void)state;
	assert_true(is_in("::ffff:10.9.9.9", "10.1.2.3/8"));
}

static void
a_block_of_all_ipv4_holds_no_ipv6(void **state)
{
	(void)state;
	assert_true(is_in("::ffff:8.8.8.8", "0.0.0.0/0"));
	assert_false(is_in("2001:db8::1", "0.0.0.0/0"));
	assert_true(is_in("2001:db8::1", "::/0"));
}

static void
a_list_holds_what_any_of_its_blocks_holds(void **state)
{
	struct cidr list[2];
	struct in6_addr address;

	(void)state;
	assert_true(cidr_parse(span_text("10.0.0.0/8"), &list[0]));
	assert_true(cidr_parse(span_text("::1"), &list[1]));
	inet_pton(AF_INET6, "::1", &address);
	assert_true(cidr_list_has(list, 2, &address));
	assert_false(cidr_list_has(list, 1, &address));
	assert_false(cidr_list_has(NULL, 0, &address));
}

static void
other_texts_are_no_block(void **state)
{
	static const char *const texts[] = { "", "/8", "10.0.0.0/", "10.0.0/8",
		"10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/8 ", "host",
		"10.0.0.0/8/8", "1.2.3.4.5", "fe80::1%eth0",
		"aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa" };
	struct cidr c = { .prefix = 4711 };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(cidr_parse(span_text(texts[i]), &c));
	assert_false(cidr_parse(span_of("10.0.0.0\0/8", 11), &c));
	assert_int_equal(c.prefix, 4711);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_block_holds_what_shares_its_prefix),
		cmocka_unit_test(an_address_alone_is_a_block_of_one),
		cmocka_unit_test(bits_behind_the_prefix_do_not_matter),
		cmocka_unit_test(a_block_of_all_ipv4_holds_no_ipv6),
		cmocka_unit_test(a_list_holds_what_any_of_its_blocks_holds),
		cmocka_unit_test(other_texts_are_no_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
