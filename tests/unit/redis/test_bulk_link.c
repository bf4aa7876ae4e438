/* Against a real Redis. */
#include "worker/store/redis/bulk_link.h"

#include "common/base/clock.h"
#include "common/base/span.h"
#include "support/few_files.h"
#include "support/redis_process.h"
#include "worker/store/redis/batch.h"

#include <hiredis/hiredis.h>

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PATIENCE_MS = 20000 };

struct room {
	struct redis_process server;
	struct redis_address address;
	struct bulk_link link;
	struct batch batch;
};

static int
setup(void **state)
{
	static struct room room;

	signal(SIGPIPE, SIG_IGN);
	room = (struct room){ .batch = { .commands = 0 } };
	redis_process_init(&room.server);
	room.address = room.server.address;
	bulk_link_init(&room.link, &room.address);
	*state = &room;
	return 0;
}

static int
teardown(void **state)
{
	struct room *room = *state;

	bulk_link_close(&room->link);
	batch_cleanup(&room->batch);
	redis_process_cleanup(&room->server);
	return 0;
}

static void
put(struct room *room, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	batch_putf(&room->batch, format, args);
	va_end(args);
}

/* PING and GET key; the batch is empty afterwards.
 *
 * value  of key, if there is an answer; "": there is no such key */
static enum err
exchange(struct room *room, const char *value)
{
	redisReply *replies[2];
	enum err e;

	put(room, "PING");
	put(room, "GET key");
	e = bulk_link_exchange(&room->link, &room->batch, replies);
	if (e != ERR_OK) {
		assert_null(replies[0]);
		assert_null(replies[1]);
	} else {
		assert_string_equal(replies[0]->str, "PONG");
		assert_string_equal(
		    replies[1]->str ? replies[1]->str : "", value);
	}
	freeReplyObject(replies[0]);
	freeReplyObject(replies[1]);
	batch_empty(&room->batch);
	return e;
}

static void
it_greets_with_password_and_database(void **state)
{
	struct room *room = *state;

	redis_process_ask(&room->server, "SET key zero");
	room->address.db = 3;
	redis_process_ask(&room->server, "EVAL %s 0",
	    "redis.call('SELECT', 3) return redis.call('SET', 'key', 'three')");
	redis_process_ask(&room->server, "CONFIG SET requirepass sesame");
	assert_int_equal(bulk_link_open(&room->link), ERR_STORE_DOWN);
	assert_null(room->link.context);
	strcpy(room->address.password, "sesame");
	assert_int_equal(exchange(room, "three"), ERR_OK);
	bulk_link_close(&room->link);
	strcpy(room->address.user, "default");
	assert_int_equal(exchange(room, "three"), ERR_OK);
	bulk_link_close(&room->link);
	strcpy(room->address.user, "nobody");
	assert_int_equal(exchange(room, ""), ERR_STORE_DOWN);
}

static void
a_lost_connection_is_closed_and_the_next_batch_makes_another(void **state)
{
	struct room *room = *state;

	redis_process_ask(&room->server, "SET key word");
	assert_int_equal(exchange(room, "word"), ERR_OK);
	redis_process_ask(&room->server, "CLIENT KILL TYPE normal");
	assert_int_equal(exchange(room, ""), ERR_STORE_DOWN);
	assert_null(room->link.context);
	assert_int_equal(exchange(room, "word"), ERR_OK);
	redis_process_kill(&room->server);
	assert_int_equal(exchange(room, ""), ERR_STORE_DOWN);
	assert_int_equal(exchange(room, ""), ERR_STORE_DOWN);
}

static void
an_error_that_ends_by_itself_is_as_if_redis_were_away(void **state)
{
	struct room *room = *state;
	redisReply *replies[2];

	put(room, "PING");
	put(room, "EVAL %s 0", "return redis.error_reply('LOADING x')");
	assert_int_equal(bulk_link_exchange(&room->link, &room->batch, replies),
	    ERR_STORE_DOWN);
	assert_null(replies[0]);
	assert_null(replies[1]);
	assert_null(room->link.context);
}

