#include "worker/store/segments/segment.h"

#include "support/bulk_redis.h"

#include <stdio.h>

static const char *
ask(struct bulk_redis *t, const char *what)
{
	return redis_process_ask(&t->server, what);
}

static void
a_day_is_a_hash_and_names_are_in_byte_order(void **state)
{
	struct bulk_redis *t = *state;
	struct day_field fields[] = {
		{ span_text("day"), span_text("2018-08-01") },
		{ span_text("requests"), span_text("12") },
	};
	const struct day_segment day = { .fields = fields, .fields_len = 2 };
	const struct span names[] = { span_text("b"), span_text("B"),
		span_text("a") };

	assert_int_equal(
	    segment_put_day(t->bulk, "7-day-2018-08-01", &day), ERR_OK);
	assert_int_equal(
	    segment_put_names(t->bulk, "7-categories", names, 3), ERR_OK);
	assert_int_equal(segment_flush(t->bulk), ERR_OK);
	assert_string_equal(
	    ask(t, "HGET segment:7-day-2018-08-01 requests"), "12");
	assert_string_equal(
	    ask(t, "ZRANGE segment:7-categories 0 -1"), "B a b");
}

static void
whatever_is_written_is_garbage_until_it_is_named(void **state)
{
	struct bulk_redis *t = *state;
	struct day_field field = { span_text("day"), span_text("2018-08-01") };
	const struct day_segment day = { .fields = &field, .fields_len = 1 };
	const struct span name = span_text("a");

	assert_int_equal(
	    segment_put_bytes(t->bulk, "7-votes", span_text("x")), ERR_OK);
	assert_int_equal(
	    segment_put_day(t->bulk, "7-day-2018-08-01", &day), ERR_OK);
	assert_int_equal(
	    segment_put_names(t->bulk, "7-categories", &name, 1), ERR_OK);
	assert_int_equal(segment_flush(t->bulk), ERR_OK);
	assert_string_equal(ask(t, "ZRANGE {logs}:garbage 0 -1"),
	    "7-categories 7-day-2018-08-01 7-votes");
}

static void
as_many_names_as_there_are_make_one_segment(void **state)
{
	enum { MANY = 1000 }; /* more than one command takes */
	static char texts[MANY][8];
	struct span names[MANY];
	struct bulk_redis *t = *state;

	for (int i = 0; i < MANY; i++) {
		snprintf(texts[i], sizeof(texts[i]), "%04d", i);
		names[i] = span_text(texts[i]);
	}
	assert_int_equal(
	    segment_put_names(t->bulk, "7-categories", names, MANY), ERR_OK);
	assert_int_equal(segment_flush(t->bulk), ERR_OK);
	assert_string_equal(ask(t, "ZCARD segment:7-categories"), "1000");
	assert_string_equal(
	    ask(t, "ZRANGE segment:7-categories 998 -1"), "0998 0999");
}

static void
what_is_due_and_nobody_names_is_given_back(void **state)
{
	static const char *const ids[] = { "7-votes", "7-carts-03",
		"7-carts-04" };
	struct bulk_redis *t = *state;

	for (size_t i = 0; i < 3; i++)
		assert_int_equal(
		    segment_put_bytes(t->bulk, ids[i], span_text("x")), ERR_OK);
	assert_int_equal(segment_flush(t->bulk), ERR_OK);
	ask(t, "HSET {logs}:manifest carts:03 1-carts-03");
	redis_process_ask(&t->server, "HSET {logs}:checkpoint carts:03 %b",
	    "1-carts-03 7-carts-03", (size_t)21);
	ask(t, "SET {logs}:running 7");
	assert_int_equal(segment_collect(t->bulk), ERR_OK);
	assert_string_equal(ask(t, "EXISTS segment:7-votes"), "1");
	ask(t, "SET {logs}:running 9");
	assert_int_equal(
	    segment_put_bytes(t->bulk, "9-votes", span_text("x")), ERR_OK);
	assert_int_equal(segment_flush(t->bulk), ERR_OK);
	assert_int_equal(segment_collect(t->bulk), ERR_OK);
	assert_string_equal(ask(t, "EXISTS segment:7-votes"), "0");
	assert_string_equal(ask(t, "EXISTS segment:7-carts-04"), "0");
	/* Named by the checkpoint; of the running job. */
	assert_string_equal(ask(t, "EXISTS segment:7-carts-03"), "1");
	assert_string_equal(ask(t, "EXISTS segment:9-votes"), "1");
	assert_string_equal(ask(t, "ZRANGE {logs}:garbage 0 -1"), "9-votes");
}

static void
however_many_are_due_all_are_given_back(void **state)
{
	enum { MANY = 2300 };
	struct bulk_redis *t = *state;

	for (int i = 0; i < MANY; i++) {
		bulk_putf(t->bulk, "SET segment:7-%d x", i);
		bulk_putf(t->bulk, "ZADD {logs}:garbage 1 7-%d", i);
	}
	assert_int_equal(bulk_run(t->bulk, NULL, NULL), ERR_OK);
	assert_int_equal(segment_collect(t->bulk), ERR_OK);
	assert_string_equal(ask(t, "ZCARD {logs}:garbage"), "0");
	assert_string_equal(ask(t, "DBSIZE"), "0");
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, bulk_redis_open, bulk_redis_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_day_is_a_hash_and_names_are_in_byte_order),
		TEST(whatever_is_written_is_garbage_until_it_is_named),
		TEST(as_many_names_as_there_are_make_one_segment),
		TEST(what_is_due_and_nobody_names_is_given_back),
		TEST(however_many_are_due_all_are_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
