#include "worker/store/redis/bulk.h"

#include "support/bulk_redis.h"
#include "support/few_files.h"

#include <hiredis/hiredis.h>

static enum err
sum(size_t index, const redisReply *reply, void *arg)
{
	long long *total = arg;

	*total = *total * 10 + reply->integer;
	assert_int_equal(reply->type, REDIS_REPLY_INTEGER);
	return index < 3 ? ERR_OK : ERR_CORRUPT;
}

static void
replies_come_in_the_order_of_the_commands(void **state)
{
	struct bulk_redis *t = *state;
	long long total = 0;

	for (int i = 0; i < 3; i++)
		bulk_putf(t->bulk, "INCR counter");
	assert_true(bulk_size(t->bulk) > 0);
	assert_int_equal(bulk_run(t->bulk, sum, &total), ERR_OK);
	assert_int_equal(total, 123);
	assert_int_equal(bulk_size(t->bulk), 0);
}

static enum err
is_text(size_t index, const redisReply *reply, void *arg)
{
	const struct span *wanted = arg;

	if (index == 1)
		assert_true(
		    span_is_equal(span_of(reply->str, reply->len), *wanted));
	return ERR_OK;
}

static void
words_may_be_empty_long_and_of_any_byte(void **state)
{
	enum { LONG = 100000 };
	static char text[LONG];
	struct bulk_redis *t = *state;
	static const size_t lens[] = { 0, 1, 9, 10, 99, 100, LONG };

	for (size_t i = 0; i < LONG; i++)
		text[i] = (char)("\r\n$*\0x"[i % 6]);
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		struct span value = { text, lens[i] };
		const struct span set[] = { span_text("SET"), span_text("key"),
			value };
		const struct span get[] = { span_text("GET"),
			span_text("key") };

		bulk_put(t->bulk, 3, set);
		bulk_put(t->bulk, 2, get);
		assert_int_equal(bulk_run(t->bulk, is_text, &value), ERR_OK);
	}
}

static void
what_was_sent_is_received_before_the_next_batch(void **state)
{
	struct bulk_redis *t = *state;
	long long total = 0;
	char to[4];

	redis_process_ask(&t->server, "SET key word");
	bulk_putf(t->bulk, "GET key");
	bulk_putf(t->bulk, "GET key");
	assert_int_equal(bulk_send(t->bulk), ERR_OK);
	assert_int_equal(bulk_size(t->bulk), 0);
	for (int i = 0; i < 2; i++) {
		memset(to, 'z', sizeof(to));
		assert_int_equal(bulk_receive(t->bulk, to, sizeof(to)), ERR_OK);
		assert_memory_equal(to, "word", sizeof(to));
	}
	bulk_putf(t->bulk, "INCR counter");
	assert_int_equal(bulk_run(t->bulk, sum, &total), ERR_OK);
	assert_int_equal(total, 1);
}

static void
a_batch_survives_the_death_of_redis(void **state)
{
	struct bulk_redis *t = *state;

	bulk_putf(t->bulk, "PING");
	assert_int_equal(bulk_run(t->bulk, NULL, NULL), ERR_OK);
	redis_process_kill(&t->server);
	redis_process_start(&t->server);
	bulk_putf(t->bulk, "SET key %b", "a\0b", (size_t)3);
	assert_int_equal(bulk_run(t->bulk, NULL, NULL), ERR_OK);
	assert_string_equal(redis_process_ask(&t->server, "STRLEN key"), "3");
}

static void
a_refused_command_is_an_error_and_empties_the_batch(void **state)
{
	struct bulk_redis *t = *state;
	long long total = 0;

	bulk_putf(t->bulk, "SET text word");
	bulk_putf(t->bulk, "INCR text");
	assert_int_equal(bulk_run(t->bulk, NULL, NULL), ERR_INTERNAL);
	bulk_putf(t->bulk, "INCR counter");
	assert_int_equal(bulk_run(t->bulk, sum, &total), ERR_OK);
	assert_int_equal(total, 1);
}

