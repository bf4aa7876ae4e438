/* The arena: what it gives, how it refuses, what a reset does. Under ASan the
 * writes also prove that no allocation reaches into another. */
#include "common/base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
memory_is_zeroed_aligned_and_apart(void **state)
{
	struct arena a;
	unsigned char *p[600];
	size_t size[600];

	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < 600; i++) {
		size[i] = i * 37 % 9000;
		p[i] = arena_alloc(&a, size[i]);
		assert_non_null(p[i]);
		assert_int_equal((uintptr_t)p[i] % _Alignof(max_align_t), 0);
		for (size_t k = 0; k < size[i]; k++)
			assert_int_equal(p[i][k], 0);
		memset(p[i], (int)(i % 255 + 1), size[i]);
	}
	for (size_t i = 0; i < 600; i++)
		for (size_t k = 0; k < size[i]; k++)
			assert_int_equal(p[i][k], i % 255 + 1);
	arena_reset(&a);
}

static void
nothing_at_all_still_has_an_address_of_its_own(void **state)
{
	struct arena a;
	void *first;

	(void)state;
	arena_init(&a);
	first = arena_alloc(&a, 0);
	assert_non_null(first);
	assert_ptr_not_equal(first, arena_alloc(&a, 0));
	arena_reset(&a);
}

static void
a_large_allocation_leaves_the_rest_of_the_block_in_use(void **state)
{
	struct arena a;
	char *before, *after;

	(void)state;
	arena_init(&a);
	before = arena_alloc(&a, 16);
	assert_non_null(arena_alloc(&a, 1 << 20));
	after = arena_alloc(&a, 16);
	assert_ptr_equal(after, before + 16);
	arena_reset(&a);
}

static void
a_size_that_overflows_is_refused(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a);
	for (size_t less = 0; less < 64; less++)
		assert_null(arena_alloc(&a, SIZE_MAX - less));
	assert_null(arena_copy(&a, span_of("x", SIZE_MAX)));
	assert_non_null(arena_alloc(&a, 1));
	arena_reset(&a);
}

static void
copies_end_with_a_nul(void **state)
{
	struct arena a;
	char *copy;

	(void)state;
	arena_init(&a);
	copy = arena_copy(&a, span_of("ab\0cd", 4));
	assert_memory_equal(copy, "ab\0c", 5);
	assert_string_equal(arena_copy(&a, span_text(NULL)), "");
	assert_string_equal(
	    arena_printf(&a, "%s has %d", "cart 7", 3), "cart 7 has 3");
	assert_int_equal(strlen(arena_printf(&a, "%9000d", 1)), 9000);
	arena_reset(&a);
}

struct trace {
	char *text; /* in the arena: a hook still finds it */
	char order[8];
	size_t len;
};

static void
trace_first(void *arg)
{
	struct trace *t = arg;

	t->order[t->len++] = '1';
}

static void
trace_second(void *arg)
{
	struct trace *t = arg;

	assert_string_equal(t->text, "alive");
	t->order[t->len++] = '2';
}

static void
hooks_run_once_last_registered_first_with_the_memory_alive(void **state)
{
	struct arena a;
	struct trace t = { 0 };

	(void)state;
	arena_init(&a);
	t.text = arena_copy(&a, span_text("alive"));
	assert_int_equal(arena_on_reset(&a, trace_first, &t), 0);
	assert_int_equal(arena_on_reset(&a, trace_second, &t), 0);
	arena_reset(&a);
	assert_string_equal(t.order, "21");
	arena_reset(&a);
	assert_string_equal(t.order, "21");
}

static void
a_reset_arena_is_empty_and_may_be_used_again(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a);
	for (int round = 0; round < 3; round++) {
		assert_non_null(arena_alloc(&a, 5000));
		arena_reset(&a);
		assert_null(a.blocks);
		assert_null(a.hooks);
	}
}

static void
pool_gives_the_block_of_one_to_the_next_zeroed(void **state)
{
	struct arena_pool pool = { 0 };
	struct arena one = { .pool = &pool }, two = { .pool = &pool };
	unsigned char *first = arena_alloc(&one, 100), *second;

	(void)state;
	memset(first, 1, 100);
	assert_non_null(arena_alloc(&one, 100000)); /* one that is not kept */
	arena_reset(&one);
	assert_int_equal(pool.len, 1);
	second = arena_alloc(&two, 100);
	assert_ptr_equal(second, first);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(second[i], 0);
	assert_int_equal(pool.len, 0);
	arena_reset(&two);
	arena_pool_cleanup(&pool);
	assert_int_equal(pool.len, 0);
}

static void
pool_keeps_a_few_blocks_only(void **state)
{
	struct arena_pool pool = { 0 };
	struct arena a[100];

	(void)state;
	for (size_t i = 0; i < 100; i++) {
		a[i] = (struct arena){ .pool = &pool };
		assert_non_null(arena_alloc(&a[i], 1));
	}
	for (size_t i = 0; i < 100; i++)
		arena_reset(&a[i]);
	assert_true(pool.len > 0 && pool.len < 100);
	arena_pool_cleanup(&pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    pool_gives_the_block_of_one_to_the_next_zeroed),
		cmocka_unit_test(pool_keeps_a_few_blocks_only),
		cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
		cmocka_unit_test(
		    nothing_at_all_still_has_an_address_of_its_own),
		cmocka_unit_test(
		    a_large_allocation_leaves_the_rest_of_the_block_in_use),
		cmocka_unit_test(a_size_that_overflows_is_refused),
		cmocka_unit_test(copies_end_with_a_nul),
		cmocka_unit_test(
		    hooks_run_once_last_registered_first_with_the_memory_alive),
		cmocka_unit_test(a_reset_arena_is_empty_and_may_be_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
