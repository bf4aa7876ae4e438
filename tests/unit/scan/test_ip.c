/* ip_parse: every text form of an address, and what only looks like one. */
#include "common/shoplog/scan/ip.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static bool
parse(const char *text, struct address *out)
{
	size_t len = strlen(text);
	char *copy = malloc(len + 1); /* without a NUL behind the text */
	bool ok;

	assert_non_null(copy);
	memcpy(copy, text, len);
	copy[len] = '1';
	ok = ip_parse(span_of(copy, len), out);
	free(copy);
	return ok;
}

static void
ipv4_is_read_as_mapped(void **state)
{
	static const uint8_t want[16] = { [10] = 0xff, 0xff, 8, 0, 255, 44 };
	static const char *const forms[] = { "8.0.255.44", "::ffff:8.0.255.44",
		"::ffff:800:ff2c", "0:0:0:0:0:FFFF:0800:fF2C",
		"0::0:ffff:8.0.255.44" };
	struct address got;

	(void)state;
	for (size_t i = 0; i < LENGTH(forms); i++) {
		assert_true(parse(forms[i], &got));
		assert_memory_equal(got.bytes, want, 16);
	}
}

static void
ipv6_forms_are_read(void **state)
{
	static const char *const forms[] = { "::", "::1", "1::", "1::8",
		"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8",
		"1::3:4:5:6:7:8", "::1.2.3.4", "1:2:3:4:5:6:1.2.3.4",
		"1::6:255.255.255.255", "2001:DB8::0001",
		"ABCD:ef01::", "64:ff9b::1.2.3.4" };

	(void)state;
	for (size_t i = 0; i < LENGTH(forms); i++) {
		struct address got;
		uint8_t want[16];

		assert_int_equal(inet_pton(AF_INET6, forms[i], want), 1);
		if (!parse(forms[i], &got) || memcmp(got.bytes, want, 16) != 0)
			fail_msg("%s", forms[i]);
	}
}

static void
compatible_ipv6_is_not_ipv4(void **state)
{
	static const uint8_t want[16] = { [12] = 1, 2, 3, 4 };
	struct address got;

	(void)state;
	assert_true(parse("::1.2.3.4", &got));
	assert_memory_equal(got.bytes, want, 16);
}

static void
everything_else_is_refused(void **state)
{
	static const char *const texts[] = { "", ".", ":", "1", "1.2.3",
		"1.2.3.", ".1.2.3.4", "1.2.3.4.", "1.2.3.4.5", "1..2.3",
		"1.2.3.256", "1.2.3.1000", "01.2.3.4", "1.2.3.00", "1.2.3.+4",
		"1.2.3.0x4", "1.2.3.4 ", ":::", "1:::2", "::1::", "1:", ":1",
		"1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", ":2:3:4:5:6:7:8",
		"1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "1::2:3:4:5:6:7:8",
		"1:2:3:4:5:6:7:1.2.3.4", "::12345", "::g", "::1.2.3",
		"::01.2.3.4", "1.2.3.4::", "::1.2.3.4:5", "fe80::1%1", "[::1]",
		"::1/64", "::ffff:1.2.3.256" };
	struct address got;

	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++)
		if (parse(texts[i], &got))
			fail_msg("%s", texts[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv4_is_read_as_mapped),
		cmocka_unit_test(ipv6_forms_are_read),
		cmocka_unit_test(compatible_ipv6_is_not_ipv4),
		cmocka_unit_test(everything_else_is_refused),
	};

	return cmocka_run_group_tests_name("ip", tests, NULL, NULL);
}
