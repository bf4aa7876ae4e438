/* The settings: where a value comes from, what is refused and in which words,
 * and that the table of the README has every row. */
#include "common/base/config.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ENVIRONMENT_MAX = 8 };

/* Reads the settings from NAME=value texts, NULL behind the last. */
static enum err
read_from(struct config *c, struct problem *why, const char *const *set)
{
	char *environment[ENVIRONMENT_MAX + 1] = { 0 };
	enum err e;

	*why = (struct problem){ 0 };
	for (int i = 0; set[i]; i++)
		environment[i] = strdup(set[i]);
	e = config_read(c, "/nonexistent/.env", environment, why);
	for (int i = 0; environment[i]; i++)
		free(environment[i]);
	return e;
}

#define SET(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
expect_refusal(const char *const *set, const char *words)
{
	struct config c;
	struct problem why;

	assert_int_equal(read_from(&c, &why, set), ERR_INVALID);
	assert_string_equal(why.text, words);
}

static void
without_anything_set_the_defaults_hold(void **state)
{
	struct config c, defaults;
	struct problem why;

	(void)state;
	assert_int_equal(read_from(&c, &why, SET("HOME=/", "portx=1")), ERR_OK);
	assert_string_equal(c.host, "127.0.0.1");
	assert_int_equal(c.port, 8000);
	assert_int_equal(c.workers, 0);
	assert_false(c.debug);
	assert_string_equal(c.secret, "");
	assert_string_equal(c.logs_file_name, "logs.txt");
	assert_string_equal(c.data_dir, "var");
	assert_int_equal(c.session_ttl, 86400);
	/* OWASP's least for argon2id. */
	assert_int_equal(c.password_passes, 2);
	assert_int_equal(c.password_memory, 19 << 20);
	assert_int_equal(c.proxies_len, 0);
	assert_int_equal(config_defaults(&defaults), ERR_OK);
	assert_string_equal(defaults.host, c.host);
	assert_int_equal(defaults.chunk_size, c.chunk_size);
	config_cleanup(&c);
	config_cleanup(&defaults);
}

static void
the_environment_sets_every_kind(void **state)
{
	struct config c;
	struct problem why;

	(void)state;
	assert_int_equal(
	    read_from(&c, &why,
		SET("host=::1", "port=0", "debug=1", "secret=0123456789abcdef",
		    "follow=true", "password_memory=4294967296")),
	    ERR_OK);
	assert_string_equal(c.host, "::1");
	assert_int_equal(c.port, 0);
	assert_true(c.debug);
	assert_true(c.follow);
	assert_string_equal(c.secret, "0123456789abcdef");
	assert_true(c.password_memory == 4294967296);
	config_cleanup(&c);
}

static void
the_environment_wins_over_the_file(void **state)
{
	static const char text[] = "port=9000\nworkers=3\nnobodys=1\n";
	char *environment[] = { (char[]){ "port=9001" }, NULL };
	char path[] = "/tmp/test_config.XXXXXX";
	struct problem why;
	struct config c;
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	assert_int_equal(config_read(&c, path, environment, &why), ERR_OK);
	assert_int_equal(c.port, 9001);
	assert_int_equal(c.workers, 3);
	config_cleanup(&c);
	unlink(path);
}

static void
a_malformed_file_is_named(void **state)
{
	char *environment[] = { NULL };
	struct problem why = { 0 };
	struct config c;

	(void)state;
	assert_int_equal(config_read(&c, "/", environment, &why), ERR_INVALID);
	assert_string_equal(why.text, "/: Is a directory");
}

static void
a_number_is_decimal_and_within_its_bounds(void **state)
{
	static const char *const wrong[] = { "port=", "port=x", "port=1x",
		"port= 1", "port=-1", "port=+1", "port=65536", "port=0x10",
		"port=99999999999999999999" };
	struct config c;
	struct problem why;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(
		    read_from(&c, &why, SET(wrong[i])), ERR_INVALID);
	expect_refusal(SET("port=65536"),
	    "port=\"65536\" is malformed: accepted is a whole number from 0 "
	    "to 65535");
	assert_int_equal(read_from(&c, &why, SET("port=65535")), ERR_OK);
	config_cleanup(&c);
}

