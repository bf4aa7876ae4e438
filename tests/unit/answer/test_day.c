/* Days: the words that a person reads in redis-cli, and their sums. */
#include "common/shoplog/answer/day.h"

#include "common/shoplog/carts/columns.h"
#include "common/shoplog/tally/tally_columns.h"
#include "support/day_fields.h"
#include "unit/shoplog/shared_geo.h"

static struct event
request(const char *ip, int32_t day, unsigned hour)
{
	return (struct event){ .kind = EVENT_HOME,
		.day = day,
		.second = hour * 3600,
		.address = address_of(ip) };
}

static void
a_day_reads_like_this(void **state)
{
	struct event events[] = { request("1.0.0.7", 736907, 0),
		request("1.0.1.9", 736907, 23), request("1.0.1.9", 736907, 23),
		request("9.9.9.9", 736907, 1), request("2a00::1", 736907, 1) };
	const struct day_carts carts[] = { { 736907, 1, 0 }, { 736907, 2, 2 } };
	struct day_segment *days;
	struct arena a = { 0 };
	struct tally *t;
	size_t len;

	(void)state;
	events[1].kind = EVENT_CATEGORY;
	events[1].category = span_text("fresh_fish");
	events[3].kind = events[4].kind = EVENT_GOODS;
	events[3].category = events[4].category = span_text("fresh_fish");
	events[3].goods = events[4].goods = span_text("salmon");
	t = tally_of(geo, events, 5);
	assert_int_equal(day_segments(t, carts, 2, &a, &days, &len), ERR_OK);
	assert_int_equal(len, 1);
	assert_int_equal(days[0].day, 736907);
	assert_int_equal(days[0].fields_len, 7);
	assert_field(&days[0], "day", "2018-08-02");
	assert_field(&days[0], "requests", "5");
	assert_field(&days[0], "hours",
	    "1 2 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 2");
	assert_field(&days[0], "countries", "CN=2 ?\?=1 AU=1 DE=1");
	assert_field(&days[0], "carts", "begun=3 paid=2");
	assert_field(&days[0], "views fresh_fish",
	    "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1");
	assert_field(&days[0], "goods fresh_fish", "?\?=1 DE=1");
	tally_free(t);
	arena_reset(&a);
}

static void
only_the_categories_that_are_asked_for_are_there(void **state)
{
	struct event events[] = { request("1.0.0.7", 7, 0),
		request("1.0.0.7", 7, 0), request("1.0.0.7", 8, 0) };
	const struct span asked[] = { span_text("eel"), span_text("none"),
		span_text("eel") };
	struct day_segment *days;
	struct arena a = { 0 };
	struct tally *t;
	size_t len;

	(void)state;
	events[0].kind = events[1].kind = events[2].kind = EVENT_CATEGORY;
	events[0].category = span_text("eel");
	events[1].category = events[2].category = span_text("cod");
	t = tally_of(geo, events, 3);
	assert_int_equal(
	    day_segments_of(t, asked, 3, NULL, 0, &a, &days, &len), ERR_OK);
	assert_int_equal(len, 2);
	assert_int_equal(days[0].fields_len, 6);
	assert_field(&days[0], "requests", "2");
	assert_field(&days[0], "views eel",
	    "1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0");
	assert_int_equal(days[1].fields_len, 5);
	assert_field(&days[1], "requests", "1");
	tally_free(t);
	arena_reset(&a);
}

