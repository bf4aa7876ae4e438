#include "worker/ingest/build_days.h"

#include "support/bulk_redis.h"
#include "support/day_fields.h"
#include "worker/ingest/base.h"

enum { DAY = 736000 };

/* A tally of one home page of the day. */
static struct tally *
tally_of(int32_t day)
{
	const struct event e = { .kind = EVENT_HOME, .day = day };
	struct tally *t = tally_new(NULL);

	assert_non_null(t);
	assert_int_equal(tally_add(t, &e), ERR_OK);
	return t;
}

static void
carts_of_shards_and_of_the_base_add_up_by_day(void **state)
{
	struct bulk_redis *t = *state;
	struct day_carts known = { DAY, 5, 2 };
	struct base base = { .days = &known, .days_len = 1 };
	const struct build b = { t->bulk, NULL, &t->arena, &base, t->bulk };
	struct record reduced[SHARDS];
	struct tally *tally = tally_of(DAY);
	struct build_days days;

	for (unsigned i = 0; i < SHARDS; i++)
		record_init(&reduced[i], &t->arena);
	assert_int_equal(
	    record_put_text(&reduced[1], "days", "736000 1 1 "), ERR_OK);
	assert_int_equal(
	    record_put_text(&reduced[9], "days", "736000 2 0 736001 1 0 "),
	    ERR_OK);
	assert_int_equal(
	    build_days_of(&b, tally, reduced, false, &days), ERR_OK);
	assert_int_equal(days.len, 2);
	assert_field(&days.days[0], "carts", "begun=8 paid=3");
	assert_field(&days.days[1], "carts", "begun=1 paid=0");
	assert_int_equal(
	    record_put_text(&reduced[1], "days", "736000 1"), ERR_OK);
	assert_int_equal(
	    build_days_of(&b, tally, reduced, false, &days), ERR_CORRUPT);
	tally_free(tally);
}

static void
growth_counts_on_from_the_days_that_it_changes(void **state)
{
	struct bulk_redis *t = *state;
	struct base base = { .summary = { .lines = 10 } };
	const struct build b = { t->bulk, NULL, &t->arena, &base, t->bulk };
	struct record reduced[SHARDS];
	struct tally *tally = tally_of(DAY);
	struct build_days known, days;

	for (unsigned i = 0; i < SHARDS; i++)
		record_init(&reduced[i], &t->arena);
	record_init(&base.checkpoint, &t->arena);
	assert_int_equal(
	    record_put_text(&base.checkpoint, "day:2016-02-07", "x"), ERR_OK);
	redis_process_ask(&t->server,
	    "HSET segment:x day 2016-02-07 requests 4 countries ?\?=4 hours "
	    "4,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0");
	/* Not of the form of a day. */
	assert_int_equal(
	    build_on_base(&b, tally, NULL, reduced, &known), ERR_CORRUPT);
	tally_free(tally);
	tally = tally_of(DAY);
	redis_process_ask(&t->server, "HDEL segment:x hours");
	assert_int_equal(
	    build_on_base(&b, tally, NULL, reduced, &known), ERR_OK);
	assert_int_equal(tally_summary(tally)->lines, 11);
	assert_int_equal(known.len, 1);
	assert_int_equal(
	    build_days_of(&b, tally, reduced, false, &days), ERR_OK);
	assert_int_equal(days.len, 1);
	assert_field(&days.days[0], "countries", "\?\?=5");
	tally_free(tally);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, bulk_redis_open, bulk_redis_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(carts_of_shards_and_of_the_base_add_up_by_day),
		TEST(growth_counts_on_from_the_days_that_it_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