static void
a_flag_is_one_of_four_words(void **state)
{
	struct config c;
	struct problem why;

	(void)state;
	expect_refusal(SET("debug=yes"),
	    "debug=\"yes\" is malformed: accepted is true, false, 1 or 0");
	expect_refusal(SET("debug="),
	    "debug=\"\" is malformed: accepted is true, false, 1 or 0");
	assert_int_equal(
	    read_from(&c, &why, SET("debug=false", "follow=0")), ERR_OK);
	assert_false(c.debug || c.follow);
	config_cleanup(&c);
}

static void
a_text_that_must_be_is_not_empty(void **state)
{
	(void)state;
	expect_refusal(SET("logs_file_name="),
	    "logs_file_name=\"\" is malformed: accepted is 1 to 65536 bytes");
}

static void
registration_is_open_or_closed(void **state)
{
	struct config c;
	struct problem why;

	(void)state;
	expect_refusal(SET("registration=maybe"),
	    "registration=\"maybe\" is malformed: accepted is open or closed");
	assert_int_equal(
	    read_from(&c, &why, SET("registration=closed")), ERR_OK);
	config_cleanup(&c);
}

static void
proxies_are_read_as_blocks(void **state)
{
	struct config c;
	struct problem why;
	struct in6_addr address;

	(void)state;
	assert_int_equal(read_from(&c, &why,
			     SET("trusted_proxies=10.0.0.0/8, ::1,fc00::/7")),
	    ERR_OK);
	assert_int_equal(c.proxies_len, 3);
	inet_pton(AF_INET6, "::ffff:10.1.1.1", &address);
	assert_true(cidr_list_has(c.proxies, c.proxies_len, &address));
	config_cleanup(&c);
	expect_refusal(SET("trusted_proxies=::1,,::2"),
	    "trusted_proxies=\"::1,,::2\" is malformed: accepted is a list "
	    "like 10.0.0.0/8, ::1, fc00::/7");
	expect_refusal(SET("trusted_proxies=10.0.0.0/33"),
	    "trusted_proxies=\"10.0.0.0/33\" is malformed: accepted is a list "
	    "like 10.0.0.0/8, ::1, fc00::/7");
}

static void
a_secret_is_never_shown(void **state)
{
	(void)state;
	expect_refusal(SET("secret=fifteen-bytes.."),
	    "secret has 15 bytes (its value is not shown): accepted is 16 to "
	    "1024 bytes");
	expect_refusal(SET("ipinfo_token=hidden\r\nX-Evil: 1"),
	    "ipinfo_token is malformed (its value is not shown): accepted is "
	    "letters, digits and other visible characters");
	expect_refusal(
	    SET("redis_url=redis://u:hidden@h:x", "secret=0123456789abcdef"),
	    "redis_url is malformed (its value is not shown): the port is not "
	    "a number from 1 to 65535; accepted is "
	    "redis://[user:password@]host:port[/db] or unix:///path[?db=n]");
}

static void
redis_url_demands_a_secret(void **state)
{
	struct config c;
	struct problem why;

	(void)state;
	expect_refusal(SET("redis_url=redis://h:1"),
	    "secret is not set: with redis_url it must be, the same on every "
	    "host, 16 bytes or more");
	assert_int_equal(
	    read_from(&c, &why,
		SET("redis_url=redis://h:1", "secret=0123456789abcdef")),
	    ERR_OK);
	config_cleanup(&c);
}

static void
redis_is_where_the_url_says_or_in_data_dir(void **state)
{
	struct redis_address address;
	struct problem why;
	struct config c;

	(void)state;
	assert_int_equal(
	    read_from(&c, &why, SET("data_dir=/srv/trawl")), ERR_OK);
	assert_int_equal(config_redis_address(&c, &address, &why), ERR_OK);
	assert_string_equal(address.path, "/srv/trawl/redis.sock");
	config_cleanup(&c);
	assert_int_equal(read_from(&c, &why,
			     SET("redis_url=redis://h:7", "secret="
							  "0123456789abcdef")),
	    ERR_OK);
	assert_int_equal(config_redis_address(&c, &address, &why), ERR_OK);
	assert_string_equal(address.path, "");
	assert_string_equal(address.host, "h");
	assert_int_equal(address.port, 7);
	config_cleanup(&c);
}

