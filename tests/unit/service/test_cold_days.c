#include "worker/service/cold_days.h"

#include "support/bulk_redis.h"
#include "worker/service/cold_manifest.h"

#include <stdio.h>

enum { DAYS = 6 };

/* A manifest of the days 10 to 15, and what was kept of them. */
struct log {
	struct bulk_redis *redis;
	struct cold_cache *cache;
	struct manifest_days days[DAYS];
	struct manifest manifest;
};

static void
put_day(struct log *l, int day, const char *id, int begun)
{
	l->days[day].id = span_text(id);
	bulk_putf(l->redis->bulk, "HSET segment:%s day x carts %s", id,
	    arena_printf(&l->redis->arena, "begun=%d paid=0", begun));
	assert_int_equal(bulk_run(l->redis->bulk, NULL, NULL), ERR_OK);
}

static void
log_open(struct log *l, struct bulk_redis *t, size_t cache_bytes)
{
	static const char *const ids[DAYS] = { "1-a", "1-b", "1-c", "1-d",
		"1-e", "1-f" };

	*l = (struct log){ .redis = t, .cache = cold_cache_new(cache_bytes) };
	for (int i = 0, begun = 1; i < DAYS; i++, begun *= 10) {
		l->days[i].first = 10 + i;
		put_day(l, i, ids[i], begun);
	}
	l->manifest.days = l->days;
	l->manifest.days_len = DAYS;
}

static void
gone(struct log *l, const char *id)
{
	bulk_putf(l->redis->bulk, "DEL segment:%s", id);
	assert_int_equal(bulk_run(l->redis->bulk, NULL, NULL), ERR_OK);
}

/* Carts begun on these days. */
static enum err
ask(struct log *l, int32_t from, int32_t to, uint64_t *begun)
{
	const struct question q = { .report = 6, .period = { from, to } };
	const struct cold c = { .bulk = l->redis->bulk,
		.cache = l->cache,
		.arena = &l->redis->arena,
		.manifest = &l->manifest,
		.question = &q };
	struct answer a = { 0 };
	enum err e = cold_days(&c, &a);

	*begun = a.value;
	return e;
}

static void
assert_begun(struct log *l, int32_t from, int32_t to, uint64_t expected)
{
	uint64_t begun;

	assert_int_equal(ask(l, from, to, &begun), ERR_OK);
	assert_int_equal(begun, expected);
}

static void
days_that_were_read_are_not_read_again(void **state)
{
	struct log l;
	uint64_t begun;

	log_open(&l, *state, 1 << 20);
	assert_begun(&l, 11, 12, 110);
	gone(&l, "1-b");
	gone(&l, "1-c");
	assert_begun(&l, 12, 12, 100);
	assert_begun(&l, 11, 14, 11110);
	gone(&l, "1-d");
	gone(&l, "1-e");
	assert_begun(&l, 11, 14, 11110);
	assert_begun(&l, 15, INT32_MAX, 100000);
	gone(&l, "1-f");
	assert_begun(&l, 11, 15, 111110);
	gone(&l, "1-a");
	assert_int_equal(ask(&l, INT32_MIN, 15, &begun), ERR_STALE);
	assert_begun(&l, 16, 99, 0);
	assert_begun(&l, 0, 9, 0);
	cold_cache_free(l.cache);
}

static void
a_day_of_another_segment_is_read(void **state)
{
	struct log l;
	uint64_t begun;

	log_open(&l, *state, 1 << 20);
	assert_begun(&l, 10, 15, 111111);
	for (int i = 0; i < DAYS; i++)
		gone(&l, l.days[i].id.data);
	put_day(&l, 2, "2-c", 500);
	assert_begun(&l, 10, 15, 111511);
	assert_begun(&l, 12, 12, 500);
	/* A day that is not there any more, and one before all others. */
	l.manifest.days++;
	l.manifest.days_len--;
	assert_begun(&l, 10, 15, 111510);
	l.days[1].first = 3;
	put_day(&l, 1, "3-b", 7);
	assert_begun(&l, 0, 15, 111507);
	/* What nobody named was forgotten. */
	l.days[2].id = span_text("1-c");
	assert_int_equal(ask(&l, 0, 15, &begun), ERR_STALE);
	cold_cache_free(l.cache);
}

static void
a_day_without_the_field_is_remembered_as_that(void **state)
{
	struct log l;

	log_open(&l, *state, 1 << 20);
	bulk_putf(l.redis->bulk, "HDEL segment:1-c carts");
	assert_int_equal(bulk_run(l.redis->bulk, NULL, NULL), ERR_OK);
	assert_begun(&l, 11, 13, 1010);
	gone(&l, "1-c");
	assert_begun(&l, 11, 13, 1010);
	cold_cache_free(l.cache);
}

