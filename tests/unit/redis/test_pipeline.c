/* A real loop, and commands that nobody sends. */
#include "worker/store/redis/pipeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { SOON_MS = 5, LONG_MS = 1000000, TURNS_MAX = 100000 };

/* What a command was answered, and what is done then. */
struct answer {
	struct room *room;
	int calls;
	enum err err;
	struct answer *then; /* sent from inside */
};

struct room {
	uv_loop_t loop;
	struct pipeline pipeline;
	int overdue, turns;
	bool is_closed;
	struct answer answers[3];
};

static void add(struct answer *a, bool is_sent, int64_t deadline_ms);

static void
on_answer(enum err err, const struct redisReply *reply, void *arg)
{
	struct answer *a = arg;

	a->calls++;
	a->err = err;
	assert_null(reply);
	if (a->then)
		add(a->then, true, LONG_MS);
}

static void
add(struct answer *a, bool is_sent, int64_t deadline_ms)
{
	struct pipeline *p = &a->room->pipeline;
	const char *const argv[] = { "PING" };
	struct command *c = command_new(&p->spares, 1, argv, NULL);

	assert_non_null(c);
	c->fn = on_answer;
	c->arg = a;
	c->due_ms = uv_now(p->loop) + (uint64_t)deadline_ms;
	if (is_sent)
		pipeline_add_sent(p, c);
	else
		pipeline_add_waiting(p, c);
}

static void
on_overdue(void *arg)
{
	struct room *room = arg;

	room->overdue++;
	pipeline_lose_sent(&room->pipeline);
}

static void
on_closed(void *arg)
{
	((struct room *)arg)->is_closed = true;
}

static int
setup(void **state)
{
	static struct room room;

	room = (struct room){ .overdue = 0 };
	for (size_t i = 0; i < 3; i++)
		room.answers[i].room = &room;
	uv_loop_init(&room.loop);
	pipeline_init(&room.pipeline, &room.loop, on_overdue, &room);
	*state = &room;
	return 0;
}

static int
teardown(void **state)
{
	struct room *room = *state;

	pipeline_close(&room->pipeline, on_closed);
	assert_false(room->is_closed);
	assert_int_equal(uv_run(&room->loop, UV_RUN_DEFAULT), 0);
	assert_true(room->is_closed);
	assert_int_equal(uv_loop_close(&room->loop), 0);
	return 0;
}

static void
turn(struct room *room, uv_run_mode mode)
{
	assert_true(room->turns++ < TURNS_MAX);
	uv_run(&room->loop, mode);
}

/* Until so many commands are under way. */
static void
run_until(struct room *room, size_t len)
{
	while (pipeline_len(&room->pipeline) != len)
		turn(room, UV_RUN_ONCE);
}

static void
what_waits_is_overdue_one_by_one(void **state)
{
	struct room *room = *state;
	struct answer *first = &room->answers[0];
	struct answer *second = &room->answers[1];
	struct answer *third = &room->answers[2];

	add(first, false, LONG_MS);
	add(second, false, SOON_MS);
	add(third, false, 3 * SOON_MS);
	run_until(room, 2);
	assert_int_equal(second->calls, 1);
	assert_int_equal(second->err, ERR_STORE_DOWN);
	assert_int_equal(third->calls, 0);
	run_until(room, 1);
	assert_int_equal(third->err, ERR_STORE_DOWN);
	assert_int_equal(first->calls, 0);
	assert_int_equal(room->overdue, 0);
}

static void
what_was_sent_is_overdue_with_all_that_was(void **state)
{
	struct room *room = *state;
	struct answer *first = &room->answers[0];
	struct answer *second = &room->answers[1];
	struct answer *third = &room->answers[2];

	add(first, true, SOON_MS);
	add(second, true, LONG_MS);
	add(third, false, LONG_MS);
	run_until(room, 1);
	assert_int_equal(room->overdue, 1);
	assert_int_equal(first->err, ERR_STORE_DOWN);
	assert_int_equal(second->err, ERR_STORE_DOWN);
	assert_int_equal(third->calls, 0);
}

/* The loop was late, and the reply lay in the socket: it is read between the two
 * looks. */
static void
an_answer_that_a_slow_loop_reads_late_is_in_time(void **state)
{
	struct room *room = *state;
	struct answer *a = &room->answers[0];
	struct pipeline *p = &room->pipeline;

	add(a, true, SOON_MS);
	usleep(20 * SOON_MS * 1000);
	while (p->second_look_ms == 0)
		turn(room, UV_RUN_NOWAIT);
	assert_int_equal(room->overdue, 0);
	pipeline_answer(p, command_pop(&p->sent), ERR_OK, NULL);
	assert_int_equal(a->calls, 1);
	while (p->second_look_ms != 0)
		turn(room, UV_RUN_ONCE);
	assert_int_equal(room->overdue, 0);
}

static void
what_a_receiver_sends_waits_for_its_turn(void **state)
{
	struct room *room = *state;
	struct answer *first = &room->answers[0];
	struct answer *second = &room->answers[1];
	struct answer *next = &room->answers[2];

	first->then = next;
	add(first, true, LONG_MS);
	add(second, true, LONG_MS);
	pipeline_lose_sent(&room->pipeline);
	assert_int_equal(first->err, ERR_STORE_DOWN);
	assert_int_equal(second->err, ERR_STORE_DOWN);
	assert_int_equal(next->calls, 0);
	assert_int_equal(room->pipeline.sent.len, 1);
}

static void
the_end_answers_all_at_once(void **state)
{
	struct room *room = *state;
	struct room other = { .overdue = 0 };
	struct answer sent = { .room = &other }, waiting = sent;

	pipeline_init(&other.pipeline, &room->loop, on_overdue, &other);
	add(&sent, true, LONG_MS);
	add(&waiting, false, LONG_MS);
	pipeline_close(&other.pipeline, on_closed);
	assert_int_equal(sent.calls, 1);
	assert_int_equal(sent.err, ERR_DRAINING);
	assert_int_equal(waiting.calls, 1);
	assert_int_equal(waiting.err, ERR_DRAINING);
	while (!other.is_closed)
		turn(room, UV_RUN_ONCE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_waits_is_overdue_one_by_one),
		TEST(what_was_sent_is_overdue_with_all_that_was),
		TEST(an_answer_that_a_slow_loop_reads_late_is_in_time),
		TEST(what_a_receiver_sends_waits_for_its_turn),
		TEST(the_end_answers_all_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
