/* Questions: which field of a day they want, and what the fields come to. */
#include "common/shoplog/answer/question.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define HOURS_3_AND_23 "0 0 0 5 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 2"

static struct arena arena;

static int
begin(void **state)
{
	(void)state;
	arena_init(&arena);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	arena_reset(&arena);
	return 0;
}

static struct question
question(int report)
{
	return (struct question){ report, answer_default_category(report),
		PERIOD_ALL };
}

/* The answer when these are the fields of days 10, 11 and so on. */
static struct answer
sum_up(const struct question *q, const char *const *values, size_t len)
{
	struct question_sum s;
	struct answer out;

	assert_int_equal(question_sum_init(&s, q, &arena, len), ERR_OK);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(
		    question_sum_add(&s, 10 + (int32_t)i, span_text(values[i])),
		    ERR_OK);
	assert_int_equal(question_sum_answer(&s, &arena, &out), ERR_OK);
	assert_int_equal(out.report, q->report);
	return out;
}

static void
every_report_of_days_wants_one_field(void **state)
{
	static const char *const fields[REPORTS + 1] = { NULL, "countries",
		"goods fresh_fish", "views frozen_fish", "hours", NULL, "carts",
		NULL };

	(void)state;
	for (int i = 1; i <= REPORTS; i++) {
		struct question q = question(i);

		assert_int_equal(question_is_of_days(&q), fields[i] != NULL);
		if (fields[i])
			assert_string_equal(
			    question_field(&q, &arena), fields[i]);
	}
}

static void
countries_of_all_days_are_added(void **state)
{
	static const char *const values[] = { "SE=3 ?\?=1", "NO=5 SE=4" };

	(void)state;
	for (int report = 1; report <= 2; report++) {
		struct question q = question(report);
		struct answer a = sum_up(&q, values, 2);

		assert_int_equal(a.ranking_len, 2);
		assert_string_equal(a.ranking[0].code, "SE");
		assert_int_equal(a.ranking[0].value, 7);
		assert_int_equal(a.ranking[1].value, 5);
		assert_int_equal(a.unknown, 1);
	}
}

static void
hours_of_a_category_are_added(void **state)
{
	static const char *const values[] = { HOURS_3_AND_23, HOURS_3_AND_23 };
	struct question q = question(3);
	struct answer a = sum_up(&q, values, 2);

	(void)state;
	assert_int_equal(a.hours[3], 10);
	assert_int_equal(a.hours[23], 4);
	assert_int_equal(a.value, 10);
}

static void
the_load_keeps_the_days_apart(void **state)
{
	static const char *const values[] = { HOURS_3_AND_23, HOURS_3_AND_23 };
	struct question q = question(4);
	struct answer a = sum_up(&q, values, 2);

	(void)state;
	assert_int_equal(a.series_len, 4);
	assert_memory_equal(a.series[0].name.data, "0001-01-11T03", 13);
	assert_memory_equal(a.series[3].name.data, "0001-01-12T23", 13);
	assert_int_equal(a.value, 5);
}

static void
carts_of_all_days_are_added(void **state)
{
	static const char *const values[] = { "begun=5 paid=2",
		"begun=1 paid=1" };
	struct question q = question(6);
	struct answer a = sum_up(&q, values, 2);

	(void)state;
	assert_int_equal(a.value, 3);
}

static void
days_outside_the_period_are_left_out(void **state)
{
	static const char *const values[] = { "begun=1 paid=0",
		"begun=20 paid=0", "begun=300 paid=0", "begun=4000 paid=0" };
	struct question q = question(6);

	(void)state;
	q.period = (struct period){ 11, 12 };
	assert_int_equal(sum_up(&q, values, 4).value, 320);
	q.period.from = INT32_MIN;
	assert_int_equal(sum_up(&q, values, 4).value, 321);
	q.period = (struct period){ 13, INT32_MAX };
	assert_int_equal(sum_up(&q, values, 4).value, 4000);
}

static void
no_day_at_all_is_an_answer(void **state)
{
	(void)state;
	for (int i = 1; i <= REPORTS; i++) {
		struct question q = question(i);

		if (question_is_of_days(&q))
			assert_int_equal(sum_up(&q, NULL, 0).value, 0);
	}
}

