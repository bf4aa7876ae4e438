/* The arena's replies beside those of hiredis itself. */
#include "worker/store/redis/reply_reader.h"

#include <hiredis/hiredis.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
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

/* What is whole is read as hiredis reads it, of all else nothing. */
static void
short_replies_are_those_of_hiredis(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		bool is_short;
	} replies[] = {
#define TEXT(literal) literal, sizeof(literal) - 1
		{ TEXT("+OK\r\n"), true },
		{ TEXT("+\r\n"), true },
		{ TEXT("-NOSCRIPT no\r\n"), true },
		{ TEXT(":0\r\n"), true },
		{ TEXT(":-42\r\n"), true },
		{ TEXT("$-1\r\n"), true },
		{ TEXT("$0\r\n\r\n"), true },
		{ TEXT("$5\r\na\0b\r\n\r\n"), true },
		{ TEXT("$10\r\n4000000000\r\n"), true },
		{ TEXT(":9223372036854775807\r\n"), false },
		{ TEXT("*1\r\n:1\r\n"), false },
		{ TEXT("+a\nb\r\n"), false },
#undef TEXT
	};

	(void)state;
	for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
		size_t len = replies[i].len;
		redisReader *theirs = redisReaderCreate();
		void *wanted;
		redisReply got;
		char *bytes;

		redisReaderFeed(theirs, replies[i].text, len);
		assert_int_equal(
		    redisReaderGetReply(theirs, &wanted), REDIS_OK);
		for (size_t cut = 0; cut < len; cut++) {
			/* As long as it is, so that a step too far is seen. */
			bytes = malloc(cut ? cut : 1);
			memcpy(bytes, replies[i].text, cut);
			assert_int_equal(reply_read_short(bytes, cut, &got), 0);
			assert_memory_equal(bytes, replies[i].text, cut);
			free(bytes);
		}
		bytes = malloc(len);
		memcpy(bytes, replies[i].text, len);
		assert_int_equal(reply_read_short(bytes, len, &got),
		    replies[i].is_short ? len : 0);
		if (replies[i].is_short)
			expect_same(&got, wanted);
		free(bytes);
		freeReplyObject(wanted);
		redisReaderFree(theirs);
	}
}

static void
what_is_no_reply_is_not_short(void **state)
{
	static const char *const texts[] = { "", "x", "$x\r\n", "$-2\r\n",
		"$1\r\nabc\r\n", ":\r\n", ":1x\r\n", "$\r\n", "+\n",
		":--1\r\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char *bytes = strdup(texts[i]);
		redisReply got;

		assert_int_equal(
		    reply_read_short(bytes, strlen(bytes), &got), 0);
		assert_string_equal(bytes, texts[i]);
		free(bytes);
	}
}

static void
reader_is_empty_between_replies(void **state)
{
	struct arena a = { 0 };
	redisReader *reader = reply_reader_new(&a);
	void *reply;

	(void)state;
	assert_true(reply_reader_is_empty(reader));
	for (int i = 0; i < 3; i++) {
		redisReaderFeed(reader, "*2\r\n:1\r\n", 8);
		assert_false(reply_reader_is_empty(reader));
		assert_int_equal(redisReaderGetReply(reader, &reply), REDIS_OK);
		assert_null(reply);
		assert_false(reply_reader_is_empty(reader));
		redisReaderFeed(reader, ":2\r\n", 4);
		assert_int_equal(redisReaderGetReply(reader, &reply), REDIS_OK);
		assert_non_null(reply);
		assert_true(reply_reader_is_empty(reader));
		assert_int_equal(redisReaderGetReply(reader, &reply), REDIS_OK);
		assert_null(reply);
		assert_true(reply_reader_is_empty(reader));
		arena_reset(&a);
	}
	redisReaderFree(reader);
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
		cmocka_unit_test(short_replies_are_those_of_hiredis),
		cmocka_unit_test(what_is_no_reply_is_not_short),
		cmocka_unit_test(reader_is_empty_between_replies),
		cmocka_unit_test(
		    reader_that_ends_in_the_middle_of_a_reply_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
