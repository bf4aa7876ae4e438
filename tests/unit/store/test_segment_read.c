#include "worker/store/segment_read.h"

#include "support/bulk_redis.h"

static void
sizes_and_parts_are_those_of_the_strings(void **state)
{
	struct bulk_redis *t = *state;
	const struct span ids[] = { span_text("a"), span_text("b") };
	struct segment_part parts[] = { { .id = ids[0], .from = 1, .to = 3 },
		{ .id = ids[1], .from = 0, .to = 5 } };
	uint64_t sizes[2];

	redis_process_ask(&t->server, "SET segment:a 0123");
	redis_process_ask(&t->server, "SET segment:b abcde");
	assert_int_equal(segment_sizes(t->bulk, ids, 2, sizes), ERR_OK);
	assert_int_equal(sizes[0], 4);
	assert_int_equal(sizes[1], 5);
	assert_int_equal(segment_parts(t->bulk, parts, 2, &t->arena), ERR_OK);
	assert_true(span_is_equal(parts[0].bytes, span_text("12")));
	assert_true(span_is_equal(parts[1].bytes, span_text("abcde")));
}

static void
days_and_names_are_read_whole(void **state)
{
	struct bulk_redis *t = *state;
	const struct span id = span_text("d");
	struct day_segment day = { .day = 7 };
	struct span *names;
	size_t len;

	redis_process_ask(&t->server, "HSET segment:d day 2018-08-01");
	redis_process_ask(&t->server, "ZADD segment:n 0 b 0 a");
	assert_int_equal(
	    segment_days(t->bulk, &id, 1, &t->arena, &day), ERR_OK);
	assert_int_equal(day.day, 7);
	assert_int_equal(day.fields_len, 1);
	assert_true(
	    span_is_equal(day.fields[0].value, span_text("2018-08-01")));
	assert_int_equal(
	    segment_names(t->bulk, span_text("n"), &t->arena, &names, &len),
	    ERR_OK);
	assert_int_equal(len, 2);
	assert_true(span_is_equal(names[0], span_text("a")));
}

static void
what_is_missing_or_cut_off_is_corrupt(void **state)
{
	struct bulk_redis *t = *state;
	const struct span id = span_text("gone");
	struct segment_part part = { .id = id, .to = 4 };
	struct day_segment day;
	struct span *names;
	uint64_t size;
	size_t len;

	assert_int_equal(segment_sizes(t->bulk, &id, 1, &size), ERR_CORRUPT);
	assert_int_equal(
	    segment_parts(t->bulk, &part, 1, &t->arena), ERR_CORRUPT);
	assert_int_equal(
	    segment_days(t->bulk, &id, 1, &t->arena, &day), ERR_CORRUPT);
	assert_int_equal(
	    segment_names(t->bulk, id, &t->arena, &names, &len), ERR_CORRUPT);
	redis_process_ask(&t->server, "SET segment:gone abc");
	assert_int_equal(
	    segment_parts(t->bulk, &part, 1, &t->arena), ERR_CORRUPT);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, bulk_redis_open, bulk_redis_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sizes_and_parts_are_those_of_the_strings),
		TEST(days_and_names_are_read_whole),
		TEST(what_is_missing_or_cut_off_is_corrupt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
