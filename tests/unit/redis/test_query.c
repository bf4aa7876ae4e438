#include "support/loopback.h"
#include "worker/store/redis/query.h"

#include <hiredis/hiredis.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define test(name) \
	cmocka_unit_test_setup_teardown(name, loopback_open, loopback_close)

static enum req_state
send_wrong_type(struct req *r)
{
	return store_send(
	    r, store_decode_nothing, NULL, req_done, "LPUSH text x");
}

static enum req_state
send_number_of_text(struct req *r)
{
	return store_send(
	    r, store_decode_number, r->chain, req_done, "GET text");
}

static enum req_state
send_slow(struct req *r)
{
	return store_send(
	    r, store_decode_nothing, NULL, req_done, "BLPOP nothing 0");
}

static void
redis_error_ends_the_request(void **state)
{
	struct loopback *l = *state;
	struct req *r = loopback_new(l);

	redis_process_ask(&l->server, "SET text x");
	assert_int_equal(loopback_run(r, send_wrong_type), ERR_INTERNAL);
	loopback_free(r);
}

static void
reply_of_another_form_is_corrupt(void **state)
{
	struct loopback *l = *state;
	struct req *r = loopback_new(l);
	int64_t number;

	redis_process_ask(&l->server, "SET text x");
	r->chain = &number;
	assert_int_equal(loopback_run(r, send_number_of_text), ERR_CORRUPT);
	loopback_free(r);
}

static void
silent_redis_is_told_at_the_deadline(void **state)
{
	struct loopback *l = *state;
	struct req *r = loopback_new(l);

	l->config.redis_timeout_ms = 100;
	assert_int_equal(loopback_run(r, send_slow), ERR_STORE_DOWN);
	assert_int_equal(r->out.status, 503);
	assert_int_equal(r->out.retry_after_s, 1);
	loopback_free(r);
}

static enum req_state
never(struct req *r)
{
	fail_msg("a step ran for a client that is gone");
	return req_done(r);
}

static enum req_state
send_ping(struct req *r)
{
	return store_ping(r, never);
}

static void
client_that_goes_away_ends_the_steps(void **state)
{
	struct loopback *l = *state;
	struct req *r = loopback_new(l);

	loopback_start(r, send_ping);
	r->conn = NULL;
	loopback_wait(r);
	loopback_free(r);
}

/* Asks for `first`, then for `second`, in one round trip. */
static struct {
	const char *first, *second;
	int64_t numbers[2];
	int64_t at_step[2]; /* what the step found */
} pair;

static enum req_state
pair_read(struct req *r)
{
	memcpy(pair.at_step, pair.numbers, sizeof(pair.numbers));
	return req_done(r);
}

static enum req_state
send_pair(struct req *r)
{
	if (store_send(r, store_decode_number, &pair.numbers[0], NULL, "%s %s",
		pair.first, "one") == REQ_DONE)
		return REQ_DONE;
	return store_send(r, store_decode_number, &pair.numbers[1], pair_read,
	    "%s %s", pair.second, "two");
}

static enum err
run_pair(struct loopback *l, const char *first, const char *second)
{
	struct req *r = loopback_new(l);

	memset(&pair, 0, sizeof(pair));
	pair.first = first;
	pair.second = second;
	enum err err = loopback_run(r, send_pair);
	assert_int_equal(r->replies_due, 0);
	loopback_free(r);
	return err;
}

static void
two_queries_of_one_step_are_both_answered_before_the_next(void **state)
{
	struct loopback *l = *state;

	assert_int_equal(run_pair(l, "INCR", "DECR"), ERR_OK);
	assert_int_equal(pair.at_step[0], 1);
	assert_int_equal(pair.at_step[1], -1);
	assert_int_equal(run_pair(l, "LPOP", "NOSUCH"), ERR_INTERNAL);
	assert_int_equal(run_pair(l, "NOSUCH", "INCR"), ERR_INTERNAL);
	assert_int_equal(pair.at_step[1], 0);
	assert_string_equal(redis_process_ask(&l->server, "GET two"), "0");
}

static void
query_that_cannot_be_sent_waits_for_the_one_before(void **state)
{
	struct loopback *l = *state;
	struct redis *usual = l->worker.redis;

	l->worker.redis =
	    redis_open(&l->loop, &l->server.address, NULL, "short-queue", 1);
	assert_int_equal(run_pair(l, "INCR", "INCR"), ERR_OVERLOAD);
	assert_int_equal(pair.numbers[0], 1);
	redis_close(l->worker.redis);
	assert_int_equal(run_pair(l, "INCR", "INCR"), ERR_DRAINING);
	l->worker.redis = usual;
}

static void
decoders_check_what_they_read(void **state)
{
	struct req *r = loopback_new(*state);
	char digits[] = "42", text[] = "x1", huge[] = "9223372036854775808";
	const redisReply nil = { .type = REDIS_REPLY_NIL };
	const redisReply integer = { .type = REDIS_REPLY_INTEGER,
		.integer = -7 };
	const redisReply list = { .type = REDIS_REPLY_ARRAY };
	redisReply string = { .type = REDIS_REPLY_STRING };
	struct span span;
	int64_t number;
	bool flag;

	assert_int_equal(store_decode_number(r, &nil, &number), ERR_OK);
	assert_int_equal(number, 0);
	assert_int_equal(store_decode_number(r, &integer, &number), ERR_OK);
	assert_int_equal(number, -7);
	string.str = digits;
	string.len = 2;
	assert_int_equal(store_decode_number(r, &string, &number), ERR_OK);
	assert_int_equal(number, 42);
	assert_int_equal(store_decode_text(r, &string, &span), ERR_OK);
	assert_true(span_is_equal(span, span_text("42")));
	string.str = text;
	assert_int_equal(store_decode_number(r, &string, &number), ERR_CORRUPT);
	string.str = huge;
	string.len = (int)strlen(huge);
	assert_int_equal(store_decode_number(r, &string, &number), ERR_CORRUPT);
	assert_int_equal(store_decode_number(r, &list, &number), ERR_CORRUPT);
	assert_int_equal(store_decode_text(r, &nil, &span), ERR_OK);
	assert_null(span.data);
	assert_int_equal(store_decode_text(r, &integer, &span), ERR_CORRUPT);
	assert_int_equal(store_decode_flag(r, &integer, &flag), ERR_OK);
	assert_true(flag);
	assert_int_equal(store_decode_flag(r, &nil, &flag), ERR_CORRUPT);
	loopback_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(redis_error_ends_the_request),
		test(reply_of_another_form_is_corrupt),
		test(silent_redis_is_told_at_the_deadline),
		test(client_that_goes_away_ends_the_steps),
		test(two_queries_of_one_step_are_both_answered_before_the_next),
		test(query_that_cannot_be_sent_waits_for_the_one_before),
		test(decoders_check_what_they_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
