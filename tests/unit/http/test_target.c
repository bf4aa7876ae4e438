#include "worker/transport/http/target.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
assert_target(
    const char *text, const char *host, const char *path, const char *query)
{
	struct target t;

	if (target_parse(span_text(text), &t) != ERR_OK)
		fail_msg("\"%s\" is refused", text);
	if (!span_is_equal(t.host, span_text(host)) ||
	    !span_is_equal(t.path, span_text(path)) ||
	    !span_is_equal(t.query, span_text(query)))
		fail_msg("\"%s\": \"%.*s\" \"%.*s\" \"%.*s\"", text,
		    (int)t.host.len, t.host.data, (int)t.path.len, t.path.data,
		    (int)t.query.len, t.query.data);
}

static void
targets_are_taken_apart(void **state)
{
	(void)state;
	assert_target("/", "", "/", "");
	assert_target("/a/b", "", "/a/b", "");
	assert_target("/a?b=c?d", "", "/a", "b=c?d");
	assert_target("/?", "", "/", "");
	assert_target("/%7E%7e?%00=%ff", "", "/%7E%7e", "%00=%ff");
	assert_target("//a", "", "//a", "");
	assert_target("*", "", "*", "");
	assert_target("http://a", "a", "/", "");
	assert_target("HTTPS://a:1/b?c", "a:1", "/b", "c");
	assert_target("http://a?b", "a", "/", "b");
	assert_target("http://[::1]:80/", "[::1]:80", "/", "");
}

static void
other_targets_are_refused(void **state)
{
	static const char *const texts[] = { "", "a", "a:80", "**", "?a", "/#",
		"/a?b#c", "ftp://a/", "http:/a", "http://", "http:///a",
		"http://u@a/", "http://a:b/" };
	struct target t;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (target_parse(span_text(texts[i]), &t) == ERR_OK)
			fail_msg("\"%s\" is taken", texts[i]);
	}
}

static void
percent_sign_without_two_digits_is_refused(void **state)
{
	static const char *const texts[] = { "/%", "/%2", "/%zz", "/%2z",
		"/%%20", "/a%2?b", "/?%", "/?a=%2", "/?a=%zz", "/?%2z",
		"/?a=%20%", "http://a/%zz" };
	struct target t;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (target_parse(span_text(texts[i]), &t) == ERR_OK)
			fail_msg("\"%s\" is taken", texts[i]);
	}
}

/* unreserved, sub-delims, ':', '@', '/' and '?' (RFC 3986). */
static void
bytes_outside_of_the_grammar_are_refused(void **state)
{
	static const char good[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	    "-._~!$&'()*+,;=:@/?";
	struct target t;

	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		bool is_good = byte != 0 && strchr(good, byte) != NULL;
		char in_path[] = { '/', 'a', (char)byte, 'b' };
		char in_query[] = { '/', '?', (char)byte };

		assert_int_equal(target_parse(span_of(in_path, 4), &t),
		    is_good ? ERR_OK : ERR_BAD_REQUEST);
		assert_int_equal(target_parse(span_of(in_query, 3), &t),
		    is_good ? ERR_OK : ERR_BAD_REQUEST);
	}
}

static void
hosts_are_names_or_addresses_with_or_without_port(void **state)
{
	static const char *const good[] = { "a", "a.b-c_d", "1.2.3.4",
		"a:", "a:0", "a:65535", "[::1]", "[::1]:80", "[::ffff:1.2.3.4]",
		"xn--a", "a%20b", "%7e", "a,b",
		"[1111:2222:3333:4444:5555:6666:255.255.255.255]:1" };
	static const char *const bad[] = { "", ":80", "a:65536", "a:x", "a:1:2",
		"a b", "a/b", "a@b", "a\\b", "[", "[]", "[]:1", "[::1",
		"[::1]a", "[g::1]", "::1", "a\"", "\xc3\xa4", "[:::]",
		"[1::2::3]", "[1.2.3.4]", "[1:2:3:4:5:6:7]", "[::1%1]", "a%",
		"a%2", "a%2g", "%zz", "[v1.a]",
		"[1111:2222:3333:4444:5555:6666:1234:1234:255.255.255.255]" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (!target_host_is_valid(span_text(good[i])))
			fail_msg("\"%s\" is refused", good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (target_host_is_valid(span_text(bad[i])))
			fail_msg("\"%s\" is taken", bad[i]);
	}
	assert_false(target_host_is_valid(span_of("a\0b", 3)));
}

/* Every byte in turn made every other byte. */
static void
bytes_of_a_host_are_those_of_a_name(void **state)
{
	char host[] = "a.name-of-more.than-16.zz";
	size_t len = strlen(host);

	(void)state;
	for (size_t at = 0; at < len; at++) {
		char was = host[at];

		for (int byte = 1; byte < 256; byte++) {
			bool is_good = isalnum(byte) ||
				       strchr("-._~!$&'()*+,;=", byte) ||
				       (byte == ':' && at > 0 && at == len - 1);

			host[at] = (char)byte;
			if (byte == '%')
				is_good = isxdigit(host[at + 1]) &&
					  isxdigit(host[at + 2]);
			if (target_host_is_valid(span_text(host)) != is_good)
				fail_msg("\"%s\"", host);
		}
		host[at] = was;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(targets_are_taken_apart),
		cmocka_unit_test(other_targets_are_refused),
		cmocka_unit_test(percent_sign_without_two_digits_is_refused),
		cmocka_unit_test(bytes_outside_of_the_grammar_are_refused),
		cmocka_unit_test(
		    hosts_are_names_or_addresses_with_or_without_port),
		cmocka_unit_test(bytes_of_a_host_are_those_of_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
