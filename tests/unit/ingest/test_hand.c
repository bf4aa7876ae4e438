#include "worker/ingest/hand.h"

#include "common/base/clock.h"
#include "support/crew.h"
#include "worker/ingest/plan.h"
#include "worker/store/redis/redis.h"

/* A hand of a worker that does nothing else, and job 7 that runs. */
struct bench {
	struct crew *crew;
	struct member *member;
	struct arena arena;
	struct job_view view;
	struct redis *redis;
	struct hand hand;
	int freed;
};

static void
on_free(enum err e, void *arg)
{
	struct bench *b = arg;

	(void)e;
	b->freed++;
}

static const char *
ask(struct bench *b, const char *what)
{
	return redis_process_ask(&b->crew->server, what);
}

static void
bench_open(struct bench *b)
{
	struct problem why = { "" };
	struct plan plan;

	*b = (struct bench){ .crew = crew_prepare() };
	b->crew->config.chunk_size = 8;
	crew_hire(b->crew, 1);
	b->member = &b->crew->member[0];
	crew_write(b->crew, "w", "no line\nno line\n");
	const struct plan_wish wish = { .setup = &b->member->setup,
		.is_full = true };
	assert_int_equal(plan_make(&wish, &b->arena, &plan, &why), ERR_OK);
	assert_int_equal(
	    record_put(&plan.fields, "source", plan.source_text), ERR_OK);
	assert_int_equal(job_view_of_record(&plan.fields, 7, &b->view), ERR_OK);
	/* Its own runner leaves the job alone: it has other countries. */
	ask(b, "HSET {logs}:job:7 state running phase map remaining 2 "
	       "source s geo elsewhere chunk_size 8 chunks 2");
	ask(b, "SET {logs}:running 7");
	b->redis = redis_open(
	    &b->member->loop, &b->crew->server.address, NULL, "hand", 100);
	assert_non_null(b->redis);
	hand_init(&b->hand, &b->member->worker, b->redis, "ann", on_free, b);
}

static void
bench_close(struct bench *b)
{
	redis_close(b->redis);
	job_view_cleanup(&b->view);
	arena_reset(&b->arena);
	crew_close(b->crew);
}

static struct task
task_of(uint32_t index, int64_t deliveries)
{
	return (struct task){ .job = 7,
		.entry = "1-1",
		.kind = TASK_MAP,
		.index = index,
		.deliveries = deliveries };
}

/* Until the hand has been freed so often. */
static void
wait_for(struct bench *b, int times)
{
	int64_t deadline = clock_ms() + CREW_PATIENCE_MS;

	while (b->freed < times && clock_ms() < deadline)
		crew_turn(b->crew);
	assert_int_equal(b->freed, times);
	assert_true(hand_is_free(&b->hand));
}

static void
a_task_that_is_done_says_so(void **state)
{
	struct bench b;
	struct task first, second;

	(void)state;
	bench_open(&b);
	first = task_of(0, 1);
	second = task_of(1, TASK_DELIVERIES);
	hand_begin(&b.hand, &first, &b.view);
	assert_false(hand_is_free(&b.hand));
	wait_for(&b, 1);
	assert_string_equal(ask(&b, "HGET {logs}:job:7 remaining"), "1");
	hand_begin(&b.hand, &second, &b.view);
	wait_for(&b, 2);
	assert_string_equal(ask(&b, "HGET {logs}:job:7 phase"), "reduce");
	bench_close(&b);
}

static void
a_task_that_cannot_be_done_ends_its_job(void **state)
{
	struct bench b;
	struct task t;

	(void)state;
	bench_open(&b);
	t = task_of(2, 1);
	hand_begin(&b.hand, &t, &b.view);
	wait_for(&b, 1);
	assert_string_equal(ask(&b, "HGET {logs}:job:7 state"), "failed");
	bench_close(&b);
}

static void
a_task_that_kills_ends_its_job_too(void **state)
{
	struct bench b;
	struct task t;

	(void)state;
	bench_open(&b);
	t = task_of(0, TASK_DELIVERIES + 1);
	hand_begin(&b.hand, &t, &b.view);
	wait_for(&b, 1);
	assert_string_equal(ask(&b, "HGET {logs}:job:7 error"),
	    "Task map 0 was given out 3 times and never finished");
	bench_close(&b);
}

static void
a_task_that_nobody_wants_any_more_is_let_fall(void **state)
{
	struct bench b;
	struct task t;

	(void)state;
	bench_open(&b);
	ask(&b, "SET {logs}:running 8");
	ask(&b, "HSET {logs}:job:8 state running");
	t = task_of(0, 1);
	hand_begin(&b.hand, &t, &b.view);
	wait_for(&b, 1);
	assert_string_equal(ask(&b, "HGET {logs}:job:7 state"), "running");
	assert_string_equal(ask(&b, "HGET {logs}:job:8 state"), "running");
	bench_close(&b);
}

/* job: how it goes on. */
static void
begin_with_another_log(bool is_seen_from_here, const char *job)
{
	struct bench b;
	struct task t;

	bench_open(&b);
	crew_write(b.crew, "w", "no line\nanother\n");
	b.view.is_seen_from_here = is_seen_from_here;
	t = task_of(0, 1);
	hand_begin(&b.hand, &t, &b.view);
	wait_for(&b, 1);
	assert_string_equal(ask(&b, "HGET {logs}:job:7 state"), job);
	bench_close(&b);
}

static void
a_log_that_is_not_what_it_was_ends_the_job_where_it_was_seen(void **state)
{
	(void)state;
	begin_with_another_log(true, "failed");
	begin_with_another_log(false, "running");
}

static void
closed_it_stops_and_is_free(void **state)
{
	struct bench b;
	struct task t;

	(void)state;
	bench_open(&b);
	t = task_of(0, 1);
	hand_begin(&b.hand, &t, &b.view);
	hand_tick(&b.hand);
	hand_close(&b.hand);
	wait_for(&b, 1);
	bench_close(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_task_that_is_done_says_so),
		cmocka_unit_test(a_task_that_cannot_be_done_ends_its_job),
		cmocka_unit_test(a_task_that_kills_ends_its_job_too),
		cmocka_unit_test(a_task_that_nobody_wants_any_more_is_let_fall),
		cmocka_unit_test(
		    a_log_that_is_not_what_it_was_ends_the_job_where_it_was_seen),
		cmocka_unit_test(closed_it_stops_and_is_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
