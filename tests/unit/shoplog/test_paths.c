/* The memory of paths: what it recalls is what looking closely says. */
#include "common/shoplog/paths.h"

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
	"/exactly_24_bytes_of_it/",
	"/exactly_25_bytes_of_it_/",
	"/the_beginning_is_the_same/and_A_the_end/",
	"/the_beginning_is_the_same/and_B_the_end/",
	"/exactly_64_bytes_of_a_category_and_of_its_goods_page/swordfish/",
	"/exactly_65_bytes_of_a_category_and_of_its_goods_page/swordfish_/",
};

enum { RESTS = sizeof(rests) / sizeof(rests[0]) };

/* Asked for, and learnt when it is not known. */
static void
assert_looked_up(struct paths *p, struct names *n, const char *text)
{
	char padded[PATH_BEFORE + 192] = { 0 };
	struct span rest = span_of(padded + PATH_BEFORE, strlen(text));
	const struct path_entry *known;
	struct path_entry entry;
	struct event want;
	enum event_kind kind = event_classify(span_text(text), &want);
	uint32_t id = NAME_NONE;

	snprintf(
	    padded, sizeof(padded), "shop.com%s\n/other/things/behind", text);
	known = paths_find(p, rest);
	if (known) {
		assert_false(event_is_of_cart(kind));
		entry = *known;
	} else {
		assert_int_equal(paths_learn(p, n, rest, &entry), ERR_OK);
		known = paths_find(p, rest);
		assert_int_equal(known != NULL, !event_is_of_cart(kind) &&
						    rest.len > 0 &&
						    rest.len <= PATH_WIDTH);
	}
	assert_int_equal(entry.kind, kind);
	if (kind == EVENT_GOODS)
		names_page(n, want.category, want.goods, &id);
	assert_int_equal(entry.page, id);
	if (kind == EVENT_GOODS)
		id = names_category_of(n, id);
	if (kind == EVENT_CATEGORY)
		names_category(n, want.category, &id);
	assert_int_equal(entry.category, id);
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
		cmocka_unit_test(a_path_is_the_same_the_second_time),
		cmocka_unit_test(more_paths_than_it_holds_are_still_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
