/* The dictionary of categories and goods pages. */
#include "common/shoplog/names.h"

#include "unit/shoplog/stream.h"

static void
open_names(struct names *n)
{
	struct hash_secret secret;

	assert_true(hash_secret_new(&secret));
	names_init(n, &secret);
}

static uint32_t
category(struct names *n, const char *text)
{
	uint32_t id;

	assert_int_equal(names_category(n, span_text(text), &id), ERR_OK);
	return id;
}

static uint32_t
page(struct names *n, const char *of, const char *goods)
{
	uint32_t id;

	assert_int_equal(
	    names_page(n, span_text(of), span_text(goods), &id), ERR_OK);
	return id;
}

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
only_used_names_are_written_and_come_back_in_byte_order(void **state)
{
	struct names n, back;
	struct names_order order;
	struct names_map map;
	struct writer w = { 0 };
	struct reader r;
	uint32_t b, a;

	(void)state;
	open_names(&n);
	open_names(&back);
	b = category(&n, "b");
	category(&n, "unused");
	a = page(&n, "a", "x");
	assert_int_equal(names_order_init(&order, &n), ERR_OK);
	names_order_use(&order, b);
	names_order_use(&order, a);
	names_order_use(&order, b);
	names_order_sort(&order);
	assert_int_equal(order.len, 2);
	assert_int_equal(order.rank[a], 0);
	assert_int_equal(order.rank[b], 1);
	names_write(&w, &order);
	r = reader_of(span_of(w.data, w.len));
	assert_int_equal(names_read(&back, &r, &map), ERR_OK);
	assert_true(reader_is_done(&r));
	assert_int_equal(map.len, 2);
	assert_true(
	    span_is_equal(names_text(&back, map.ids[0]), span_text("a/x")));
	assert_true(
	    span_is_equal(names_text(&back, map.ids[1]), span_text("b")));
	names_map_cleanup(&map);
	names_order_cleanup(&order);
	writer_cleanup(&w);
	names_cleanup(&n);
	names_cleanup(&back);
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
		    a_name_has_one_id_and_a_page_knows_its_category),
		cmocka_unit_test(many_names_stay_apart),
		cmocka_unit_test(a_category_is_found_once_it_has_an_id),
		cmocka_unit_test(
		    names_that_are_asked_for_first_have_the_same_ids),
		cmocka_unit_test(
		    ids_of_another_dictionary_are_mapped_many_at_a_time),
		cmocka_unit_test(
		    only_used_names_are_written_and_come_back_in_byte_order),
		cmocka_unit_test(what_is_no_name_is_corrupt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