static void
writes_at_once_are_one_turn_of_redis_or_nothing(void **state)
{
	enum { MANY = 3000 }; /* far more than Redis reads in a turn */
	struct bulk_redis *t = *state;

	for (int i = 0; i < MANY; i++)
		bulk_putf(t->bulk, "SET key:%d %d", i, i);
	assert_int_equal(bulk_run_at_once(t->bulk), ERR_OK);
	assert_string_equal(redis_process_ask(&t->server, "DBSIZE"), "3000");
	assert_int_equal(bulk_size(t->bulk), 0);
	assert_int_equal(bulk_run_at_once(t->bulk), ERR_OK);

	bulk_putf(t->bulk, "SET key:1 x");
	bulk_putf(t->bulk, "INCR key:1");
	assert_int_equal(bulk_run_at_once(t->bulk), ERR_INTERNAL);
	bulk_putf(t->bulk, "EVAL %s 0", "return redis.error_reply('STALE x')");
	assert_int_equal(bulk_run_at_once(t->bulk), ERR_STALE);

	redis_process_ask(&t->server, "CONFIG SET maxmemory 1");
	bulk_putf(t->bulk, "DEL key:1");
	bulk_putf(t->bulk, "SET key:2 x");
	assert_int_equal(bulk_run_at_once(t->bulk), ERR_STORE_DOWN);
	assert_string_equal(redis_process_ask(&t->server, "EXISTS key:1"), "1");
	redis_process_ask(&t->server, "CONFIG SET maxmemory 0");
	bulk_putf(t->bulk, "DEL key:1");
	assert_int_equal(bulk_run_at_once(t->bulk), ERR_OK);
}

static void
a_transaction_that_is_refused_says_why(void **state)
{
	struct bulk_redis *t = *state;

	redis_process_ask(&t->server, "CONFIG SET min-replicas-to-write 1");
	bulk_putf(t->bulk, "EVAL %s 0", "return redis.call('SET', 'key', 1)");
	assert_int_equal(bulk_run_at_once(t->bulk), ERR_STORE_DOWN);
	redis_process_ask(&t->server, "CONFIG SET min-replicas-to-write 0");
	assert_string_equal(redis_process_ask(&t->server, "EXISTS key"), "0");
}

static void
patience_ends_and_stop_ends_it_at_once(void **state)
{
	struct bulk_redis *t = *state;
	struct bulk *hasty = bulk_new(&t->server.address, NULL, 50);

	redis_process_kill(&t->server);
	bulk_putf(hasty, "PING");
	assert_int_equal(bulk_run(hasty, NULL, NULL), ERR_STORE_DOWN);
	bulk_free(hasty);
	atomic_store(&t->stop, 1);
	bulk_putf(t->bulk, "PING");
	assert_int_equal(bulk_run(t->bulk, NULL, NULL), ERR_DRAINING);
}

static void
a_process_without_descriptors_says_so(void **state)
{
	struct bulk_redis *t = *state;
	struct bulk *hasty = bulk_new(&t->server.address, NULL, 50);
	enum err e;

	bulk_putf(hasty, "PING");
	assert_int_equal(few_files_begin(), 0);
	e = bulk_run(hasty, NULL, NULL);
	assert_int_equal(few_files_end(), 0);
	assert_int_equal(e, ERR_NO_FILES);
	bulk_putf(hasty, "PING");
	assert_int_equal(bulk_run(hasty, NULL, NULL), ERR_OK);
	bulk_free(hasty);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, bulk_redis_open, bulk_redis_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(replies_come_in_the_order_of_the_commands),
		TEST(words_may_be_empty_long_and_of_any_byte),
		TEST(what_was_sent_is_received_before_the_next_batch),
		TEST(a_batch_survives_the_death_of_redis),
		TEST(a_refused_command_is_an_error_and_empties_the_batch),
		TEST(writes_at_once_are_one_turn_of_redis_or_nothing),
		TEST(a_transaction_that_is_refused_says_why),
		TEST(a_process_without_descriptors_says_so),
		TEST(patience_ends_and_stop_ends_it_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
