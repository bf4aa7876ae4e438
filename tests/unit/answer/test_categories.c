/* The categories that the days of a log name. */
#include "common/shoplog/answer/categories.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define FIELD(text)                         \
	{                                   \
		{ text, sizeof(text) - 1 }, \
		{                           \
			"1", 1              \
		}                           \
	}

static struct day_field first_day[] = { FIELD("day"), FIELD("hours"),
	FIELD("views fish"), FIELD("goods fish"), FIELD("goods caviar") };
static struct day_field second_day[] = { FIELD("views fish"), FIELD("views a"),
	FIELD("carts"), FIELD("views "), FIELD("views views x") };
static const struct day_segment days[] = { { 1, first_day, 5 },
	{ 2, second_day, 5 } };

static void
every_category_comes_once_in_byte_order(void **state)
{
	static const char *const expected[] = { "a", "caviar", "fish",
		"views x" };
	struct arena arena;
	struct span *names;
	size_t len;

	(void)state;
	arena_init(&arena);
	assert_int_equal(
	    categories_of_days(days, 2, &arena, &names, &len), ERR_OK);
	assert_int_equal(len, 4);
	for (size_t i = 0; i < 4; i++)
		assert_true(span_is_equal(names[i], span_text(expected[i])));
	arena_reset(&arena);
}

static void
no_day_names_none(void **state)
{
	struct arena arena;
	struct span *names;
	size_t len = 4711;

	(void)state;
	arena_init(&arena);
	assert_int_equal(
	    categories_of_days(days, 0, &arena, &names, &len), ERR_OK);
	assert_int_equal(len, 0);
	arena_reset(&arena);
}

static void
text_names_the_first_and_says_that_there_are_more(void **state)
{
	struct span names[CATEGORIES_SHOWN + 1];
	struct arena arena;
	const char *text;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < CATEGORIES_SHOWN + 1; i++)
		names[i] = span_text("ab");
	assert_string_equal(
	    categories_text(names, 0, &arena), "there are none");
	assert_string_equal(
	    categories_text(names, 2, &arena), "there are: ab, ab");
	text = categories_text(names, CATEGORIES_SHOWN, &arena);
	assert_int_equal(
	    strlen(text), strlen("there are: ") + CATEGORIES_SHOWN * 4 - 2);
	text = categories_text(names, CATEGORIES_SHOWN + 1, &arena);
	assert_int_equal(strlen(text),
	    strlen("there are: , ...") + CATEGORIES_SHOWN * 4 - 2);
	assert_string_equal(text + strlen(text) - 11, "ab, ab, ...");
	arena_reset(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_category_comes_once_in_byte_order),
		cmocka_unit_test(no_day_names_none),
		cmocka_unit_test(
		    text_names_the_first_and_says_that_there_are_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
