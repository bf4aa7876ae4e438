/* Names of one dictionary in another. */
#include "common/shoplog/table/names_map.h"

#include "unit/shoplog/dictionary.h"

/* Many ids of another dictionary, some twice and some known, have those that they
 * get one by one. */
static void
ids_of_another_dictionary_are_mapped_many_at_a_time(void **state)
{
	uint32_t from_id[NAMES_AT_ONCE], id;
	struct names from, to;
	struct names_map map, slow;

	(void)state;
	open_names(&from);
	open_names(&to);
	page(&to, "c3", "g3");
	for (uint32_t i = 0; i < NAMES_AT_ONCE; i++) {
		char of[8], goods[64];

		snprintf(of, sizeof(of), "c%u", i % 9);
		snprintf(goods, sizeof(goods), "g%u%s", i % 50,
		    i % 7 ? "" : "_which_is_too_long_for_one_cache_line");
		from_id[i] =
		    i % 5 ? page(&from, of, goods) : category(&from, of);
	}
	assert_int_equal(names_map_init(&map, &from), ERR_OK);
	assert_int_equal(names_map_init(&slow, &from), ERR_OK);
	assert_int_equal(
	    names_map_id(&map, &to, &from, from_id[0], &id), ERR_OK);
	assert_int_equal(
	    names_map_ids(&map, &to, &from, from_id, NAMES_AT_ONCE), ERR_OK);
	for (uint32_t i = 0; i < NAMES_AT_ONCE; i++) {
		assert_int_equal(
		    names_map_id(&slow, &to, &from, from_id[i], &id), ERR_OK);
		assert_int_equal(map.ids[from_id[i]], id);
		assert_true(span_is_equal(
		    names_text(&to, id), names_text(&from, from_id[i])));
		assert_int_equal(
		    names_is_page(&to, id), names_is_page(&from, from_id[i]));
	}
	names_map_cleanup(&map);
	names_map_cleanup(&slow);
	names_cleanup(&from);
	names_cleanup(&to);
}

static void
what_is_no_name_is_corrupt(void **state)
{
	/* A number of names, then each one's length and text. */
	static const char *const bad[] = { "\1\1/", "\1\2a/", "\1\2/a",
		"\1\5a/b/c", "\1\3a b", "\1\2a\177", "\1\2a\n", "\2\1b\1a",
		"\2\1a\1a", "\1\2a", "\2\1a", "\177\1a" };
	struct names_map map;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct reader r = reader_of(span_text(bad[i]));
		struct names n;

		open_names(&n);
		assert_int_equal(names_read(&n, &r, &map), ERR_CORRUPT);
		names_map_cleanup(&map);
		names_cleanup(&n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    ids_of_another_dictionary_are_mapped_many_at_a_time),
		cmocka_unit_test(what_is_no_name_is_corrupt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
