/* A day counted in arrays gives the counts that counts_add() would. */
#include "common/shoplog/tally/open_day.h"

#include "unit/shoplog/stream.h"

static uint64_t
value_of(const struct counts *c, int32_t day, uint32_t category, uint32_t slot)
{
	uint64_t value = 0;

	for (size_t i = 0; i < c->len; i++) {
		struct count n = counts_row(c, i);

		if (n.day == day && n.category == category && n.slot == slot)
			value += n.value;
	}
	return value;
}

struct fixture {
	struct open_day *day;
	struct counts counts;
	struct country_index countries;
};

static void
open_fixture(struct fixture *f)
{
	*f = (struct fixture){ .day = open_day_new() };
	assert_non_null(f->day);
	counts_init(&f->counts);
}

static void
close_fixture(struct fixture *f)
{
	counts_cleanup(&f->counts);
	free(f->day);
}

static void
turn(struct fixture *f, int32_t day)
{
	assert_int_equal(
	    open_day_turn(f->day, &f->counts, &f->countries, day), ERR_OK);
}

static void
count(struct fixture *f, uint8_t row, uint32_t hour, uint8_t country)
{
	open_day_count(f->day, row, hour, country, 1);
}

static void
numbers_come_when_the_day_is_turned(void **state)
{
	struct fixture f;
	uint8_t us, views, goods;
	uint32_t slot;

	(void)state;
	open_fixture(&f);
	us = country_index_number(
	    &f.countries, country_from_code(span_text("US")));
	slot = COUNT_HOURS + country_from_code(span_text("US"));
	views = open_day_row(f.day, 9, false);
	goods = open_day_row(f.day, 9, true);
	turn(&f, 7);
	count(&f, OPEN_ROW_REST, 3, us);
	count(&f, OPEN_ROW_SHARED, 3, us);
	count(&f, views, 3, us);
	count(&f, goods, 3, us);
	open_day_count(f.day, views, 4, us, 0);
	assert_int_equal(f.counts.len, 0);
	turn(&f, 8);
	assert_int_equal(f.counts.len, 4);
	assert_int_equal(value_of(&f.counts, 7, NAME_NONE, 3), 4);
	assert_int_equal(value_of(&f.counts, 7, NAME_NONE, slot), 4);
	assert_int_equal(value_of(&f.counts, 7, 9, 3), 1);
	assert_int_equal(value_of(&f.counts, 7, 9, slot), 1);
	count(&f, OPEN_ROW_REST, 23, us);
	turn(&f, 7);
	turn(&f, -1);
	assert_int_equal(f.counts.len, 6);
	assert_int_equal(value_of(&f.counts, 8, NAME_NONE, 23), 1);
	close_fixture(&f);
}

/* Of as many as there are rows for, and of one more that may take any of theirs. */
static void
a_category_keeps_its_row_and_those_without_share_one(void **state)
{
	struct fixture f;
	uint8_t first;

	(void)state;
	open_fixture(&f);
	first = open_day_row(f.day, 5, false);
	assert_int_not_equal(open_day_row(f.day, 5, true), first);
	for (uint32_t i = 0; i < OPEN_CATEGORIES; i++) {
		uint8_t row = open_day_row(f.day, i, false);

		assert_true(row >= OPEN_ROW_FIRST && row < OPEN_ROWS);
		assert_int_equal(row == first, i == 5);
	}
	assert_int_equal(
	    open_day_row(f.day, OPEN_CATEGORIES, false), OPEN_ROW_SHARED);
	assert_int_equal(
	    open_day_row(f.day, OPEN_CATEGORIES, true), OPEN_ROW_SHARED);
	turn(&f, 8);
	assert_int_equal(open_day_row(f.day, 5, false), first);
	close_fixture(&f);
}

static void
categories_that_would_have_one_row_have_two(void **state)
{
	struct fixture f;
	uint8_t first, second;

	(void)state;
	open_fixture(&f);
	first = open_day_row(f.day, 5, false);
	second = open_day_row(f.day, 5 + OPEN_CATEGORIES, false);
	assert_int_not_equal(first, second);
	assert_int_not_equal(second, OPEN_ROW_SHARED);
	close_fixture(&f);
}

/* 253 countries have a number of their own; what has none is told apart. */
static void
countries_beyond_a_byte_are_not_kept(void **state)
{
	struct country_index index = { .len = 0 };

	(void)state;
	for (uint16_t i = 0; i < 253; i++) {
		uint8_t number = country_index_number(&index, i);

		assert_true(country_is_kept(number));
		assert_int_equal(index.country[number], i);
		assert_int_equal(country_index_number(&index, i), number);
	}
	assert_int_equal(country_index_number(&index, 253), COUNTRY_NOT_KEPT);
	assert_false(country_is_kept(COUNTRY_NOT_KEPT));
	assert_false(country_is_kept(COUNTRY_NOT_ASKED));
	assert_false(country_is_kept(COUNTRY_NOBODY));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_come_when_the_day_is_turned),
		cmocka_unit_test(
		    a_category_keeps_its_row_and_those_without_share_one),
		cmocka_unit_test(categories_that_would_have_one_row_have_two),
		cmocka_unit_test(countries_beyond_a_byte_are_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