static void
days_ascend_and_one_that_only_carts_name_is_there(void **state)
{
	const struct event events[] = { request("1.0.0.7", 12, 0),
		request("1.0.0.7", 10, 0) };
	const struct day_carts carts[] = { { 11, 1, 0 }, { 10, 1, 1 } };
	struct day_segment *days;
	struct arena a = { 0 };
	struct tally *t = tally_of(geo, events, 2);
	size_t len;

	(void)state;
	assert_int_equal(day_segments(t, carts, 2, &a, &days, &len), ERR_OK);
	assert_int_equal(len, 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(days[i].day, 10 + i);
	assert_field(&days[1], "requests", "0");
	assert_field(&days[1], "countries", "");
	assert_field(&days[1], "carts", "begun=1 paid=0");
	assert_field(&days[2], "carts", "begun=0 paid=0");
	tally_free(t);
	arena_reset(&a);
}

static void
an_empty_log_has_no_days(void **state)
{
	struct tally *t = tally_new(NULL);
	struct day_segment *days;
	struct arena a = { 0 };
	size_t len;

	(void)state;
	assert_int_equal(day_segments(t, NULL, 0, &a, &days, &len), ERR_OK);
	assert_int_equal(len, 0);
	tally_free(t);
	arena_reset(&a);
}

static void
fields_add_up(void **state)
{
	uint64_t hours[24] = { [1] = 5 }, counts[COUNTRIES] = { 0 };
	uint64_t begun = 1, paid = 1;
	uint16_t us = country_from_code(span_text("US"));

	(void)state;
	assert_int_equal(
	    day_add_hours(span_text("1 2 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 "
				    "0 0 0 18446744073709551615"),
		hours),
	    ERR_OK);
	assert_int_equal(hours[0], 1);
	assert_int_equal(hours[1], 7);
	assert_true(hours[23] == UINT64_MAX);
	assert_int_equal(
	    day_add_countries(span_text("US=431 ?\?=77"), counts), ERR_OK);
	assert_int_equal(day_add_countries(span_text("US=1"), counts), ERR_OK);
	assert_int_equal(day_add_countries(span_text(""), counts), ERR_OK);
	assert_int_equal(counts[us], 432);
	assert_int_equal(counts[COUNTRY_UNKNOWN], 77);
	assert_int_equal(
	    day_add_carts(span_text("begun=40 paid=31"), &begun, &paid),
	    ERR_OK);
	assert_int_equal(begun, 41);
	assert_int_equal(paid, 32);
}

static void
other_words_are_corrupt(void **state)
{
	static const char *const bad_hours[] = { "", "1",
		"0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0",
		"0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0",
		"0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 ",
		"0  0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0",
		"x 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0",
		"-1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0",
		("18446744073709551616 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 "
		 "0 0 0") };
	static const char *const bad_countries[] = { " ", "US", "US=", "US=x",
		"USA=1", "U=1", "=1", "US=1 ", " US=1", "US=1  CN=1", "--=1",
		"US=-1", "?=1" };
	static const char *const bad_carts[] = { "", "begun=1", "paid=1",
		"begun=1 paid=", "begun= paid=1", "begun=1 paid=1 ",
		"paid=1 begun=1", "begun=1  paid=1", "begun=x paid=1" };
	uint64_t hours[24] = { 0 }, counts[COUNTRIES] = { 0 }, n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(bad_hours) / sizeof(char *); i++)
		assert_int_equal(
		    day_add_hours(span_text(bad_hours[i]), hours), ERR_CORRUPT);
	for (size_t i = 0; i < sizeof(bad_countries) / sizeof(char *); i++)
		assert_int_equal(
		    day_add_countries(span_text(bad_countries[i]), counts),
		    ERR_CORRUPT);
	for (size_t i = 0; i < sizeof(bad_carts) / sizeof(char *); i++)
		assert_int_equal(day_add_carts(span_text(bad_carts[i]), &n, &n),
		    ERR_CORRUPT);
}

static void
carts_count_on_the_day_of_their_first_line(void **state)
{
	struct event events[] = { request("1.0.0.7", 10, 0),
		request("1.0.0.7", 10, 1), request("1.0.0.7", 12, 0) };
	struct day_carts *rows = NULL;
	struct tally *t;
	size_t len = 0;

	(void)state;
	events[0].kind = EVENT_CART;
	events[0].cart_id = 5;
	events[1].kind = EVENT_PAY;
	events[1].cart_id = 6;
	events[2].kind = EVENT_SUCCESS;
	events[2].cart_id = 5;
	t = tally_of(NULL, events, 3);
	for (unsigned i = 0; i < SHARDS; i++) {
		struct columns c;

		assert_int_equal(tally_columns(t, i, &c), ERR_OK);
		assert_int_equal(day_carts_of(&c, &rows, &len), ERR_OK);
		columns_cleanup(&c);
	}
	for (size_t i = 1; i < len; i++) {
		assert_int_equal(rows[i].day, rows[0].day);
		rows[0].begun += rows[i].begun;
		rows[0].paid += rows[i].paid;
	}
	assert_int_equal(rows[0].day, 10);
	assert_int_equal(rows[0].begun, 2);
	assert_int_equal(rows[0].paid, 1);
	free(rows);
	tally_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_reads_like_this),
		cmocka_unit_test(
		    only_the_categories_that_are_asked_for_are_there),
		cmocka_unit_test(
		    days_ascend_and_one_that_only_carts_name_is_there),
		cmocka_unit_test(an_empty_log_has_no_days),
		cmocka_unit_test(fields_add_up),
		cmocka_unit_test(other_words_are_corrupt),
		cmocka_unit_test(carts_count_on_the_day_of_their_first_line),
	};

	return cmocka_run_group_tests(tests, open_geo, close_geo);
}
