#include "worker/store/redis/batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
assert_bytes(const struct batch *b, const char *wanted)
{
	assert_int_equal(b->failed, ERR_OK);
	assert_int_equal(b->bytes.len, strlen(wanted));
	assert_memory_equal(b->bytes.data, wanted, b->bytes.len);
}

static void
putf(struct batch *b, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	batch_putf(b, format, args);
	va_end(args);
}

static void
commands_lie_one_behind_the_other_as_redis_reads_them(void **state)
{
	const struct span get[] = { span_text("GET"), { NULL, 0 } };
	struct batch b = { 0 };

	(void)state;
	batch_put(&b, 2, get);
	putf(&b, "PING %s", "a b");
	assert_bytes(&b, "*2\r\n$3\r\nGET\r\n$0\r\n\r\n"
			 "*2\r\n$4\r\nPING\r\n$3\r\na b\r\n");
	assert_int_equal(b.commands, 2);
	batch_empty(&b);
	assert_bytes(&b, "");
	putf(&b, "PING");
	assert_bytes(&b, "*1\r\n$4\r\nPING\r\n");
	batch_cleanup(&b);
}

static void
a_transaction_is_around_all_of_them(void **state)
{
	struct batch b = { 0 };

	(void)state;
	putf(&b, "PING");
	batch_join(&b);
	assert_bytes(&b, "*1\r\n$5\r\nMULTI\r\n*1\r\n$4\r\nPING\r\n"
			 "*1\r\n$4\r\nEXEC\r\n");
	assert_int_equal(b.commands, 3);
	batch_cleanup(&b);
}

/* Words and batches of all lengths around those where room is made. */
static void
what_is_put_is_there_whatever_room_there_was(void **state)
{
	enum { MOST = 9000 };
	static char word[MOST];
	struct batch b = { 0 };

	(void)state;
	memset(word, 'w', sizeof(word));
	for (size_t len = 1; len < MOST; len += 37) {
		const struct span argv[] = { { word, len } };
		size_t before = b.bytes.len;

		batch_put(&b, 1, argv);
		assert_int_equal(b.failed, ERR_OK);
		assert_memory_equal(b.bytes.data + before, "*1\r\n$", 5);
		assert_memory_equal(
		    b.bytes.data + b.bytes.len - len - 2, word, len);
		assert_memory_equal(b.bytes.data + b.bytes.len - 2, "\r\n", 2);
	}
	batch_cleanup(&b);
}

static void
a_word_longer_than_memory_is_a_failure_that_stays(void **state)
{
	const struct span words[] = { { "x", SIZE_MAX / 2 }, { "x", 1 } };
	struct batch b = { 0 };

	(void)state;
	batch_put(&b, 1, words);
	assert_int_equal(b.failed, ERR_NO_MEMORY);
	batch_put(&b, 1, words + 1);
	assert_int_equal(b.failed, ERR_NO_MEMORY);
	batch_cleanup(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    commands_lie_one_behind_the_other_as_redis_reads_them),
		cmocka_unit_test(a_transaction_is_around_all_of_them),
		cmocka_unit_test(what_is_put_is_there_whatever_room_there_was),
		cmocka_unit_test(
		    a_word_longer_than_memory_is_a_failure_that_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