static void
a_data_dir_too_long_for_a_socket_is_refused(void **state)
{
	char set[sizeof("data_dir=") + 97] = "data_dir=";
	struct problem why;
	struct config c;

	(void)state;
	memset(set + 9, 'x', 96);
	assert_int_equal(read_from(&c, &why, SET(set)), ERR_OK);
	config_cleanup(&c);
	set[9 + 96] = 'x';
	expect_refusal(SET(set),
	    "data_dir=\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...\" is "
	    "malformed: accepted is at most 96 bytes: a socket's path is no "
	    "longer");
}

static void
everything_that_is_wrong_is_said_at_once(void **state)
{
	(void)state;
	expect_refusal(SET("port=x", "debug=\n", "ipinfo_url=ftp://h"),
	    "port=\"x\" is malformed: accepted is a whole number from 0 to "
	    "65535\n"
	    "debug=\"?\" is malformed: accepted is true, false, 1 or 0\n"
	    "ipinfo_url=\"ftp://h\" is malformed: accepted is http://HOST... "
	    "or https://HOST...");
}

static void
what_does_not_fit_any_more_is_counted(void **state)
{
	struct problem why;
	struct config c;
	const char *end;

	(void)state;
	assert_int_equal(
	    read_from(&c, &why,
		SET("port=x", "workers=x", "session_ttl=x", "body_limit=x",
		    "header_limit=x", "target_limit=x", "chunk_size=x")),
	    ERR_INVALID);
	end = strrchr(why.text, '\n');
	assert_non_null(end);
	assert_string_equal(end, "\nand 1 more");
}

/* One line of --help, by the name of its setting. */
static void
expect_help(const char *help, const char *name)
{
	char start[64];
	const char *line;

	snprintf(start, sizeof(start), "\n  %s ", name);
	line = strstr(help, start);
	if (!line)
		fail_msg("--help has no line for %s", name);
	assert_true(strcspn(line + 1, "\n") <= 80);
}

static void
help_has_a_line_for_every_setting(void **state)
{
	char *help = NULL;
	size_t size;
	FILE *out = open_memstream(&help, &size);

	(void)state;
	assert_non_null(out);
	config_help(out);
	fclose(out);
#define X(name, kind, fallback, minimum, maximum, words) \
	expect_help(help, #name);
	SETTING_LIST(X)
#undef X
	free(help);
}

/* All of a text file of the project; gives the text: free(3). */
static char *
read_project_file(const char *name)
{
	char path[PATH_MAX];
	char *text = NULL;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", PROJECT_DIR, name);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_true(getdelim(&text, &size, '\0', file) > 0);
	fclose(file);
	return text;
}

static void
expect_row(const char *readme, const char *name, const char *fallback,
    const char *words)
{
	const char *quote = *fallback ? "`" : "";
	char row[256];

	snprintf(row, sizeof(row), "\n| `%s` | %s%s%s | %s |\n", name, quote,
	    fallback, quote, words);
	if (!strstr(readme, row))
		fail_msg("README.md has no such row: %s", row);
}

static void
readme_has_the_row_of_every_setting(void **state)
{
	char *readme = read_project_file("README.md");

	(void)state;
#define X(name, kind, fallback, minimum, maximum, words) \
	expect_row(readme, #name, fallback, words);
	SETTING_LIST(X)
#undef X
	free(readme);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_anything_set_the_defaults_hold),
		cmocka_unit_test(the_environment_sets_every_kind),
		cmocka_unit_test(the_environment_wins_over_the_file),
		cmocka_unit_test(a_malformed_file_is_named),
		cmocka_unit_test(a_number_is_decimal_and_within_its_bounds),
		cmocka_unit_test(a_flag_is_one_of_four_words),
		cmocka_unit_test(a_text_that_must_be_is_not_empty),
		cmocka_unit_test(registration_is_open_or_closed),
		cmocka_unit_test(proxies_are_read_as_blocks),
		cmocka_unit_test(a_secret_is_never_shown),
		cmocka_unit_test(redis_url_demands_a_secret),
		cmocka_unit_test(redis_is_where_the_url_says_or_in_data_dir),
		cmocka_unit_test(a_data_dir_too_long_for_a_socket_is_refused),
		cmocka_unit_test(everything_that_is_wrong_is_said_at_once),
		cmocka_unit_test(what_does_not_fit_any_more_is_counted),
		cmocka_unit_test(help_has_a_line_for_every_setting),
		cmocka_unit_test(readme_has_the_row_of_every_setting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
