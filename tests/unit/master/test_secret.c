/* Where the key of session digests comes from. */
#include "master/secret.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char top[64];
static struct data_dir dir;

static int
set_up(void **state)
{
	(void)state;
	strcpy(top, "/tmp/test_secret.XXXXXX");
	return mkdtemp(top) && data_dir_open(&dir, top, NULL) == ERR_OK ? 0
									: -1;
}

static int
tear_down(void **state)
{
	(void)state;
	unlinkat(dir.fd, "secret", 0);
	unlinkat(dir.fd, "trawl.pid", 0);
	data_dir_close(&dir);
	return rmdir(top);
}

static struct token_key
load(const char *setting)
{
	struct config config = { .secret = setting };
	struct token_key key;
	struct problem why = { 0 };

	if (secret_load(&key, &config, &dir, &why) != ERR_OK)
		fail_msg("%s", why.text);
	return key;
}

static bool
is_equal(struct token_key a, struct token_key b)
{
	return !memcmp(a.bytes, b.bytes, sizeof(a.bytes));
}

static void
the_setting_is_the_secret_and_nothing_is_made(void **state)
{
	(void)state;
	assert_true(
	    is_equal(load("0123456789abcdef"), load("0123456789abcdef")));
	assert_false(
	    is_equal(load("0123456789abcdef"), load("0123456789abcdeg")));
	assert_int_equal(faccessat(dir.fd, "secret", F_OK, 0), -1);
}

static void
a_secret_is_made_once_and_kept_private(void **state)
{
	struct token_key first = load("");
	struct stat st;

	(void)state;
	assert_true(is_equal(first, load("")));
	assert_int_equal(fstatat(dir.fd, "secret", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_size, SECRET_TEXT - 1);
	unlinkat(dir.fd, "secret", 0);
	assert_false(is_equal(first, load("")));
}

static void
a_secret_that_was_cut_is_refused_and_not_shown(void **state)
{
	struct config config = { .secret = "" };
	struct problem why = { 0 };
	struct token_key key;

	(void)state;
	assert_int_equal(
	    data_dir_write(&dir, "secret", "hidden", NULL), ERR_OK);
	assert_int_equal(secret_load(&key, &config, &dir, &why), ERR_INVALID);
	assert_non_null(strstr(why.text, "/secret has less than 16 bytes"));
	assert_null(strstr(why.text, "hidden"));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_setting_is_the_secret_and_nothing_is_made),
		TEST(a_secret_is_made_once_and_kept_private),
		TEST(a_secret_that_was_cut_is_refused_and_not_shown),
	};

	if (token_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
