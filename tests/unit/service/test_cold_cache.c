#include "worker/service/cold_cache.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct number {
	struct cold_cache_item item;
	int value;
};

/* Not held any more. */
static void
put(struct cold_cache *c, const char *name, int value, size_t more)
{
	struct number *n = cold_cache_item_new(span_text(name), sizeof(*n));

	assert_non_null(n);
	assert_int_equal(n->value, 0);
	n->value = value;
	n->item.bytes += more;
	cold_cache_put(c, &n->item);
	cold_cache_release(c, &n->item);
}

/* -1: not there. */
static int
get(struct cold_cache *c, const char *name)
{
	struct number *n = cold_cache_hold(c, span_text(name));
	int value = n ? n->value : -1;

	cold_cache_release(c, n ? &n->item : NULL);
	return value;
}

static void
an_item_is_found_by_its_name_until_another_takes_its_place(void **state)
{
	struct cold_cache *c = cold_cache_new(1 << 20);

	(void)state;
	assert_int_equal(get(c, "one"), -1);
	put(c, "one", 1, 0);
	put(c, "two", 2, 0);
	assert_int_equal(get(c, "one"), 1);
	assert_int_equal(get(c, "two"), 2);
	assert_int_equal(get(c, "on"), -1);
	put(c, "one", 11, 0);
	assert_int_equal(get(c, "one"), 11);
	cold_cache_free(c);
}

static void
what_was_not_held_for_the_longest_goes_first(void **state)
{
	struct cold_cache *c = cold_cache_new(100000);

	(void)state;
	put(c, "one", 1, 30000);
	put(c, "two", 2, 30000);
	assert_int_equal(get(c, "one"), 1);
	put(c, "three", 3, 30000);
	assert_int_equal(get(c, "two"), -1);
	assert_int_equal(get(c, "one"), 1);
	assert_int_equal(get(c, "three"), 3);
	/* One that is too large is not kept, and nobody goes for it. */
	put(c, "four", 4, 100000);
	assert_int_equal(get(c, "four"), -1);
	assert_int_equal(get(c, "one"), 1);
	assert_int_equal(get(c, "three"), 3);
	cold_cache_free(c);
}

static void
small_items_are_a_limited_number_too(void **state)
{
	enum { MANY = 1000 };
	struct cold_cache *c = cold_cache_new(100000);
	int there = 0;

	(void)state;
	for (int i = 0; i < MANY; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%d", i);
		put(c, name, i, 0);
	}
	for (int i = 0; i < MANY; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%d", i);
		there += get(c, name) == i;
	}
	assert_in_range(there, 10, 100);
	cold_cache_free(c);
}

static void
what_is_held_stays_when_it_has_gone(void **state)
{
	struct cold_cache *c = cold_cache_new(1 << 20);
	struct number *held;

	(void)state;
	put(c, "one", 1, 0);
	held = cold_cache_hold(c, span_text("one"));
	put(c, "one", 2, 0);
	assert_int_equal(get(c, "one"), 2);
	assert_int_equal(held->value, 1);
	assert_true(span_is_equal(held->item.name, span_text("one")));
	cold_cache_release(c, &held->item);
	cold_cache_free(c);
}

static void
nothing_is_kept_when_nothing_may_be(void **state)
{
	struct cold_cache *c = cold_cache_new(0);

	(void)state;
	put(c, "one", 1, 0);
	assert_int_equal(get(c, "one"), -1);
	cold_cache_free(c);
	cold_cache_free(NULL);
}

/* Holds and replaces items that have their name's number or a hundred more. */
static void *
hold_and_put(void *arg)
{
	static const char *const names[] = { "0", "1", "2", "3" };
	struct cold_cache *c = arg;

	for (int i = 0; i < 4000; i++) {
		int which = i * 7 % 4;
		struct number *n = cold_cache_hold(c, span_text(names[which]));

		if (n)
			assert_int_equal(n->value % 100, which);
		cold_cache_release(c, n ? &n->item : NULL);
		if (i % 3 == 0)
			put(c, names[which], which + i % 2 * 100, 3000);
	}
	return NULL;
}

static void
threads_use_it_at_once(void **state)
{
	struct cold_cache *c = cold_cache_new(20000); /* two or three of them */
	pthread_t other;

	(void)state;
	assert_int_equal(pthread_create(&other, NULL, hold_and_put, c), 0);
	hold_and_put(c);
	assert_int_equal(pthread_join(other, NULL), 0);
	cold_cache_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    an_item_is_found_by_its_name_until_another_takes_its_place),
		cmocka_unit_test(what_was_not_held_for_the_longest_goes_first),
		cmocka_unit_test(small_items_are_a_limited_number_too),
		cmocka_unit_test(what_is_held_stays_when_it_has_gone),
		cmocka_unit_test(threads_use_it_at_once),
		cmocka_unit_test(nothing_is_kept_when_nothing_may_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
