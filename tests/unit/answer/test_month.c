#include "common/shoplog/answer/month.h"

#include "common/base/civil.h"
#include "support/day_fields.h"

#include <stdlib.h>
#include <string.h>

/* Requests of the last hour. */
#define HOURS(n) "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 " n

static int32_t
day_of(const char *text)
{
	int32_t day = -1;

	assert_true(civil_day_parse(span_text(text), &day));
	return day;
}

static struct day_field
field(const char *name, const char *value)
{
	return (struct day_field){ span_text(name), span_text(value) };
}

static void
a_value_has_a_line_for_each_day_that_has_the_field(void **state)
{
	struct day_field first[] = { field("countries", "SE=5 NO=2"),
		field("day", "2020-02-01"), field("views a b", HOURS("7")) };
	struct day_field last[] = { field("day", "2020-02-29"),
		field("carts", "begun=2 paid=1"),
		field("countries", "NO=4 SE=3") };
	const struct day_segment days[] = {
		{ day_of("2020-02-01"), first, 3 },
		{ day_of("2020-02-29"), last, 3 },
	};
	struct day_segment month, split[MONTH_DAYS];
	struct arena a;
	size_t len;

	(void)state;
	arena_init(&a);
	assert_int_equal(month_join(days, 2, &a, &month), ERR_OK);
	assert_int_equal(month.day, day_of("2020-02-01"));
	assert_field(&month, "month", "2020-02");
	assert_null(field_of(&month, "day"));
	assert_field(
	    &month, "countries", "00 SE=8 NO=6\n01 SE=5 NO=2\n29 NO=4 SE=3");
	assert_field(&month, "views a b", "00 " HOURS("7") "\n01 " HOURS("7"));
	assert_field(&month, "carts", "00 begun=2 paid=1\n29 begun=2 paid=1");
	assert_int_equal(month_split(&month, &a, split, &len), ERR_OK);
	assert_int_equal(len, 2);
	assert_int_equal(split[0].day, days[0].day);
	assert_int_equal(split[0].fields_len, 2);
	assert_field(&split[0], "countries", "SE=5 NO=2");
	assert_field(&split[0], "views a b", HOURS("7"));
	assert_int_equal(split[1].day, days[1].day);
	assert_int_equal(split[1].fields_len, 2);
	assert_field(&split[1], "carts", "begun=2 paid=1");
	assert_field(&split[1], "countries", "NO=4 SE=3");
	arena_reset(&a);
}

static uint64_t
number_of(struct span line)
{
	uint64_t n = 0;

	assert_true(line.len > 3 && memcmp(line.data, "SE=", 3) == 0);
	assert_true(span_to_u64(span_of(line.data + 3, line.len - 3), &n));
	return n;
}

/* The date 00 has the sum of the others. */
static void
assert_totals(const struct day_segment *month)
{
	for (size_t i = 0; i < month->fields_len; i++) {
		const struct day_field *f = &month->fields[i];
		struct month_lines lines;
		uint64_t sum = 0;

		if (memcmp(f->name.data, "goods ", 6) != 0)
			continue;
		assert_int_equal(month_read(f->value, &lines), ERR_OK);
		for (int date = 0; date < MONTH_DAYS; date++)
			if (lines.days[date].data)
				sum += number_of(lines.days[date]);
		assert_true(number_of(lines.total) == sum);
	}
}

/* Whatever days and fields there are, they come out as they went in. */
static void
what_is_joined_is_split_into_the_same_days(void **state)
{
	static const char *const names[] = { "requests", "countries", "goods a",
		"goods x", "goods y y", "goods z" };
	enum { NAMES = sizeof(names) / sizeof(names[0]) };

	(void)state;
	srand(4);
	for (int round = 0; round < 200; round++) {
		struct day_field fields[MONTH_DAYS][NAMES];
		struct day_segment days[MONTH_DAYS], month, split[MONTH_DAYS];
		size_t len = 0, split_len;
		struct arena a;

		arena_init(&a);
		for (int32_t date = 0; date < MONTH_DAYS; date++) {
			struct day_segment *day = &days[len];

			*day =
			    (struct day_segment){ day_of("2018-08-01") + date,
				    fields[len], 0 };
			for (int i = 0; rand() % 3 && i < NAMES; i++)
				if (rand() % 2)
					day->fields[day->fields_len++] = field(
					    names[i], arena_printf(&a, "SE=%d",
							  1 + rand()));
			len += day->fields_len > 0;
		}
		assert_int_equal(month_join(days, len, &a, &month), ERR_OK);
		assert_totals(&month);
		assert_int_equal(
		    month_split(&month, &a, split, &split_len), ERR_OK);
		assert_int_equal(split_len, len);
		for (size_t i = 0; i < len; i++) {
			assert_int_equal(split[i].day, days[i].day);
			assert_int_equal(
			    split[i].fields_len, days[i].fields_len);
			for (size_t j = 0; j < days[i].fields_len; j++)
				assert_field(&split[i],
				    days[i].fields[j].name.data,
				    days[i].fields[j].value.data);
		}
		arena_reset(&a);
	}
}

static void
what_is_no_month_is_corrupt(void **state)
{
	static const char *const wrong[] = { "1 7", "01", "01 7\n00 7", "32 7",
		"02 7\n01 7", "01 7\n01 8", "01 7\n", "\n01 7", "x1 7",
		"01 7\n\n02 8", "30 7" };
	struct month_lines lines;

	(void)state;
	assert_int_equal(month_read(span_text(""), &lines), ERR_OK);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct day_field f = field("requests", wrong[i]);
		const struct day_segment month = { day_of("2018-02-01"), &f,
			1 };
		struct day_segment days[MONTH_DAYS];
		struct arena a;
		size_t len;

		arena_init(&a);
		assert_int_equal(
		    month_split(&month, &a, days, &len), ERR_CORRUPT);
		arena_reset(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_value_has_a_line_for_each_day_that_has_the_field),
		cmocka_unit_test(what_is_joined_is_split_into_the_same_days),
		cmocka_unit_test(what_is_no_month_is_corrupt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
