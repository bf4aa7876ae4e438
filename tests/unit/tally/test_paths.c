/* The memory of paths: what it recalls is what looking closely says. */
#include "common/shoplog/tally/paths.h"

#include "common/shoplog/tally/open_day.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *const rests[] = {
	"",
	"/",
	"/fish/",
	"/fish",
	"/fish/eel/",
	"/fish/eel",
	"/fish/eel?a=b#c",
	"/a/b/c/",
	"/success_pay_17/",
	"/success_pay_x/",
	"/success_pay/",
	"/cart?goods_id=1&amount=2&cart_id=3",
	"/pay?user_id=1&cart_id=3",
	"/pay",
	"?a",
	"/exactly_31_bytes_of_goods/carp/",
	"/exactly_31_bytes_of_goods/card/",
	"/exactly_32_bytes_of_goods/carp_/",
	"/exactly_32_bytes_of_goods/carps/",
	"/the_beginning_is_the_same/and_A_the_end/",
	"/the_beginning_is_the_same/and_B_the_end/",
	"/exactly_48_bytes_of_a_category_and_goods/carps/",
	"/exactly_49_bytes_of_a_category_and_goods/carp_1/",
	"/exactly_49_bytes_of_a_category_and_goods/carp_2/",
	"/exactly_112_bytes_of_a_category_and_of_the_page_of_its_goods_which_"
	"nobody_would_type_by_hand/a_large_swordfish/",
	"/exactly_113_bytes_of_a_category_and_of_the_page_of_its_goods_which_"
	"nobody_would_type_by_hand/a_large_swordfish_/",
};

enum { RESTS = sizeof(rests) / sizeof(rests[0]) };

/* Their rows are always those of one day. */
static struct open_day *day;

static int
open_the_day(void **state)
{
	(void)state;
	day = open_day_new();
	return day ? 0 : -1;
}

static int
close_the_day(void **state)
{
	(void)state;
	free(day);
	return 0;
}

static struct path_meaning
learn(struct paths *p, struct names *n, struct span rest)
{
	struct path_meaning meaning;
	struct path_query q;
	struct event event;
	enum event_kind kind = event_classify(rest, &event);

	assert_false(event_is_of_cart(kind));
	paths_ask(n, kind, &event, &q);
	paths_fetch_name(n, &q);
	assert_int_equal(paths_learn(p, n, day, rest, &q, &meaning), ERR_OK);
	return meaning;
}

/* Asked for, and learnt when it is not known and about no cart. */
static void
assert_looked_up(struct paths *p, struct names *n, const char *text)
{
	char padded[192] = { 0 };
	struct span rest = span_of(padded, strlen(text));
	const struct path_entry *known;
	struct path_meaning meaning;
	struct event want;
	enum event_kind kind = event_classify(span_text(text), &want);
	uint32_t id = NAME_NONE;

	snprintf(padded, sizeof(padded), "%s\n/other/things/behind", text);
	known = paths_find(path_places(p, rest), rest);
	if (event_is_of_cart(kind)) {
		assert_null(known);
		return;
	}
	if (known) {
		meaning = known->meaning;
	} else {
		meaning = learn(p, n, rest);
		known = paths_find(path_places(p, rest), rest);
		assert_int_equal(known != NULL, rest.len <= PATH_WIDTH);
	}
	assert_int_equal(meaning.kind, kind);
	if (kind == EVENT_GOODS)
		names_page(n, want.category, want.goods, &id);
	assert_int_equal(meaning.page, id);
	if (kind == EVENT_GOODS)
		id = names_category_of(n, id);
	if (kind == EVENT_CATEGORY)
		names_category(n, want.category, &id);
	assert_int_equal(meaning.category, id);
	assert_int_equal(meaning.row,
	    id == NAME_NONE ? OPEN_ROW_REST
			    : open_day_row(day, id, kind == EVENT_GOODS));
}

static void
a_path_is_the_same_the_second_time(void **state)
{
	struct hash_secret secret = { 1, 2 };
	struct paths *p = paths_new(&secret);
	struct names n;

	(void)state;
	assert_non_null(p);
	names_init(&n, &secret);
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < RESTS; i++)
			assert_looked_up(p, &n, rests[i]);
	names_cleanup(&n);
	free(p);
}

/* Whoever is asked for again stays, however many come once. */
static void
one_that_is_asked_for_again_is_not_pushed_out(void **state)
{
	struct hash_secret secret = { 5, 6 };
	struct paths *p = paths_new(&secret);
	const char home[PATH_PADDING] = "/often/";
	struct span often = span_of(home, strlen(home));
	struct names n;

	(void)state;
	assert_non_null(p);
	names_init(&n, &secret);
	learn(p, &n, often);
	assert_non_null(paths_find(path_places(p, often), often));
	for (int i = 0; i < 4 * PATHS_LEN; i++) {
		char text[PATH_PADDING];

		snprintf(text, sizeof(text), "/once%d/", i);
		learn(p, &n, span_of(text, strlen(text)));
		assert_ptr_equal(paths_find(path_places(p, often), often),
		    path_places(p, often));
	}
	names_cleanup(&n);
	free(p);
}

/* More paths than it holds, each twice: the last comer stays, and one that has
 * been pushed out is found again. */
static void
more_paths_than_it_holds_are_still_right(void **state)
{
	struct hash_secret secret = { 3, 4 };
	struct paths *p = paths_new(&secret);
	struct names n;
	char text[32];

	(void)state;
	assert_non_null(p);
	names_init(&n, &secret);
	for (int i = 0; i < 4 * PATHS_LEN; i++) {
		snprintf(text, sizeof(text), "/c%d/", i % (3 * PATHS_LEN));
		assert_looked_up(p, &n, text);
		assert_looked_up(p, &n, text);
	}
	names_cleanup(&n);
	free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_path_is_the_same_the_second_time, open_the_day,
		    close_the_day),
		cmocka_unit_test_setup_teardown(
		    one_that_is_asked_for_again_is_not_pushed_out, open_the_day,
		    close_the_day),
		cmocka_unit_test_setup_teardown(
		    more_paths_than_it_holds_are_still_right, open_the_day,
		    close_the_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
