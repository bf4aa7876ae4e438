#include "worker/store/segments/log_read.h"

#include "support/bulk_redis.h"

#include <stdio.h>

static void
a_field_that_a_day_has_not_is_empty_and_a_day_that_is_gone_is_stale(
    void **state)
{
	struct bulk_redis *t = *state;
	const struct span ids[] = { span_text("1-day-a"), span_text("1-day-b"),
		span_text("1-day-c") };
	struct span values[3];

	redis_process_ask(
	    &t->server, "HSET segment:1-day-a day 2018-08-01 hours 1");
	redis_process_ask(&t->server, "HSET segment:1-day-b day 2018-08-02");
	assert_int_equal(log_read_days(t->bulk, ids, 2, span_text("hours"),
			     &t->arena, values),
	    ERR_OK);
	assert_true(span_is_equal(values[0], span_text("1")));
	assert_null(values[1].data);
	assert_int_equal(log_read_days(t->bulk, ids, 3, span_text("hours"),
			     &t->arena, values),
	    ERR_STALE);
	assert_int_equal(
	    log_read_bytes(t->bulk, &ids[2], 1, &t->arena, values), ERR_STALE);
}

static void
heads_of_strings_are_read_alone(void **state)
{
	struct bulk_redis *t = *state;
	struct span ids[] = { span_text("1-s"), span_text("1-gone") };
	struct span heads[2];

	redis_process_ask(&t->server, "SET segment:1-s 0123456789");
	assert_int_equal(
	    log_read_heads(t->bulk, ids, 1, 4, &t->arena, heads), ERR_OK);
	assert_true(span_is_equal(heads[0], span_text("0123")));
	assert_int_equal(
	    log_read_heads(t->bulk, ids, 2, 4, &t->arena, heads), ERR_STALE);
}

static void
categories_are_known_and_listed(void **state)
{
	struct bulk_redis *t = *state;
	struct span *names;
	bool is_known;
	size_t len;

	redis_process_ask(&t->server, "ZADD segment:1-c 0 b 0 a 0 c");
	assert_int_equal(log_read_category(t->bulk, span_text("1-c"),
			     span_text("b"), &is_known),
	    ERR_OK);
	assert_true(is_known);
	assert_int_equal(log_read_category(t->bulk, span_text("1-c"),
			     span_text("x"), &is_known),
	    ERR_OK);
	assert_false(is_known);
	assert_int_equal(log_read_category(t->bulk, span_text("1-gone"),
			     span_text("x"), &is_known),
	    ERR_STALE);
	assert_int_equal(log_read_categories(t->bulk, span_text("1-c"), 2,
			     &t->arena, &names, &len),
	    ERR_OK);
	assert_int_equal(len, 2);
	assert_true(span_is_equal(names[0], span_text("a")));
	assert_true(span_is_equal(names[1], span_text("b")));
}

static void
nothing_parsed_is_an_empty_manifest(void **state)
{
	struct bulk_redis *t = *state;
	struct record r;

	record_init(&r, &t->arena);
	assert_int_equal(log_read_manifest(t->bulk, &r), ERR_OK);
	assert_int_equal(r.len, 0);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, bulk_redis_open, bulk_redis_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(
		    a_field_that_a_day_has_not_is_empty_and_a_day_that_is_gone_is_stale),
		TEST(heads_of_strings_are_read_alone),
		TEST(categories_are_known_and_listed),
		TEST(nothing_parsed_is_an_empty_manifest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
