#include "worker/ingest/build.h"

#include "support/crew.h"

#define LINE(time, url) \
	"web | 2018-08-0" time " [A] INFO: 9.9.9.9 https://s.com/" url

static const char whole_lines[] = LINE("1 10:00:00", "fresh_fish/salmon\n")
    LINE("1 10:00:01", "cart?goods_id=4&amount=1&cart_id=7\n")
	LINE("1 10:00:02", "fresh_fish/pike\n");

static const char *
ask(struct crew *c, const char *key, const char *field)
{
	return redis_process_ask(&c->server, "HGET %s %s", key, field);
}

/* Whether readers get another segment than the next parse goes on from. */
static bool
is_other(struct crew *c, const char *field)
{
	char id[128];

	snprintf(id, sizeof(id), "%s", ask(c, "{logs}:manifest", field));
	return strcmp(id, ask(c, "{logs}:checkpoint", field)) != 0;
}

static void
without_a_tail_both_name_the_same_segments(void **state)
{
	struct crew *c = crew_open(1);

	(void)state;
	crew_write(c, "w", whole_lines);
	assert_int_equal(crew_parse(c, 0).err, ERR_OK);
	assert_false(is_other(c, "day:2018-08-01"));
	assert_false(is_other(c, "votes"));
	assert_false(is_other(c, "categories"));
	assert_false(is_other(c, "lines"));
	assert_string_equal(ask(c, "{logs}:manifest", "day:2018-08-01"),
	    FIRST_JOB_TEXT "-day-2018-08-01");
	assert_string_equal(ask(c, "{logs}:manifest", "addresses:00"), "(nil)");
	assert_string_not_equal(
	    ask(c, "{logs}:checkpoint", "addresses:00"), "(nil)");
	crew_close(c);
}

static void
a_tail_is_for_readers_only_and_changes_only_what_it_tells_of(void **state)
{
	struct crew *c = crew_open(1);
	char offset[32];

	(void)state;
	crew_write(c, "w", whole_lines);
	crew_write(
	    c, "a", LINE("2 10:00:03", "cart?goods_id=5&amount=1&cart_id=8"));
	assert_int_equal(crew_parse(c, 0).err, ERR_OK);
	assert_false(is_other(c, "day:2018-08-01"));
	assert_false(is_other(c, "categories"));
	assert_string_equal(
	    ask(c, "{logs}:checkpoint", "day:2018-08-02"), "(nil)");
	assert_string_equal(ask(c, "{logs}:manifest", "day:2018-08-02"),
	    FIRST_JOB_TEXT "-tail-day-2018-08-02");
	assert_string_equal(
	    ask(c, "{logs}:manifest", "votes"), FIRST_JOB_TEXT "-tail-votes");
	assert_string_equal(
	    ask(c, "{logs}:checkpoint", "votes"), FIRST_JOB_TEXT "-votes");
	assert_string_equal(ask(c, "{logs}:manifest", "lines"), "4");
	assert_string_equal(ask(c, "{logs}:checkpoint", "lines"), "3");
	snprintf(offset, sizeof(offset), "%zu", strlen(whole_lines));
	assert_string_equal(ask(c, "{logs}:checkpoint", "offset"), offset);
	crew_close(c);
}

static void
a_late_payment_in_the_tail_counts_on_the_carts_first_day(void **state)
{
	struct crew *c = crew_open(1);
	char day[64];

	(void)state;
	crew_write(c, "w", whole_lines);
	crew_write(c, "a", LINE("2 10:00:03", "success_pay_7/"));
	assert_int_equal(crew_parse(c, 0).err, ERR_OK);
	snprintf(day, sizeof(day), "segment:%s",
	    ask(c, "{logs}:manifest", "day:2018-08-01"));
	assert_string_equal(ask(c, day, "carts"), "begun=1 paid=1");
	snprintf(day, sizeof(day), "segment:%s",
	    ask(c, "{logs}:checkpoint", "day:2018-08-01"));
	assert_string_equal(ask(c, day, "carts"), "begun=1 paid=0");
	crew_close(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_tail_both_name_the_same_segments),
		cmocka_unit_test(
		    a_tail_is_for_readers_only_and_changes_only_what_it_tells_of),
		cmocka_unit_test(
		    a_late_payment_in_the_tail_counts_on_the_carts_first_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