static void
a_process_without_descriptors_says_so(void **state)
{
	struct room *room = *state;
	enum err e;

	assert_int_equal(few_files_begin(), 0);
	e = bulk_link_open(&room->link);
	assert_int_equal(few_files_end(), 0);
	assert_int_equal(e, ERR_NO_FILES);
	assert_int_equal(bulk_link_open(&room->link), ERR_OK);
}

/* Strings of all lengths near the room for what comes ahead, and a long one, one
 * batch sent before the other is received. */
static void
long_strings_are_received_where_they_are_used(void **state)
{
	enum { LENS = 60, LONG = 3000000, ALL = 2 * LENS };
	struct room *room = *state;
	char *text = malloc(LONG), *to = malloc(LONG);
	redisReply *replies[ALL];
	size_t lens[ALL];

	assert_non_null(text);
	assert_non_null(to);
	for (size_t i = 0; i < LONG; i++)
		text[i] = (char)("\r\n$1\0x"[i * 7 % 6]);
	for (int i = 0; i < ALL; i++) {
		lens[i] = (size_t)(i % LENS ? i % LENS : LONG);
		put(room, "SET key:%d %b", i, text, lens[i]);
	}
	assert_int_equal(
	    bulk_link_exchange(&room->link, &room->batch, replies), ERR_OK);
	batch_empty(&room->batch);
	for (int i = 0; i < ALL; i++) {
		freeReplyObject(replies[i]);
		put(room, "GET key:%d", i);
		if (i % LENS != LENS - 1)
			continue;
		assert_int_equal(
		    bulk_link_send(&room->link, &room->batch), ERR_OK);
		batch_empty(&room->batch);
	}
	for (int i = 0; i < ALL; i++) {
		memset(to, 'z', lens[i]);
		assert_int_equal(bulk_link_receive(&room->link, to, lens[i],
				     clock_ms() + PATIENCE_MS),
		    ERR_OK);
		assert_memory_equal(to, text, lens[i]);
	}
	assert_int_equal(exchange(room, ""), ERR_OK);
	free(text);
	free(to);
}

static void
what_is_no_such_string_is_an_error_and_ends_the_connection(void **state)
{
	static const struct {
		const char *command;
		enum err err;
	} wrong[] = { { "GETRANGE gone 0 9", ERR_STALE },
		{ "GET gone", ERR_STALE }, { "GET short", ERR_CORRUPT },
		{ "GET long", ERR_CORRUPT }, { "PING", ERR_STALE },
		{ "INCR long", ERR_STALE }, { "TIME", ERR_STALE } };
	struct room *room = *state;
	int64_t deadline_ms = clock_ms() + PATIENCE_MS;
	char to[16];

	redis_process_ask(&room->server, "SET short ab");
	redis_process_ask(&room->server, "SET long abcd");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		put(room, wrong[i].command);
		put(room, "GET short");
		assert_int_equal(
		    bulk_link_send(&room->link, &room->batch), ERR_OK);
		batch_empty(&room->batch);
		assert_int_equal(
		    bulk_link_receive(&room->link, to, 3, deadline_ms),
		    wrong[i].err);
		assert_null(room->link.context);
		assert_int_equal(
		    bulk_link_receive(&room->link, to, 2, deadline_ms),
		    ERR_STALE);
		assert_int_equal(exchange(room, ""), ERR_OK);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_greets_with_password_and_database),
		TEST(
		    a_lost_connection_is_closed_and_the_next_batch_makes_another),
		TEST(an_error_that_ends_by_itself_is_as_if_redis_were_away),
		TEST(a_process_without_descriptors_says_so),
		TEST(long_strings_are_received_where_they_are_used),
		TEST(
		    what_is_no_such_string_is_an_error_and_ends_the_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