/* Carts begun on two days of 0001-02, and another segment for one of them. */
static void
a_day_of_its_own_takes_precedence_over_its_month(void **state)
{
	enum { FEBRUARY = 31 };
	struct bulk_redis *t = *state;
	struct manifest_days days[] = {
		{ FEBRUARY, true, span_text("1-month") },
		{ FEBRUARY + 4, false, span_text("2-day") },
		{ FEBRUARY + 28, true, span_text("1-march") },
	};
	struct log l = { .redis = t, .cache = cold_cache_new(1 << 20) };
	uint64_t begun;

	l.manifest.days = days;
	l.manifest.days_len = 3;
	bulk_putf(t->bulk, "HSET segment:1-month month 0001-02 carts %s",
	    "03,begun=1 paid=0\n05,begun=10 paid=0\n06,begun=100 paid=0");
	bulk_putf(t->bulk, "HSET segment:2-day carts %b", "begun=1000 paid=0",
	    (size_t)17);
	bulk_putf(t->bulk, "HSET segment:1-march carts %b",
	    "01 begun=10000 paid=0", (size_t)21);
	assert_int_equal(bulk_run(t->bulk, NULL, NULL), ERR_OK);
	assert_int_equal(ask(&l, 0, 99, &begun), ERR_CORRUPT);
	bulk_putf(t->bulk, "HSET segment:1-month carts %b",
	    "03 begun=1 paid=0\n05 begun=10 paid=0\n06 begun=100 paid=0",
	    (size_t)56);
	assert_int_equal(bulk_run(t->bulk, NULL, NULL), ERR_OK);
	cold_cache_free(l.cache);
	l.cache = cold_cache_new(1 << 20);
	for (int round = 0; round < 2; round++) {
		assert_begun(&l, 0, 99, 11101);
		assert_begun(&l, FEBRUARY + 2, FEBRUARY + 4, 1001);
		assert_begun(&l, FEBRUARY + 5, FEBRUARY + 28, 10100);
		assert_begun(&l, FEBRUARY + 4, FEBRUARY + 4, 1000);
		assert_begun(&l, FEBRUARY + 6, FEBRUARY + 27, 0);
		gone(&l, "1-month");
	}
	/* Without a day of its own the month's sum stands for its days, where the
	 * period has all of them. */
	days[0].id = span_text("2-month");
	bulk_putf(t->bulk, "HSET segment:2-month carts %b",
	    "00 begun=7 paid=0\n03 begun=1 paid=0\n05 begun=10 paid=0",
	    (size_t)54);
	assert_int_equal(bulk_run(t->bulk, NULL, NULL), ERR_OK);
	assert_begun(&l, FEBRUARY + 2, FEBRUARY + 4, 1001);
	days[1].first = FEBRUARY + 29;
	assert_begun(&l, FEBRUARY + 2, FEBRUARY + 4, 7);
	assert_begun(&l, 0, FEBRUARY + 27, 7);
	assert_begun(&l, FEBRUARY + 3, FEBRUARY + 27, 10);
	assert_begun(&l, FEBRUARY, FEBRUARY + 3, 1);
	days[1].first = FEBRUARY + 4;
	days[0].id = span_text("1-month");
	bulk_putf(t->bulk, "HSET segment:1-month carts %b",
	    "03 begun=1 paid=0\n05 begun=10 paid=0\n06 begun=100 paid=0",
	    (size_t)56);
	/* The day has not the field: it is none of the month's either. */
	bulk_putf(t->bulk, "HSET segment:3-day day x");
	assert_int_equal(bulk_run(t->bulk, NULL, NULL), ERR_OK);
	days[1].id = span_text("3-day");
	assert_begun(&l, 0, 99, 10101);
	cold_cache_free(l.cache);
}

static void
nothing_kept_is_read_each_time(void **state)
{
	struct log l;
	uint64_t begun;

	log_open(&l, *state, 0);
	assert_begun(&l, 10, 12, 111);
	assert_begun(&l, 10, 12, 111);
	gone(&l, "1-b");
	assert_int_equal(ask(&l, 10, 12, &begun), ERR_STALE);
	cold_cache_free(l.cache);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, bulk_redis_open, bulk_redis_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(days_that_were_read_are_not_read_again),
		TEST(a_day_of_another_segment_is_read),
		TEST(a_day_without_the_field_is_remembered_as_that),
		TEST(a_day_of_its_own_takes_precedence_over_its_month),
		TEST(nothing_kept_is_read_each_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
