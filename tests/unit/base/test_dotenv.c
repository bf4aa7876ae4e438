/* .env files: the forms that are read, and those that are refused. */
#include "common/base/dotenv.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct dotenv
read_text(const char *text)
{
	struct dotenv d;
	struct problem why = { 0 };

	if (dotenv_parse(&d, ".env", span_text(text), &why) != ERR_OK)
		fail_msg("%s", why.text);
	return d;
}

/* The value of the key `k` in one line. */
static void
expect_read(const char *line, const char *value)
{
	struct dotenv d = read_text(line);

	assert_int_equal(d.len, 1);
	assert_non_null(dotenv_find(&d, "k"));
	assert_string_equal(dotenv_find(&d, "k"), value);
	dotenv_cleanup(&d);
}

static void
expect_refusal(const char *text, const char *words)
{
	struct dotenv d;
	struct problem why = { 0 };

	assert_int_equal(
	    dotenv_parse(&d, ".env", span_text(text), &why), ERR_INVALID);
	assert_string_equal(why.text, words);
	assert_null(d.entries);
}

static void
a_plain_value_ends_at_its_last_byte_that_is_no_blank(void **state)
{
	(void)state;
	expect_read("k=v", "v");
	expect_read("  k =  two words \t", "two words");
	expect_read("export k=v", "v");
	expect_read("k=", "");
	expect_read("k=a=b", "a=b");
	expect_read("k=v\r\n", "v");
	expect_read("k=it's", "it's");
}

static void
a_comment_begins_behind_a_blank(void **state)
{
	(void)state;
	expect_read("# first\n\n  # second\nk=v # third\n", "v");
	expect_read("k=a#b", "a#b");
	expect_read("k=# all of it", "");
	expect_read("k='v' # behind quotes", "v");
}

static void
single_quotes_keep_every_byte(void **state)
{
	(void)state;
	expect_read("k=' a # \\n \" '", " a # \\n \" ");
}

static void
double_quotes_know_escapes(void **state)
{
	(void)state;
	expect_read(
	    "k=\" \\\"q\\\" \\\\ \\$ \\n \\t ' # \"", " \"q\" \\ $ \n \t ' # ");
}

static void
the_last_of_a_repeated_key_counts(void **state)
{
	struct dotenv d = read_text("k=1\nother=2\nk=3\n");

	(void)state;
	assert_string_equal(dotenv_find(&d, "k"), "3");
	assert_string_equal(dotenv_find(&d, "other"), "2");
	assert_null(dotenv_find(&d, "third"));
	assert_int_equal(d.entries[2].line, 3);
	dotenv_cleanup(&d);
}

static void
a_line_of_another_form_is_named_without_its_value(void **state)
{
	(void)state;
	expect_refusal("a=1\nno assignment", ".env:2: expected KEY=value");
	expect_refusal("=v", ".env:1: expected KEY=value");
	expect_refusal("1a=v", ".env:1: expected KEY=value");
	expect_refusal("a-b=v", ".env:1: expected KEY=value");
	expect_refusal("export", ".env:1: expected KEY=value");
	expect_refusal("k='v", ".env:1: the quote is not closed on this line");
	expect_refusal(
	    "k=\"v\\\"", ".env:1: the quote is not closed on this line");
	expect_refusal(
	    "k='a' b", ".env:1: something follows the closing quote");
	expect_refusal(
	    "k=\"\\x\"", ".env:1: only \\\" \\\\ \\$ \\n and \\t are escapes");
}

static void
a_nul_byte_is_refused(void **state)
{
	struct dotenv d;
	struct problem why = { 0 };

	(void)state;
	assert_int_equal(
	    dotenv_parse(&d, ".env", span_of("a=\0b", 4), &why), ERR_INVALID);
	assert_string_equal(why.text, ".env has a NUL byte");
}

static void
a_missing_file_is_empty(void **state)
{
	struct dotenv d;
	struct problem why = { 0 };

	(void)state;
	assert_int_equal(dotenv_read(&d, "/nonexistent/.env", &why), ERR_OK);
	assert_int_equal(d.len, 0);
	assert_null(dotenv_find(&d, "k"));
	dotenv_cleanup(&d);
}

static void
a_file_that_cannot_be_read_is_refused(void **state)
{
	struct dotenv d;
	struct problem why = { 0 };

	(void)state;
	assert_int_equal(dotenv_read(&d, "/", &why), ERR_INVALID);
	assert_string_equal(why.text, "/: Is a directory");
}

static void
a_file_is_read_to_its_limit_and_no_further(void **state)
{
	char path[] = "/tmp/test_dotenv.XXXXXX";
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");
	struct dotenv d;
	struct problem why = { 0 };

	(void)state;
	assert_non_null(file);
	for (int i = 0; i < 65534; i++)
		fputc('\n', file);
	fputc('#', file);
	fflush(file);
	assert_int_equal(dotenv_read(&d, path, &why), ERR_OK);
	dotenv_cleanup(&d);
	fputc('#', file);
	fclose(file);
	assert_int_equal(dotenv_read(&d, path, &why), ERR_INVALID);
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_plain_value_ends_at_its_last_byte_that_is_no_blank),
		cmocka_unit_test(a_comment_begins_behind_a_blank),
		cmocka_unit_test(single_quotes_keep_every_byte),
		cmocka_unit_test(double_quotes_know_escapes),
		cmocka_unit_test(the_last_of_a_repeated_key_counts),
		cmocka_unit_test(
		    a_line_of_another_form_is_named_without_its_value),
		cmocka_unit_test(a_nul_byte_is_refused),
		cmocka_unit_test(a_missing_file_is_empty),
		cmocka_unit_test(a_file_that_cannot_be_read_is_refused),
		cmocka_unit_test(a_file_is_read_to_its_limit_and_no_further),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
