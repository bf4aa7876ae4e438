#include "worker/store/segments/named_segments.h"

#include "support/bulk_redis.h"

static void
days_months_shards_votes_and_categories_are_named(void **state)
{
	static const char *const segments[] = { "day:2018-08-01",
		"month:2018-08", "carts:00", "addresses:15", "votes",
		"categories" };
	static const char *const others[] = { "", "day:", "source", "offset",
		"before", "generation", "lines", "vote" };

	(void)state;
	for (size_t i = 0; i < sizeof(segments) / sizeof(segments[0]); i++)
		assert_true(named_segments_is_field(span_text(segments[i])));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(named_segments_is_field(span_text(others[i])));
}

static void
each_that_is_gone_is_missed(void **state)
{
	static const char *const keys[] = { "d", "base", "delta", "page",
		"tail" };
	struct bulk_redis *t = *state;
	struct record checkpoint, manifest;
	bool are_there;

	record_init(&checkpoint, &t->arena);
	record_init(&manifest, &t->arena);
	assert_int_equal(
	    record_put_text(&checkpoint, "day:2018-08-01", "d") |
		record_put_text(&checkpoint, "carts:00", "base delta") |
		record_put_text(&checkpoint, "addresses:00", "page") |
		record_put_text(&checkpoint, "generation", "no segment") |
		record_put_text(&manifest, "day:2018-08-01", "d") |
		record_put_text(&manifest, "carts:00", "base delta tail"),
	    ERR_OK);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		redis_process_ask(&t->server, "SET segment:%s x", keys[i]);
	assert_int_equal(named_segments_are_there(
			     t->bulk, &checkpoint, &manifest, &are_there),
	    ERR_OK);
	assert_true(are_there);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		redis_process_ask(&t->server, "DEL segment:%s", keys[i]);
		assert_int_equal(named_segments_are_there(t->bulk, &checkpoint,
				     &manifest, &are_there),
		    ERR_OK);
		assert_false(are_there);
		redis_process_ask(&t->server, "SET segment:%s x", keys[i]);
	}
}

static void
of_no_generation_nothing_is_missed(void **state)
{
	struct bulk_redis *t = *state;
	struct record none;
	bool are_there = false;

	record_init(&none, &t->arena);
	assert_int_equal(
	    named_segments_are_there(t->bulk, &none, &none, &are_there),
	    ERR_OK);
	assert_true(are_there);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, bulk_redis_open, bulk_redis_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    days_months_shards_votes_and_categories_are_named),
		TEST(each_that_is_gone_is_missed),
		TEST(of_no_generation_nothing_is_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
