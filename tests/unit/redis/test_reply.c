/* What the errors of Redis come to. */
#include "worker/store/redis/reply.h"

#include <hiredis/hiredis.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void
an_error_is_told_by_its_words(void **state)
{
	static const struct {
		const char *words;
		enum err err;
		bool is_passing;
	} errors[] = {
		{ "LOADING Redis is loading the dataset in memory",
		    ERR_STORE_DOWN, true },
		{ "BUSY Redis is busy running a script", ERR_STORE_DOWN, true },
		{ "TRYAGAIN", ERR_STORE_DOWN, true },
		{ "MASTERDOWN Link with MASTER is down", ERR_STORE_DOWN, true },
		{ "OOM command not allowed", ERR_STORE_DOWN, false },
		{ "READONLY You can't write against a replica", ERR_STORE_DOWN,
		    false },
		{ "EXECABORT Transaction discarded because of: OOM command",
		    ERR_STORE_DOWN, false },
		{ "STALE", ERR_STALE, false },
		{ "STALE another job runs", ERR_STALE, false },
		{ "STALEMATE", ERR_INTERNAL, false },
		{ "BUSYGROUP Consumer Group name already exists", ERR_INTERNAL,
		    false },
		{ "ERR unknown command", ERR_INTERNAL, false },
		{ "ERR max number of clients reached", ERR_STORE_DOWN, true },
		{ "", ERR_INTERNAL, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		char words[80];
		const redisReply reply = { .type = REDIS_REPLY_ERROR,
			.str = words,
			.len = strlen(errors[i].words) };

		strcpy(words, errors[i].words);
		assert_int_equal(reply_err(&reply), errors[i].err);
		assert_int_equal(
		    reply_is_passing(&reply), errors[i].is_passing);
	}
}

static void
what_is_no_error_is_well(void **state)
{
	char words[] = "LOADING";
	const redisReply reply = {
		.type = REDIS_REPLY_STATUS, .str = words, .len = strlen(words)
	};

	(void)state;
	assert_int_equal(reply_err(&reply), ERR_OK);
	assert_false(reply_is_passing(&reply));
}

static void
a_text_is_a_copy_with_a_nul_behind_it(void **state)
{
	char bytes[] = "a\0bc";
	struct redisReply reply = {
		.type = REDIS_REPLY_STRING, .str = bytes, .len = 3
	};
	struct arena arena;
	struct span text = { NULL, 0 };

	(void)state;
	arena_init(&arena);
	assert_int_equal(reply_text(&reply, &arena, &text), ERR_OK);
	assert_int_equal(text.len, 3);
	assert_memory_equal(text.data, "a\0b", 4);
	assert_ptr_not_equal(text.data, bytes);
	reply.type = REDIS_REPLY_NIL;
	assert_int_equal(reply_text(&reply, &arena, &text), ERR_CORRUPT);
	arena_reset(&arena);
}

static void
texts_are_an_array_of_strings_and_nothing_else(void **state)
{
	char words[2][4] = { "one", "two" };
	struct redisReply one = {
		.type = REDIS_REPLY_STRING, .len = 3, .str = words[0]
	};
	struct redisReply two = {
		.type = REDIS_REPLY_STRING, .len = 3, .str = words[1]
	};
	struct redisReply *both[] = { &one, &two };
	struct redisReply all = {
		.type = REDIS_REPLY_ARRAY, .elements = 2, .element = both
	};
	struct arena arena;
	struct span *texts = NULL;
	size_t len = 4711;

	(void)state;
	arena_init(&arena);
	assert_int_equal(reply_texts(&all, &arena, &texts, &len), ERR_OK);
	assert_int_equal(len, 2);
	assert_string_equal(texts[0].data, "one");
	assert_string_equal(texts[1].data, "two");
	two.type = REDIS_REPLY_INTEGER;
	assert_int_equal(reply_texts(&all, &arena, &texts, &len), ERR_CORRUPT);
	assert_int_equal(reply_texts(&one, &arena, &texts, &len), ERR_CORRUPT);
	all.elements = 0;
	assert_int_equal(reply_texts(&all, &arena, &texts, &len), ERR_OK);
	assert_int_equal(len, 0);
	arena_reset(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_a_copy_with_a_nul_behind_it),
		cmocka_unit_test(
		    texts_are_an_array_of_strings_and_nothing_else),
		cmocka_unit_test(an_error_is_told_by_its_words),
		cmocka_unit_test(what_is_no_error_is_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
