/* Many that have something to read, a turn at a time. */
#include "worker/transport/intake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS = 3 * INTAKE_TURN };

/* What the intake is told of as connections: it only hands them on. */
static struct talk {
	int fds[2];
} talks[CLIENTS];
static uv_loop_t loop;
static struct intake intake;
static size_t told[CLIENTS * 3], told_len;
static bool had_more;

static struct conn *
conn_of(size_t i)
{
	return (struct conn *)(void *)&talks[i];
}

static void
on_ready(struct conn *c, bool has_more)
{
	told[told_len++] = (size_t)((struct talk *)(void *)c - talks);
	had_more = has_more;
}

static int
set_up(void **state)
{
	(void)state;
	uv_loop_init(&loop);
	assert_int_equal(intake_open(&intake, &loop, on_ready), 0);
	told_len = 0;
	for (size_t i = 0; i < CLIENTS; i++) {
		assert_int_equal(
		    socketpair(AF_UNIX, SOCK_STREAM, 0, talks[i].fds), 0);
		assert_int_equal(
		    intake_watch(&intake, conn_of(i), talks[i].fds[0], true),
		    0);
	}
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	intake_close(&intake, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	for (size_t i = 0; i < CLIENTS; i++) {
		close(talks[i].fds[0]);
		close(talks[i].fds[1]);
	}
	return 0;
}

static void
say(size_t i, const char *text)
{
	assert_int_equal(
	    write(talks[i].fds[1], text, strlen(text)), strlen(text));
}

static void
turn(void)
{
	uv_run(&loop, UV_RUN_NOWAIT);
}

static void
a_turn_of_the_loop_reads_a_few_in_the_order_in_which_they_came(void **state)
{
	(void)state;
	for (size_t i = 0; i < CLIENTS; i++)
		say(CLIENTS - 1 - i, "a");
	turn();
	assert_int_equal(told_len, INTAKE_TURN);
	for (int i = 0; i < 3; i++)
		turn();
	assert_int_equal(told_len, CLIENTS);
	for (size_t i = 0; i < CLIENTS; i++)
		assert_int_equal(told[i], CLIENTS - 1 - i);
}

static void
what_was_told_is_told_again_when_more_comes_or_it_is_asked_for(void **state)
{
	(void)state;
	say(3, "a");
	turn();
	turn();
	assert_int_equal(told_len, 1);
	say(3, "b");
	turn();
	assert_int_equal(told_len, 2);
	/* It has been left unread. */
	assert_int_equal(
	    intake_watch(&intake, conn_of(3), talks[3].fds[0], false), 0);
	turn();
	assert_int_equal(told_len, 3);
	assert_int_equal(told[2], 3);
	assert_false(had_more);
}

static void
an_end_behind_the_bytes_is_told_with_them(void **state)
{
	(void)state;
	say(5, "a");
	shutdown(talks[5].fds[1], SHUT_WR);
	turn();
	assert_int_equal(told_len, 1);
	assert_true(had_more);
}

/* As when the worker that has handed it over has not closed its own copy so far. */
static void
who_is_forgotten_is_not_told_of_though_others_have_a_copy(void **state)
{
	int copy = dup(talks[7].fds[0]);

	(void)state;
	intake_forget(&intake, talks[7].fds[0]);
	close(talks[7].fds[0]);
	say(7, "a");
	turn();
	assert_int_equal(told_len, 0);
	talks[7].fds[0] = copy;
}

static void
say_all(void)
{
	for (size_t i = 0; i < CLIENTS; i++)
		say(i, "a");
}

static void
sleep_ms(unsigned ms)
{
	usleep(ms * 1000);
	uv_update_time(&loop);
}

static void
it_is_behind_when_the_last_ones_waited_for_long(void **state)
{
	(void)state;
	say_all();
	turn();
	assert_int_equal(told_len, INTAKE_TURN);
	assert_false(intake_is_behind(&intake));
	sleep_ms(100);
	assert_true(intake_is_behind(&intake));
	for (int i = 0; i < 2; i++)
		turn();
	/* What came behind them waits no more. */
	for (int i = 0; i < 2; i++)
		turn();
	assert_int_equal(told_len, CLIENTS);
	say(0, "b");
	turn();
	assert_int_equal(told_len, CLIENTS + 1);
	assert_false(intake_is_behind(&intake));
}

/* As many as a turn takes, again and again: none of them waits. */
static void
full_turns_alone_are_not_behind(void **state)
{
	(void)state;
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < INTAKE_TURN; i++)
			say(i, "a");
		turn();
		assert_int_equal(told_len, (round + 1) * INTAKE_TURN);
		turn(); /* the marker */
		sleep_ms(100);
		assert_false(intake_is_behind(&intake));
	}
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(
		    a_turn_of_the_loop_reads_a_few_in_the_order_in_which_they_came),
		test(
		    what_was_told_is_told_again_when_more_comes_or_it_is_asked_for),
		test(an_end_behind_the_bytes_is_told_with_them),
		test(who_is_forgotten_is_not_told_of_though_others_have_a_copy),
		test(it_is_behind_when_the_last_ones_waited_for_long),
		test(full_turns_alone_are_not_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
