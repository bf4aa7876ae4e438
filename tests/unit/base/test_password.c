/* Password hashes, most of them at the least cost that argon2id has. */
#include "common/base/huge.h"
#include "common/base/password.h"
#include "common/base/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

static const struct password_cost cheap = { 1, 8192 };

static void
the_right_password_is_right_and_others_are_not(void **state)
{
	char hash[PASSWORD_HASH_SIZE];

	(void)state;
	assert_int_equal(
	    password_hash(&cheap, span_text("correct horse"), hash), ERR_OK);
	assert_true(password_is_right(hash, span_text("correct horse")));
	assert_false(password_is_right(hash, span_text("correct horsf")));
	assert_false(password_is_right(hash, span_text("correct horse ")));
	assert_false(password_is_right(hash, span_text("")));
}

static void
a_hash_is_argon2id_with_the_cost_it_was_asked_for(void **state)
{
	static const char form[] = "$argon2id$v=19$m=16,t=2,p=1$";
	static const struct password_cost cost = { 2, 16384 };
	char hash[PASSWORD_HASH_SIZE];

	(void)state;
	assert_int_equal(password_hash(&cost, span_text("p"), hash), ERR_OK);
	assert_memory_equal(hash, form, strlen(form));
}

static void
equal_passwords_have_different_hashes(void **state)
{
	char one[PASSWORD_HASH_SIZE], two[PASSWORD_HASH_SIZE];

	(void)state;
	assert_int_equal(password_hash(&cheap, span_text("p"), one), ERR_OK);
	assert_int_equal(password_hash(&cheap, span_text("p"), two), ERR_OK);
	assert_string_not_equal(one, two);
}

static void
a_password_is_any_bytes(void **state)
{
	char hash[PASSWORD_HASH_SIZE];
	char long_one[1024];

	(void)state;
	memset(long_one, 'x', sizeof(long_one));
	assert_int_equal(
	    password_hash(&cheap, span_of(long_one, sizeof(long_one)), hash),
	    ERR_OK);
	assert_true(
	    password_is_right(hash, span_of(long_one, sizeof(long_one))));
	assert_false(
	    password_is_right(hash, span_of(long_one, sizeof(long_one) - 1)));
	assert_int_equal(
	    password_hash(&cheap, span_of("a\0b", 3), hash), ERR_OK);
	assert_true(password_is_right(hash, span_of("a\0b", 3)));
	assert_false(password_is_right(hash, span_of("a\0c", 3)));
}

static void
an_unreadable_hash_is_a_wrong_password(void **state)
{
	(void)state;
	assert_false(password_is_right("", span_text("p")));
	assert_false(password_is_right("p", span_text("p")));
	assert_false(
	    password_is_right("$argon2id$v=19$m=8,t=1,p=1$", span_text("p")));
}

static void
only_a_hash_of_less_cost_is_cheap(void **state)
{
	static const struct password_cost cost = { 2, 16384 };
	static const struct password_cost more_passes = { 3, 16384 };
	static const struct password_cost more_memory = { 2, 32768 };
	char hash[PASSWORD_HASH_SIZE];

	(void)state;
	assert_int_equal(password_hash(&cost, span_text("p"), hash), ERR_OK);
	assert_false(password_hash_is_cheap(hash, &cost));
	assert_false(password_hash_is_cheap(hash, &cheap));
	assert_true(password_hash_is_cheap(hash, &more_passes));
	assert_true(password_hash_is_cheap(hash, &more_memory));
	assert_true(password_hash_is_cheap("garbage", &cheap));
}

/* Made with libsodium as Debian has it, linked dynamically, at the default cost. */
static void
a_hash_that_another_program_made_is_understood(void **state)
{
	static const char hash[] =
	    "$argon2id$v=19$m=19456,t=2,p=1$vrFQt2+mouffAcOYxwAg0A"
	    "$tNeqh4mUfEnl6Otww8PcleC8b7nN06Tfo63MzUip9Ks";

	(void)state;
	assert_true(password_is_right(hash, span_text("correct horse")));
	assert_false(password_is_right(hash, span_text("correct horsf")));
}

static void
a_hash_does_not_depend_on_what_was_in_its_memory(void **state)
{
	static const struct password_cost cost = { 2, 19922944 };
	char hash[PASSWORD_HASH_SIZE], other[PASSWORD_HASH_SIZE];

	(void)state;
	assert_int_equal(password_hash(&cost, span_text("p"), hash), ERR_OK);
	huge_keep();
	assert_int_equal(password_hash(&cost, span_text("q"), other), ERR_OK);
	assert_true(password_is_right(hash, span_text("p")));
	assert_true(password_is_right(other, span_text("q")));
	assert_false(password_is_right(hash, span_text("q")));
	huge_drop();
	assert_true(password_is_right(other, span_text("q")));
}

static atomic_bool is_seen, is_hashed;

/* A mapping that the kernel was told to make of huge pages: nobody else here has
 * one. */
static void *
look_for_huge_pages(void *arg)
{
	static char text[1 << 20];

	while (!is_hashed && !is_seen) {
		int fd = open("/proc/self/smaps", O_RDONLY | O_CLOEXEC);
		size_t len = 0;
		ssize_t got;

		while ((got = read(fd, text + len, sizeof(text) - len)) > 0)
			len += (size_t)got;
		close(fd);
		if (memmem(text, len, " hg ", 4) ||
		    memmem(text, len, " hg\n", 4))
			is_seen = true;
	}
	return arg;
}

static void
a_hash_has_its_memory_in_huge_pages(void **state)
{
	enum { HASHES_MAX = 200 };
	static const struct password_cost cost = { 2, 19922944 };
	char hash[PASSWORD_HASH_SIZE];
	pthread_t watcher;

	(void)state;
	assert_int_equal(
	    pthread_create(&watcher, NULL, look_for_huge_pages, NULL), 0);
	for (int i = 0; i < HASHES_MAX && !is_seen; i++)
		assert_int_equal(
		    password_hash(&cost, span_text("p"), hash), ERR_OK);
	is_hashed = true;
	pthread_join(watcher, NULL);
	assert_true(is_seen);
}

static void
memory_that_nobody_has_is_an_error(void **state)
{
	static const struct password_cost huge = { 1, 1ULL << 42 };
	char hash[PASSWORD_HASH_SIZE];

	(void)state;
	assert_int_equal(
	    password_hash(&huge, span_text("p"), hash), ERR_NO_MEMORY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_right_password_is_right_and_others_are_not),
		cmocka_unit_test(
		    a_hash_is_argon2id_with_the_cost_it_was_asked_for),
		cmocka_unit_test(equal_passwords_have_different_hashes),
		cmocka_unit_test(a_password_is_any_bytes),
		cmocka_unit_test(an_unreadable_hash_is_a_wrong_password),
		cmocka_unit_test(only_a_hash_of_less_cost_is_cheap),
		cmocka_unit_test(
		    a_hash_that_another_program_made_is_understood),
		cmocka_unit_test(
		    a_hash_does_not_depend_on_what_was_in_its_memory),
		cmocka_unit_test(a_hash_has_its_memory_in_huge_pages),
		cmocka_unit_test(memory_that_nobody_has_is_an_error),
	};

	if (token_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