static void
a_field_of_another_form_is_corrupt(void **state)
{
	static const struct {
		int report;
		const char *value;
	} wrong[] = { { 1, "SE" }, { 1, "SE=" }, { 1, "=3" }, { 1, "SE3" },
		{ 1, "SE=3x" }, { 1, "SE=3 " }, { 1, " SE=3" },
		{ 1, "SE=3  NO=4" }, { 1, "SE=-3" }, { 1, "AP=3" },
		{ 1, "S?=3" }, { 1, "SE=18446744073709551616" },
		{ 2, "SE=3,NO=4" }, { 3, "1 2 3" }, { 3, "" },
		{ 3, HOURS_3_AND_23 " " }, { 3, HOURS_3_AND_23 " 1" },
		{ 3, " " HOURS_3_AND_23 }, { 4, "x" },
		{ 4, HOURS_3_AND_23 "x" },
		{ 4, HOURS_3_AND_23 "9999999999"
				    "9999999999" },
		{ 6, "begun=1" } };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct question q = question(wrong[i].report);
		struct question_sum s;

		assert_int_equal(question_sum_init(&s, &q, &arena, 1), ERR_OK);
		if (question_sum_add(&s, 1, span_text(wrong[i].value)) !=
		    ERR_CORRUPT)
			fail_msg("\"%s\" is taken", wrong[i].value);
	}
}

static void
numbers_may_have_64_bits_and_a_sum_stops_there(void **state)
{
	static const char *const values[] = { "SE=18446744073709551615",
		"SE=007 NO=1" };
	struct question q = question(1);
	struct answer a = sum_up(&q, values, 2);

	(void)state;
	assert_true(a.ranking[0].value == UINT64_MAX);
	assert_int_equal(a.ranking[1].value, 1);
}

/* One shard: cart 1 paid on day 10 by user 7, cart 2 paid on day 20 by user 7,
 * cart 3 never. */
static void
ask_carts(
    const struct question *q, const struct columns *shard, struct answer *out)
{
	struct question_carts carts;

	assert_int_equal(question_carts_init(&carts, q, NULL), ERR_OK);
	assert_int_equal(question_carts_add(&carts, shard), ERR_OK);
	assert_int_equal(question_carts_end(&carts, 1), ERR_OK);
	assert_true(question_carts_size(&carts) > 0);
	assert_int_equal(
	    question_carts_answer(&carts, q->period, &arena, out), ERR_OK);
	question_carts_cleanup(&carts);
}

static void
carts_are_asked_within_the_period(void **state)
{
	static const uint64_t ids[] = { 1, 2, 3 }, keys[] = { 7, 7, 0 };
	static const uint32_t named[] = { 9, 9, 9 };
	static const uint32_t paid[] = { 10, 20, COLUMNS_NO_DAY };
	static const uint8_t owners[] = { OWNER_USER, OWNER_USER, OWNER_NONE };
	static const uint32_t items_from[4] = { 0 }, items[1] = { 0 };
	static const uint64_t goods[1] = { 0 };
	const struct columns shard = {
		.carts_len = 3,
		.cart_id = ids,
		.named_day = named,
		.paid_day = paid,
		.owner = owners,
		.owner_key = keys,
		.items_from = items_from,
		.items = items,
		.goods_id = goods,
	};
	struct question q = question(7);
	struct answer a;

	(void)state;
	ask_carts(&q, &shard, &a);
	assert_int_equal(a.value, 1);
	assert_int_equal(a.buyers, 1);
	q.period = (struct period){ 11, 20 };
	ask_carts(&q, &shard, &a);
	assert_int_equal(a.value, 0);
	assert_int_equal(a.buyers, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_report_of_days_wants_one_field),
		TEST(countries_of_all_days_are_added),
		TEST(hours_of_a_category_are_added),
		TEST(the_load_keeps_the_days_apart),
		TEST(carts_of_all_days_are_added),
		TEST(days_outside_the_period_are_left_out),
		TEST(no_day_at_all_is_an_answer),
		TEST(a_field_of_another_form_is_corrupt),
		TEST(numbers_may_have_64_bits_and_a_sum_stops_there),
		TEST(carts_are_asked_within_the_period),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
