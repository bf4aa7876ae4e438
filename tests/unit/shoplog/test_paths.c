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
	"/exactly_32_bytes_of_a_category/",
	"/exactly_33_bytes_of_a_category_/",
};

enum { RESTS = sizeof(rests) / sizeof(rests[0]) };

static void
assert_looked_up(struct paths *p, struct names *n, const char *text)
{
	char padded[128] = { 0 };
	struct path_entry entry;
	struct event got = { .user_id = 0 }, want = { .user_id = 0 };
	enum event_kind kind = event_classify(span_text(text), &want);
	uint32_t id = NAME_NONE;

	snprintf(padded, sizeof(padded), "%s\n/other/things/behind", text);
	assert_int_equal(
	    paths_look_up(p, n, span_of(padded, strlen(text)), &entry, &got),
	    ERR_OK);
	assert_int_equal(entry.kind, kind);
	assert_int_equal(got.cart_id, want.cart_id);
	assert_int_equal(got.goods_id, want.goods_id);
	assert_int_equal(got.user_id, want.user_id);
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
