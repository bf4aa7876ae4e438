/* A day counted in arrays gives the counts that counts_add() would. */
#include "common/shoplog/open_day.h"

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

static bool
count(struct fixture *f, uint32_t category, uint32_t hour, uint8_t country,
    bool is_goods)
{
	return open_day_count(f->day, category, open_day_place(category), hour,
	    country, is_goods);
}

static void
numbers_come_when_the_day_is_turned(void **state)
{
	struct fixture f;
	uint32_t slot;
	uint8_t us;

	(void)state;
	open_fixture(&f);
	us = country_index_number(
	    &f.countries, country_from_code(span_text("US")));
	slot = COUNT_HOURS + country_from_code(span_text("US"));
	turn(&f, 7);
	assert_true(count(&f, NAME_NONE, 3, us, false));
	assert_true(count(&f, 9, 3, us, false));
	assert_true(count(&f, 9, 3, us, true));
	assert_int_equal(f.counts.len, 0);
	turn(&f, 8);
	assert_int_equal(f.counts.len, 4);
	assert_int_equal(value_of(&f.counts, 7, NAME_NONE, 3), 3);
	assert_int_equal(value_of(&f.counts, 7, NAME_NONE, slot), 3);
	assert_int_equal(value_of(&f.counts, 7, 9, 3), 1);
	assert_int_equal(value_of(&f.counts, 7, 9, slot), 1);
	assert_true(count(&f, NAME_NONE, 23, us, false));
	turn(&f, 7);
	turn(&f, -1);
	assert_int_equal(f.counts.len, 6);
	assert_int_equal(value_of(&f.counts, 8, NAME_NONE, 23), 1);
	close_fixture(&f);
}

static void
one_category_has_a_row_until_the_day_is_turned(void **state)
{
	struct fixture f;

	(void)state;
	open_fixture(&f);
	turn(&f, 7);
	assert_true(count(&f, 5, 0, COUNTRY_FIRST, false));
	assert_true(count(&f, 5, 0, COUNTRY_FIRST, false));
	assert_false(count(&f, 5 + OPEN_ROWS, 0, COUNTRY_FIRST, false));
	assert_true(count(&f, 6 + OPEN_ROWS, 0, COUNTRY_FIRST, false));
	turn(&f, 8);
	assert_int_equal(value_of(&f.counts, 7, 5, 0), 2);
	assert_true(count(&f, 5 + OPEN_ROWS, 0, COUNTRY_FIRST, false));
	assert_false(count(&f, 5, 0, COUNTRY_FIRST, false));
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
		    one_category_has_a_row_until_the_day_is_turned),
		cmocka_unit_test(countries_beyond_a_byte_are_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
