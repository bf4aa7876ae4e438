/* redis_url: every form that is read, and the words for the others. */
#include "common/base/redis_address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static struct redis_address
read_url(const char *url)
{
	struct redis_address a;
	struct problem why = { 0 };

	if (redis_address_parse(url, &a, &why) != ERR_OK)
		fail_msg("%s: %s", url, why.text);
	return a;
}

static void
expect_refusal(const char *url, const char *words)
{
	struct redis_address a;
	struct problem why = { 0 };

	assert_int_equal(redis_address_parse(url, &a, &why), ERR_INVALID);
	assert_string_equal(why.text, words);
}

static void
a_host_has_a_port_and_a_database(void **state)
{
	struct redis_address a = read_url("redis://cache.example:7000/3");

	(void)state;
	assert_string_equal(a.host, "cache.example");
	assert_int_equal(a.port, 7000);
	assert_int_equal(a.db, 3);
	assert_string_equal(a.path, "");
	assert_string_equal(a.user, "");
	assert_string_equal(a.password, "");
}

static void
port_and_database_have_defaults(void **state)
{
	struct redis_address a = read_url("redis://cache");

	(void)state;
	assert_int_equal(a.port, 6379);
	assert_int_equal(a.db, 0);
	assert_int_equal(read_url("redis://cache/").db, 0);
}

static void
user_and_password_are_percent_decoded(void **state)
{
	struct redis_address a = read_url("redis://a%40b:p%3a%2f@w@h:1");

	(void)state;
	assert_string_equal(a.user, "a@b");
	assert_string_equal(a.password, "p:/@w");
	assert_string_equal(a.host, "h");
	assert_string_equal(read_url("redis://:only@h").user, "");
	assert_string_equal(read_url("redis://:only@h").password, "only");
}

static void
an_ipv6_address_stands_in_brackets(void **state)
{
	(void)state;
	assert_string_equal(read_url("redis://[::1]:7000").host, "::1");
	assert_int_equal(read_url("redis://[::1]:7000").port, 7000);
	assert_int_equal(read_url("redis://[::1]/2").port, 6379);
	assert_int_equal(read_url("redis://[::1]/2").db, 2);
}

static void
a_socket_has_a_path_and_a_database(void **state)
{
	struct redis_address a = read_url("unix:///run/redis.sock?db=2");

	(void)state;
	assert_string_equal(a.path, "/run/redis.sock");
	assert_int_equal(a.db, 2);
	assert_string_equal(a.host, "");
	assert_int_equal(read_url("unix:///run/redis.sock").db, 0);
}

static void
a_path_is_as_long_as_a_socket_allows(void **state)
{
	char url[200] = "unix:///";
	struct redis_address a;

	(void)state;
	memset(url + 8, 'x', 106);
	assert_int_equal(strlen(read_url(url).path), 107);
	url[8 + 106] = 'x';
	assert_int_equal(redis_address_parse(url, &a, NULL), ERR_INVALID);
}

static void
other_forms_are_refused_without_showing_them(void **state)
{
	static const char port[] = "the port is not a number from 1 to 65535";
	static const char host[] = "the host is missing or too long";
	static const char login[] =
	    "user or password is too long or has a bad percent-escape";
	static const char db[] = "the database is not a number";

	(void)state;
	expect_refusal("http://u:secret@h",
	    "it begins neither with redis:// nor with unix://");
	expect_refusal(
	    "rediss://h", "it begins neither with redis:// nor with unix://");
	expect_refusal("redis://", host);
	expect_refusal("redis://:6379", host);
	expect_refusal("redis://u:secret@", host);
	expect_refusal("redis://h:", port);
	expect_refusal("redis://h:0", port);
	expect_refusal("redis://h:65536", port);
	expect_refusal("redis://h:1x", port);
	expect_refusal("redis://[::1", "the ] of the IPv6 address is missing");
	expect_refusal("redis://[::1]7", "the port is malformed");
	expect_refusal("redis://h/x", db);
	expect_refusal("redis://h/1/", db);
	expect_refusal(
	    "redis://secret@h", "user:password is expected before the @");
	expect_refusal("redis://u:%0@h", login);
	expect_refusal("redis://u:%zz@h", login);
	expect_refusal("redis://u:a%00b@h", login);
	expect_refusal(
	    "unix://relative", "an absolute path is expected behind unix://");
	expect_refusal("unix:///p?db=", "only ?db=NUMBER may follow the path");
	expect_refusal("unix:///p?x=1", "only ?db=NUMBER may follow the path");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_has_a_port_and_a_database),
		cmocka_unit_test(port_and_database_have_defaults),
		cmocka_unit_test(user_and_password_are_percent_decoded),
		cmocka_unit_test(an_ipv6_address_stands_in_brackets),
		cmocka_unit_test(a_socket_has_a_path_and_a_database),
		cmocka_unit_test(a_path_is_as_long_as_a_socket_allows),
		cmocka_unit_test(other_forms_are_refused_without_showing_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
