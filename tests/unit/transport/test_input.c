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
	input_add(pool, in, false, strlen(text));
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

/* As a read(2) that brings so many bytes of the letter. */
static void
get(struct input_pool *pool, struct input *in, bool may_move, char letter,
    size_t len)
{
	char *at;
	size_t room;

	input_room(pool, in, may_move, &at, &room);
	assert_true(room >= len);
	memset(at, letter, len);
	input_add(pool, in, may_move, len);
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
	get(&pool, &in, false, 'x', INPUT_USUAL - 3);
	put(&pool, &in, "abc");
	in.start = INPUT_USUAL - 3;
	in.parsed = in.end;
	assert_false(input_has_room(&in));
	input_room(&pool, &in, false, &at, &len);
	assert_int_equal(len, 0);
	assert_int_equal(in.start, INPUT_USUAL - 3);
	input_room(&pool, &in, true, &at, &len);
	assert_int_equal(len, INPUT_USUAL - 3);
	assert_memory_equal(in.data, "abc", 3);
	assert_int_equal(in.start, 0);
	assert_int_equal(in.parsed, 3);
	input_cleanup(&pool, &in);
	input_pool_cleanup(&pool);
}

static void
who_sends_much_gets_room_for_a_whole_head(void **state)
{
	struct input_pool pool;
	struct input in = { 0 };
	char *at;
	size_t len;

	(void)state;
	input_pool_init(&pool, CAPACITY);
	get(&pool, &in, true, 'a', INPUT_USUAL / 2);
	assert_int_equal(in.size, INPUT_USUAL);
	in.start = in.parsed = 10;
	get(&pool, &in, true, 'b', 20);
	assert_int_equal(in.size, pool.capacity);
	assert_int_equal(in.start, 0);
	assert_int_equal(in.parsed, 0);
	assert_int_equal(in.end, INPUT_USUAL / 2 - 10 + 20);
	assert_int_equal(in.data[0], 'a');
	assert_int_equal(in.data[in.end - 1], 'b');
	input_room(&pool, &in, true, &at, &len);
	assert_true(in.end + len >= CAPACITY);
	/* The next time at once, and the time after that not any more. */
	in.parsed = in.end;
	input_used(&pool, &in);
	get(&pool, &in, true, 'c', 1);
	assert_int_equal(in.size, pool.capacity);
	in.parsed = in.end;
	input_used(&pool, &in);
	get(&pool, &in, true, 'd', 1);
	assert_int_equal(in.size, INPUT_USUAL);
	input_cleanup(&pool, &in);
	input_pool_cleanup(&pool);
}

static void
memory_does_not_change_while_somebody_borrows_from_it(void **state)
{
	struct input_pool pool;
	struct input in = { 0 };

	(void)state;
	input_pool_init(&pool, CAPACITY);
	put(&pool, &in, "x");
	char *data = in.data;
	get(&pool, &in, false, 'y', INPUT_USUAL - 1);
	assert_ptr_equal(in.data, data);
	assert_false(input_has_room(&in));
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
		cmocka_unit_test(who_sends_much_gets_room_for_a_whole_head),
		cmocka_unit_test(
		    memory_does_not_change_while_somebody_borrows_from_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
