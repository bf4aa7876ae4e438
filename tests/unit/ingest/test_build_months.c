#include "worker/ingest/build_months.h"

#include "support/crew.h"

/* One home page on each of `days` days of a month, from `first` on. */
static void
write_days(struct crew *c, int month, int first, int days)
{
	FILE *f = fopen(c->log, "a");

	assert_non_null(f);
	for (int i = 0; i < days; i++)
		fprintf(f,
		    "web | 2018-%02d-%02d 10:00:00 [A] INFO: 9.9.9.9 "
		    "https://s.com/\n",
		    month, first + i);
	assert_int_equal(fclose(f), 0);
}

static void
parse(struct crew *c)
{
	struct ended e;

	crew_ask_for(c, 0, false, CREW_PATIENCE_MS, &e);
	crew_wait(c, &e);
	assert_int_equal(e.err, ERR_OK);
}

static const char *
ask(struct crew *c, const char *field)
{
	return redis_process_ask(
	    &c->server, "HGET {logs}:checkpoint %s", field);
}

static void
assert_named(struct crew *c, const char *field, bool is_named)
{
	const char *id = ask(c, field);

	assert_int_equal(strcmp(id, "(nil)") != 0, is_named);
	assert_string_equal(id,
	    redis_process_ask(&c->server, "HGET {logs}:manifest %s", field));
}

static void
assert_requests(struct crew *c, const char *field, const char *expected)
{
	char key[96];

	snprintf(key, sizeof(key), "segment:%s", ask(c, field));
	assert_string_equal(
	    redis_process_ask(&c->server, "HGET %s requests", key), expected);
}

static void
months_that_have_ended_are_one_segment(void **state)
{
	struct crew *c = crew_open(1);

	(void)state;
	write_days(c, 6, 1, 7);
	write_days(c, 7, 10, 8);
	write_days(c, 8, 1, 31);
	parse(c);
	/* Few days stay, and those of the last month. */
	assert_named(c, "month:2018-06", false);
	assert_named(c, "day:2018-06-07", true);
	assert_named(c, "month:2018-07", true);
	assert_named(c, "day:2018-07-10", false);
	assert_requests(c, "month:2018-07",
	    "00 8\n10 1\n11 1\n12 1\n13 1\n14 1\n15 1\n16 1\n17 1");
	assert_named(c, "month:2018-08", false);
	assert_named(c, "day:2018-08-31", true);
	crew_close(c);
}

static void
a_month_becomes_one_when_it_ends(void **state)
{
	struct crew *c = crew_open(1);
	char before[96];
	long long began_s;

	(void)state;
	write_days(c, 7, 1, 9);
	parse(c);
	assert_named(c, "month:2018-07", false);
	snprintf(before, sizeof(before), "EXISTS segment:%s",
	    ask(c, "day:2018-07-03"));
	write_days(c, 7, 9, 2);
	write_days(c, 8, 1, 1);
	began_s = atoll(redis_process_ask(&c->server, "TIME"));
	parse(c);
	assert_named(c, "month:2018-07", true);
	assert_named(c, "day:2018-07-03", false);
	assert_named(c, "day:2018-07-10", false);
	assert_named(c, "day:2018-08-01", true);
	assert_requests(c, "month:2018-07",
	    "00 11\n01 1\n02 1\n03 1\n04 1\n05 1\n06 1\n07 1\n08 1\n09 2\n10 "
	    "1");
	/* What was named is garbage, once nobody reads it any more. */
	assert_string_equal(redis_process_ask(&c->server, before), "1");
	assert_true(
	    atoll(redis_process_ask(&c->server, "ZSCORE {logs}:garbage %s",
		before + strlen("EXISTS segment:"))) >= (began_s + 30) * 1000);
	crew_close(c);
}

static void
late_days_stand_beside_their_month_until_they_are_many(void **state)
{
	struct crew *c = crew_open(1);
	char before[96];

	(void)state;
	write_days(c, 7, 1, 20);
	write_days(c, 8, 1, 1);
	parse(c);
	snprintf(before, sizeof(before), "%s", ask(c, "month:2018-07"));
	write_days(c, 7, 3, 2);
	write_days(c, 7, 31, 1);
	parse(c);
	assert_string_equal(ask(c, "month:2018-07"), before);
	assert_requests(c, "day:2018-07-03", "2");
	assert_requests(c, "day:2018-07-31", "1");
	assert_named(c, "day:2018-07-05", false);
	write_days(c, 7, 3, 7);
	parse(c);
	assert_string_not_equal(ask(c, "month:2018-07"), before);
	assert_named(c, "day:2018-07-03", false);
	assert_named(c, "day:2018-07-31", false);
	assert_requests(c, "month:2018-07",
	    "00 30\n01 1\n02 1\n03 3\n04 3\n05 2\n06 2\n07 2\n08 2\n09 2\n10 "
	    "1\n"
	    "11 1\n12 1\n13 1\n14 1\n15 1\n16 1\n17 1\n18 1\n19 1\n20 1\n31 1");
	crew_close(c);
}

static void
a_tail_in_a_month_that_has_ended_is_for_readers(void **state)
{
	struct crew *c = crew_open(1);

	(void)state;
	write_days(c, 7, 1, 20);
	write_days(c, 8, 1, 1);
	crew_write(c, "a",
	    "web | 2018-07-02 10:00:00 [A] INFO: 9.9.9.9 https://s.com/");
	parse(c);
	assert_named(c, "month:2018-07", true);
	assert_string_equal(ask(c, "day:2018-07-02"), "(nil)");
	assert_string_equal(redis_process_ask(&c->server,
				"HGET {logs}:manifest day:2018-07-02"),
	    FIRST_JOB_TEXT "-tail-day-2018-07-02");
	crew_close(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(months_that_have_ended_are_one_segment),
		cmocka_unit_test(a_month_becomes_one_when_it_ends),
		cmocka_unit_test(
		    late_days_stand_beside_their_month_until_they_are_many),
		cmocka_unit_test(
		    a_tail_in_a_month_that_has_ended_is_for_readers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
