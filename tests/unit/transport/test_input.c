#include "worker/transport/input.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { CAPACITY = 10000 };

/* Puts `text` behind what is there. */
static void
put(struct input_pool *pool, struct input *in, const char *text)
{
	char *at;
	size_t len;

	input_room(pool, in, false, &at, &len);
	assert_true(len >= strlen(text));
	memcpy(at, text, strlen(text));
	input_add(in, strlen(text));
}

static void
what_is_used_up_costs_nothing_and_its_memory_is_next(void **state)
{
	struct input_pool pool;
	struct input one = { 0 }, two = { 0 };

	(void)state;
	input_pool_init(&pool, CAPACITY);
	put(&pool, &one, "abc");
	char *data = one.data;
	one.parsed = 3;
	input_used(&pool, &one);
	assert_null(one.data);
	assert_int_equal(one.end, 0);
	put(&pool, &two, "d");
	assert_ptr_equal(two.data, data);
	input_cleanup(&pool, &two);
	input_pool_cleanup(&pool);
}

static void
what_is_not_used_stays(void **state)
{
	struct input_pool pool;
	struct input in = { 0 };

	(void)state;
	input_pool_init(&pool, CAPACITY);
	put(&pool, &in, "abcdef");
	in.parsed = 2;
	input_used(&pool, &in);
	assert_int_equal(in.start, 2);
	assert_memory_equal(in.data + in.start, "cdef", 4);
	input_cleanup(&pool, &in);
	input_pool_cleanup(&pool);
}

static void
bytes_move_to_the_front_only_when_they_may(void **state)
{
	struct input_pool pool;
	struct input in = { 0 };
	char *at;
	size_t len;

	(void)state;
	input_pool_init(&pool, CAPACITY);
	put(&pool, &in, "x");
	memcpy(in.data + pool.capacity - 3, "abc", 3);
	in.start = pool.capacity - 3;
	in.parsed = in.end = pool.capacity;
	input_room(&pool, &in, false, &at, &len);
	assert_int_equal(len, 0);
	assert_int_equal(in.start, pool.capacity - 3);
	input_room(&pool, &in, true, &at, &len);
	assert_int_equal(len, pool.capacity - 3);
	assert_memory_equal(in.data, "abc", 3);
	assert_int_equal(in.start, 0);
	assert_int_equal(in.parsed, 3);
	assert_true(len >= CAPACITY);
	input_cleanup(&pool, &in);
	input_pool_cleanup(&pool);
}

static void
what_was_read_is_wiped_when_the_memory_goes_back(void **state)
{
	static const char secret[] = "a secret, all of it";
	struct input_pool pool;
	struct input in = { 0 };
	char *data;

	(void)state;
	input_pool_init(&pool, CAPACITY);
	put(&pool, &in, secret);
	data = in.data;
	in.parsed = in.end = 2; /* the rest was copied, and is read over */
	input_used(&pool, &in);
	assert_null(in.data);
	/* Its first bytes are the pool's now. */
	for (size_t i = sizeof(void *); i < strlen(secret); i++)
		assert_int_equal(data[i], 0);
	input_pool_cleanup(&pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    what_is_used_up_costs_nothing_and_its_memory_is_next),
		cmocka_unit_test(what_is_not_used_stays),
		cmocka_unit_test(
		    what_was_read_is_wiped_when_the_memory_goes_back),
		cmocka_unit_test(bytes_move_to_the_front_only_when_they_may),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
