/* What the errors of Redis come to. */
#include "worker/store/reply.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_is_told_by_its_words),
		cmocka_unit_test(what_is_no_error_is_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
