#include "common/shoplog/tally/tally_summary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct tally_summary
summary_of(uint64_t lines, int64_t first_s, int64_t last_s)
{
	struct tally_summary s;

	tally_summary_init(&s);
	s.lines = lines;
	tally_summary_widen(&s, first_s, last_s);
	return s;
}

static void
no_line_is_of_no_moment_and_adds_nothing(void **state)
{
	struct tally_summary none, s = summary_of(3, 10, 20);

	(void)state;
	tally_summary_init(&none);
	assert_true(none.first_s > none.last_s);
	tally_summary_append(&s, &none);
	assert_int_equal(s.lines, 3);
	assert_int_equal(s.first_s, 10);
	assert_int_equal(s.last_s, 20);
}

static void
earliest_and_latest_are_of_all_lines_in_any_order(void **state)
{
	struct tally_summary s = summary_of(1, 15, 15);
	const struct tally_summary later = summary_of(2, 5, 12);

	(void)state;
	tally_summary_append(&s, &later);
	assert_int_equal(s.lines, 3);
	assert_int_equal(s.first_s, 5);
	assert_int_equal(s.last_s, 15);
}

static void
the_first_places_are_kept_and_all_are_counted(void **state)
{
	struct tally_summary left, right;

	(void)state;
	tally_summary_init(&left);
	tally_summary_init(&right);
	for (uint64_t i = 0; i < 6; i++) {
		tally_summary_add_malformed(
		    &left, (struct malformed_place){ 0, i });
		tally_summary_add_malformed(
		    &right, (struct malformed_place){ 1, i });
	}
	tally_summary_append(&left, &right);
	assert_int_equal(left.lines, 12);
	assert_int_equal(left.malformed, 12);
	assert_int_equal(left.places_len, MALFORMED_PLACES);
	assert_int_equal(left.places[5].file, 0);
	assert_int_equal(left.places[6].file, 1);
	assert_int_equal(left.places[9].offset, 3);
}

static void
numbers_stay_at_the_greatest_value(void **state)
{
	struct tally_summary s = summary_of(UINT64_MAX, 0, 0);

	(void)state;
	tally_summary_add_malformed(&s, (struct malformed_place){ 0, 0 });
	assert_true(s.lines == UINT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_line_is_of_no_moment_and_adds_nothing),
		cmocka_unit_test(
		    earliest_and_latest_are_of_all_lines_in_any_order),
		cmocka_unit_test(the_first_places_are_kept_and_all_are_counted),
		cmocka_unit_test(numbers_stay_at_the_greatest_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
