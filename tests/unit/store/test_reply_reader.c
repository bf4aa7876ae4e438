/* The arena's replies beside those of hiredis itself. */
#include "worker/store/reply_reader.h"

#include <hiredis/hiredis.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void
expect_same(const redisReply *a, const redisReply *b)
{
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->integer, b->integer);
	assert_int_equal(a->elements, b->elements);
	assert_int_equal(a->len, b->len);
	if (b->str) {
		assert_memory_equal(a->str, b->str, b->len + 1);
	}
	for (size_t i = 0; i < b->elements; i++)
		expect_same(a->element[i], b->element[i]);
}

/* Fed in pieces of every size; NULL for what is not whole yet. */
static void
replies_are_those_of_hiredis_in_any_pieces(void **state)
{
	static const char text[] = "+OK\r\n-ERR no\r\n:-42\r\n$-1\r\n$0\r\n\r\n"
				   "$5\r\na\0b\r\n\r\n*0\r\n*-1\r\n"
				   "*3\r\n$1\r\nx\r\n:7\r\n*2\r\n$-1\r\n+y\r\n";
	enum { REPLIES = 9 };
	struct arena a = { 0 };

	(void)state;
	for (size_t piece = 1; piece < sizeof(text); piece++) {
		redisReader *ours = reply_reader_new(&a);
		redisReader *theirs = redisReaderCreate();
		int seen = 0;

		for (size_t at = 0; at < sizeof(text) - 1; at += piece) {
			size_t len = sizeof(text) - 1 - at;
			void *got, *wanted;

			len = len < piece ? len : piece;
			redisReaderFeed(ours, text + at, len);
			redisReaderFeed(theirs, text + at, len);
			while (
			    redisReaderGetReply(theirs, &wanted) == REDIS_OK &&
			    wanted) {
				assert_int_equal(
				    redisReaderGetReply(ours, &got), REDIS_OK);
				assert_non_null(got);
				expect_same(got, wanted);
				freeReplyObject(wanted);
				arena_reset(&a);
				seen++;
			}
		}
		assert_int_equal(seen, REPLIES);
		redisReaderFree(ours);
		redisReaderFree(theirs);
	}
}

static void
reader_that_ends_in_the_middle_of_a_reply_leaves_nothing(void **state)
{
	static const char half[] = "*2\r\n$1\r\nx\r\n";
	struct arena a = { 0 };
	redisReader *reader = reply_reader_new(&a);
	void *reply;

	(void)state;
	redisReaderFeed(reader, half, sizeof(half) - 1);
	assert_int_equal(redisReaderGetReply(reader, &reply), REDIS_OK);
	assert_null(reply);
	redisReaderFree(reader);
	arena_reset(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replies_are_those_of_hiredis_in_any_pieces),
		cmocka_unit_test(
		    reader_that_ends_in_the_middle_of_a_reply_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
