#include "worker/store/segments/segment_read.h"

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

enum { STRETCHES = 5000, WIDE = 1000 };

struct seen {
	size_t calls;
	size_t ends_at; /* the call that says no */
};

static enum err
on_stretch(size_t index, const struct span *bytes, void *arg)
{
	struct seen *s = arg;

	assert_int_equal(index, s->calls);
	s->calls++;
	assert_int_equal(bytes[0].len, WIDE);
	assert_int_equal(bytes[1].len, 1);
	assert_int_equal(bytes[0].data[0], 'a' + (int)(index % 26));
	assert_int_equal(bytes[1].data[0], 'a' + (int)((index + 1) % 26));
	return s->calls == s->ends_at ? ERR_STALE : ERR_OK;
}

static void
stretches_come_in_order_however_many_are_asked_for(void **state)
{
	struct bulk_redis *t = *state;
	const struct span id = span_text("s");
	struct segment_part *parts = calloc(2 * STRETCHES, sizeof(*parts));
	char *bytes = malloc(STRETCHES + WIDE + 1);
	struct seen all = { 0 }, some = { .ends_at = 4500 }, one = { 0 };

	assert_non_null(parts);
	assert_non_null(bytes);
	for (size_t i = 0; i < STRETCHES + WIDE + 1; i++)
		bytes[i] = (char)('a' + i % 26);
	bulk_putf(
	    t->bulk, "SET segment:s %b", bytes, (size_t)STRETCHES + WIDE + 1);
	assert_int_equal(bulk_run(t->bulk, NULL, NULL), ERR_OK);
	for (size_t i = 0; i < STRETCHES; i++) {
		parts[2 * i] =
		    (struct segment_part){ id, i, i + WIDE, { NULL, 0 } };
		parts[2 * i + 1] =
		    (struct segment_part){ id, i + 1, i + 2, { NULL, 0 } };
	}
	assert_int_equal(
	    segment_stretches(t->bulk, parts, STRETCHES, 2, on_stretch, &all),
	    ERR_OK);
	assert_int_equal(all.calls, STRETCHES);
	assert_int_equal(
	    segment_stretches(t->bulk, parts, STRETCHES, 2, on_stretch, &some),
	    ERR_STALE);
	assert_int_equal(some.calls, some.ends_at);
	parts[3].to = STRETCHES + WIDE + 2;
	assert_int_equal(
	    segment_stretches(t->bulk, parts, 2, 2, on_stretch, &one),
	    ERR_CORRUPT);
	assert_int_equal(one.calls, 1);
	free(bytes);
	free(parts);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, bulk_redis_open, bulk_redis_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sizes_and_parts_are_those_of_the_strings),
		TEST(days_and_names_are_read_whole),
		TEST(stretches_come_in_order_however_many_are_asked_for),
		TEST(what_is_missing_or_cut_off_is_corrupt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
