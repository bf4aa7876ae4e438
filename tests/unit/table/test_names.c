/* The dictionary of categories and goods pages. */
#include "common/shoplog/table/names.h"

#include "unit/shoplog/dictionary.h"

static void
a_name_has_one_id_and_a_page_knows_its_category(void **state)
{
	struct names n;
	uint32_t fish, eel;

	(void)state;
	open_names(&n);
	eel = page(&n, "fish", "eel");
	fish = category(&n, "fish");
	assert_int_not_equal(eel, fish);
	assert_int_equal(page(&n, "fish", "eel"), eel);
	assert_int_equal(names_category_of(&n, eel), fish);
	assert_int_equal(names_category_of(&n, fish), fish);
	assert_true(names_is_page(&n, eel));
	assert_false(names_is_page(&n, fish));
	assert_true(span_is_equal(names_text(&n, eel), span_text("fish/eel")));
	names_cleanup(&n);
}

static void
many_names_stay_apart(void **state)
{
	struct names n;
	char text[16];

	(void)state;
	open_names(&n);
	for (uint32_t i = 0; i < 20000; i++) {
		snprintf(text, sizeof(text), "c%u", i);
		assert_int_equal(category(&n, text), i);
	}
	for (uint32_t i = 0; i < 20000; i++) {
		snprintf(text, sizeof(text), "c%u", i);
		assert_int_equal(category(&n, text), i);
		assert_true(span_is_equal(names_text(&n, i), span_text(text)));
	}
	names_cleanup(&n);
}

static void
a_category_is_found_once_it_has_an_id(void **state)
{
	struct names n;
	uint32_t fish;

	(void)state;
	open_names(&n);
	assert_true(names_find_category(&n, span_text("fish")) == NAME_NONE);
	page(&n, "fish", "eel");
	fish = category(&n, "fish");
	assert_int_equal(names_find_category(&n, span_text("fish")), fish);
	assert_true(names_find_category(&n, span_text("fis")) == NAME_NONE);
	names_cleanup(&n);
}

/* Many names at a time, some of them twice, as one piece and as two. */
static void
names_that_are_asked_for_first_have_the_same_ids(void **state)
{
	enum { NAMES = 300 };
	struct names_query query[NAMES];
	/* Not in a cache line. */
	static const char long_end[] = "_and_all_that_there_is_to_say_of_it";
	char text[NAMES][64];
	struct names n;

	(void)state;
	open_names(&n);
	for (unsigned i = 0; i < NAMES; i++) {
		unsigned c = i % 90, goods = i % 4;
		struct span of, none = { 0 };

		snprintf(text[i], sizeof(text[i]), "c%u%sg%u%s", c,
		    i % 3 ? "/" : "//", goods, goods == 3 ? long_end : "");
		of = span_of(text[i], strcspn(text[i], "/"));
		names_ask(&n, of,
		    goods ? span_text(strchr(text[i], 'g')) : none, &query[i]);
	}
	for (unsigned i = 0; i < NAMES; i++)
		names_fetch(&n, &query[i]);
	for (unsigned i = 0; i < NAMES; i++) {
		char of[8], goods[48];
		uint32_t id;

		snprintf(of, sizeof(of), "c%u", i % 90);
		snprintf(goods, sizeof(goods), "g%u%s", i % 4,
		    i % 4 == 3 ? long_end : "");
		assert_int_equal(names_add(&n, &query[i], &id), ERR_OK);
		assert_int_equal(
		    id, i % 4 ? page(&n, of, goods) : category(&n, of));
		assert_int_equal(names_category_of(&n, id), category(&n, of));
	}
	names_cleanup(&n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_name_has_one_id_and_a_page_knows_its_category),
		cmocka_unit_test(many_names_stay_apart),
		cmocka_unit_test(a_category_is_found_once_it_has_an_id),
		cmocka_unit_test(
		    names_that_are_asked_for_first_have_the_same_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
