#include "worker/transport/deadline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ENTRIES = 100 };

static const struct deadline *over[2 * ENTRIES];
static size_t over_len;

static void
on_over(struct deadline *d)
{
	assert_null(d->next);
	over[over_len++] = d;
}

static void
begin(uv_loop_t *loop, struct deadlines *all)
{
	static const int64_t length_ms[DEADLINE_KINDS] = { 5, 1, 20, 1000000,
		3 };

	over_len = 0;
	uv_loop_init(loop);
	deadlines_init(all, loop, length_ms, on_over);
}

static void
close_all(uv_loop_t *loop, struct deadlines *all)
{
	uv_close((uv_handle_t *)&all->timer, NULL);
	uv_run(loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(loop), 0);
}

static void
the_soonest_is_over_first_whatever_its_kind(void **state)
{
	struct deadline idle = { 0 }, head = { 0 }, body = { 0 };
	struct deadlines all;
	uv_loop_t loop;

	(void)state;
	begin(&loop, &all);
	deadline_start(&all, &body, DEADLINE_BODY);
	deadline_start(&all, &idle, DEADLINE_IDLE);
	deadline_start(&all, &head, DEADLINE_HEAD);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(over_len, 3);
	/* A late loop finds several at once, in order of kind. */
	assert_ptr_equal(over[2], &body);
	close_all(&loop, &all);
}

static void
a_cancelled_one_is_never_over(void **state)
{
	struct deadline kept = { 0 }, cancelled = { 0 };
	struct deadlines all;
	uv_loop_t loop;

	(void)state;
	begin(&loop, &all);
	deadline_start(&all, &cancelled, DEADLINE_HEAD);
	deadline_start(&all, &kept, DEADLINE_IDLE);
	assert_true(deadline_is_started(&cancelled, DEADLINE_HEAD));
	assert_false(deadline_is_started(&cancelled, DEADLINE_IDLE));
	deadline_cancel(&cancelled);
	deadline_cancel(&cancelled);
	assert_false(deadline_is_started(&cancelled, DEADLINE_HEAD));
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(over_len, 1);
	assert_ptr_equal(over[0], &kept);
	close_all(&loop, &all);
}

static void
one_that_is_started_again_waits_anew(void **state)
{
	struct deadline d = { 0 };
	struct deadlines all;
	uv_loop_t loop;

	(void)state;
	begin(&loop, &all);
	deadline_start(&all, &d, DEADLINE_HEAD);
	deadline_start(&all, &d, DEADLINE_SEND);
	int64_t at_ms = d.at_ms;
	int64_t asked_ms = (int64_t)uv_now(&loop) + 1000000;
	assert_in_range(at_ms, asked_ms, asked_ms + DEADLINE_TICK_MS - 1);
	deadline_start(&all, &d, DEADLINE_BODY);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(over_len, 1);
	close_all(&loop, &all);
}

static void
hold_it(struct deadline *d)
{
	deadline_hold(d);
	over_len++;
}

static void
one_that_is_held_counts_as_started_until_it_is_over_with(void **state)
{
	struct deadline d = { 0 };
	struct deadlines all;
	uv_loop_t loop;

	(void)state;
	begin(&loop, &all);
	all.on_over = hold_it;
	deadline_start(&all, &d, DEADLINE_HEAD);
	assert_false(deadline_is_held(&d));
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(over_len, 1);
	assert_true(deadline_is_held(&d));
	assert_true(deadline_is_started(&d, DEADLINE_HEAD));
	deadline_start(&all, &d, DEADLINE_HEAD);
	assert_false(deadline_is_held(&d));
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(over_len, 2);
	deadline_cancel(&d);
	assert_false(deadline_is_held(&d));
	assert_false(deadline_is_started(&d, DEADLINE_HEAD));
	close_all(&loop, &all);
}

/* As a busy connection does: nothing is moved. */
static void
one_that_is_started_again_within_a_tick_keeps_its_place(void **state)
{
	struct deadline first = { 0 }, second = { 0 };
	struct deadlines all;
	uv_loop_t loop;

	(void)state;
	begin(&loop, &all);
	deadline_start(&all, &first, DEADLINE_SEND);
	deadline_start(&all, &second, DEADLINE_SEND);
	deadline_start(&all, &first, DEADLINE_SEND);
	assert_ptr_equal(first.next, &second);
	all.length_ms[DEADLINE_SEND] += DEADLINE_TICK_MS;
	deadline_start(&all, &first, DEADLINE_SEND);
	assert_ptr_equal(second.next, &first);
	deadline_cancel(&first);
	deadline_cancel(&second);
	close_all(&loop, &all);
}

static void
many_of_a_kind_are_over_in_the_order_of_their_start(void **state)
{
	static struct deadline entries[ENTRIES];
	struct deadlines all;
	uv_loop_t loop;

	(void)state;
	begin(&loop, &all);
	for (int i = 0; i < ENTRIES; i++)
		deadline_start(&all, &entries[i], DEADLINE_IDLE);
	for (int i = 0; i < ENTRIES; i += 2) {
		deadline_cancel(&entries[i]);
		deadline_start(&all, &entries[i], DEADLINE_IDLE);
	}
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(over_len, ENTRIES);
	for (int i = 0; i < ENTRIES / 2; i++) {
		assert_ptr_equal(over[i], &entries[2 * i + 1]);
		assert_ptr_equal(over[ENTRIES / 2 + i], &entries[2 * i]);
	}
	close_all(&loop, &all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_soonest_is_over_first_whatever_its_kind),
		cmocka_unit_test(a_cancelled_one_is_never_over),
		cmocka_unit_test(one_that_is_started_again_waits_anew),
		cmocka_unit_test(
		    one_that_is_held_counts_as_started_until_it_is_over_with),
		cmocka_unit_test(
		    one_that_is_started_again_within_a_tick_keeps_its_place),
		cmocka_unit_test(
		    many_of_a_kind_are_over_in_the_order_of_their_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
