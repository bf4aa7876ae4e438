#include "worker/store/jobs/task.h"

#include "support/first_job.h"
#include "support/loopback.h"
#include "worker/store/jobs/job.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <hiredis/hiredis.h>

struct heard {
	bool is_there;
	enum err err;
	struct task task;
	int64_t number;
};

static void
on_started(enum err e, int64_t number, const struct task *begun, void *arg)
{
	struct heard *a = arg;

	(void)begun;
	*a = (struct heard){ .is_there = true, .err = e, .number = number };
}

static void
on_task(enum err e, const struct task *t, void *arg)
{
	struct heard *a = arg;

	*a = (struct heard){ .is_there = true, .err = e };
	if (t)
		a->task = *t;
}

static void
await(struct loopback *l, struct heard *a)
{
	while (!a->is_there)
		uv_run(&l->loop, UV_RUN_ONCE);
}

static int64_t
start(struct loopback *l, uint32_t tasks)
{
	const struct record none = { 0 };
	const struct job_start start = { .source = span_text("s"),
		.fields = &none,
		.kind = TASK_MAP,
		.tasks = tasks,
		.keep_s = 60,
		.silence_ms = 10000 };
	struct heard a = { 0 };

	/* The first job is number 1, not the time. */
	redis_process_ask(&l->server, BEFORE_FIRST_JOB);
	assert_int_equal(
	    job_start(l->worker.redis, &start, on_started, &a), ERR_OK);
	await(l, &a);
	assert_int_equal(a.err, ERR_OK);
	return a.number;
}

static struct task
take_as(struct loopback *l, const struct task_want *want)
{
	struct heard a = { 0 };

	assert_int_equal(task_take(l->worker.redis, want, on_task, &a), ERR_OK);
	await(l, &a);
	assert_int_equal(a.err, ERR_OK);
	return a.task;
}

static struct task
take(struct loopback *l, int64_t job, const char *worker, int64_t silence_ms)
{
	return take_as(
	    l, &(struct task_want){
		   .known = job, .worker = worker, .silence_ms = silence_ms });
}

/* As a pool thread does it. */
static enum err
done(struct loopback *l, const struct task *t)
{
	const struct task_result result = { .worker = "ann",
		.bytes = 10,
		.lines = 2,
		.next_kind = TASK_REDUCE,
		.next_tasks = 2 };
	struct bulk *b = bulk_new(&l->server.address, NULL, 1000);
	enum err e;

	assert_non_null(b);
	task_put_done(b, t, &result);
	e = bulk_run_at_once(b);
	bulk_free(b);
	return e;
}

static enum err
renew(struct loopback *l, const struct task *t, const char *worker)
{
	struct heard a = { 0 };

	assert_int_equal(
	    task_renew(l->worker.redis, t, worker, on_task, &a), ERR_OK);
	await(l, &a);
	return a.err;
}

static void
a_worker_looks_at_a_job_before_it_takes_its_tasks(void **state)
{
	struct loopback *l = *state;
	struct task t = take(l, 0, "ann", 10000);

	assert_int_equal(t.job, 0);
	int64_t job = start(l, 1);
	t = take(l, 0, "ann", 10000);
	assert_int_equal(t.job, job);
	assert_string_equal(t.entry, "");
	t = take(l, job, "ann", 10000);
	assert_string_not_equal(t.entry, "");
	assert_int_equal(t.kind, TASK_MAP);
	assert_int_equal(t.deliveries, 1);
	assert_string_equal(take(l, job, "bob", 10000).entry, "");
}

static void
a_task_in_an_answer_that_was_lost_is_given_again_and_does_not_count(
    void **state)
{
	struct loopback *l = *state;
	int64_t job = start(l, 2);
	struct task first = take(l, job, "ann", 10000);
	struct task_want want = { .known = job,
		.worker = "ann",
		.silence_ms = 10000,
		.has_lost = true };
	struct task t;

	for (int i = 0; i < 2 * TASK_DELIVERIES; i++) {
		t = take_as(l, &want);
		assert_string_equal(t.entry, first.entry);
		assert_int_equal(t.kind, TASK_MAP);
		assert_int_equal(t.index, first.index);
		assert_int_equal(t.deliveries, 1);
	}
	/* What it holds was in an answer that came. */
	want.held[want.held_len++] = first.entry;
	t = take_as(l, &want);
	assert_int_equal(t.index, 1 - first.index);
	want.held[want.held_len++] = t.entry;
	assert_string_equal(take_as(l, &want).entry, "");
	/* Another worker's it is not. */
	want.worker = "bob";
	want.held_len = 0;
	assert_string_equal(take_as(l, &want).entry, "");
}

static void
the_last_task_of_a_phase_brings_the_next(void **state)
{
	struct loopback *l = *state;
	int64_t job = start(l, 2);
	struct task first = take(l, job, "ann", 10000);
	struct task second = take(l, job, "bob", 10000);

	assert_int_equal(first.index + second.index, 1);
	assert_int_equal(done(l, &first), ERR_OK);
	assert_int_equal(done(l, &first), ERR_OK); /* twice counts once */
	assert_string_equal(take(l, job, "ann", 10000).entry, "");
	assert_int_equal(done(l, &second), ERR_OK);
	assert_int_equal(take(l, job, "ann", 10000).kind, TASK_REDUCE);
	assert_string_equal(
	    redis_process_ask(&l->server, "HGET " FIRST_JOB_KEY " bytes_done"),
	    "20");
}

/* text: of the tasks that are silent. */
static void
assert_silent(struct loopback *l, int64_t silence_ms, const char *text)
{
	struct bulk *b = bulk_new(&l->server.address, NULL, 1000);
	struct span silent;
	struct arena a;

	arena_init(&a);
	assert_non_null(b);
	assert_int_equal(task_silent(b, silence_ms, &a, &silent), ERR_OK);
	assert_true(span_is_equal(silent, span_text(text)));
	arena_reset(&a);
	bulk_free(b);
}

static void
tasks_of_silent_workers_are_told(void **state)
{
	struct loopback *l = *state;
	int64_t job = start(l, 3);
	struct task first, second;
	char both[2 * sizeof(first.entry) + 3];

	assert_silent(l, 0, " ");
	first = take(l, job, "ann", 10000);
	second = take(l, job, "bob", 10000);
	snprintf(both, sizeof(both), " %s %s ", first.entry, second.entry);
	assert_silent(l, 0, both);
	assert_silent(l, 10000, " ");
}

static void
a_silent_workers_task_is_anothers(void **state)
{
	struct loopback *l = *state;
	int64_t job = start(l, 1);
	struct task t = take(l, job, "ann", 10000);

	assert_int_equal(renew(l, &t, "ann"), ERR_OK);
	struct task taken = take(l, job, "bob", 0);
	assert_string_equal(taken.entry, t.entry);
	assert_int_equal(taken.deliveries, 2);
	assert_int_equal(renew(l, &t, "ann"), ERR_STALE);
	assert_int_equal(renew(l, &taken, "bob"), ERR_OK);
}

static void
on_failed(enum err e, void *arg)
{
	struct heard *a = arg;

	*a = (struct heard){ .is_there = true, .err = e };
}

static void
fail_task_as(struct loopback *l, const struct task *t, enum err why)
{
	struct heard a = { 0 };

	assert_int_equal(
	    job_fail(l->worker.redis, t, why, "away", on_failed, &a), ERR_OK);
	await(l, &a);
	assert_int_equal(a.err, ERR_OK);
}

static void
fail_task(struct loopback *l, const struct task *t)
{
	fail_task_as(l, t, ERR_STORE_DOWN);
}

static void
a_task_that_another_has_by_now_does_not_fail(void **state)
{
	struct loopback *l = *state;
	int64_t job = start(l, 1);
	struct task t = take(l, job, "ann", 10000);
	struct task again = take(l, job, "ann", 0); /* her other hand */

	assert_int_equal(renew(l, &t, "ann"), ERR_STALE);
	fail_task(l, &t);
	assert_string_equal(
	    redis_process_ask(&l->server, "HGET " FIRST_JOB_KEY " state"),
	    "running");
	assert_int_equal(renew(l, &again, "ann"), ERR_OK);
	fail_task(l, &again);
	assert_string_equal(
	    redis_process_ask(&l->server, "HGET " FIRST_JOB_KEY " state"),
	    "failed");
}

static void
a_task_that_another_has_done_does_not_fail(void **state)
{
	struct loopback *l = *state;
	int64_t job = start(l, 2);
	struct task t = take(l, job, "ann", 10000);
	struct task again = take(l, job, "bob", 0);

	assert_string_equal(again.entry, t.entry);
	assert_int_equal(done(l, &again), ERR_OK);
	fail_task(l, &t);
	assert_string_equal(
	    redis_process_ask(&l->server, "HGET " FIRST_JOB_KEY " state"),
	    "running");
	assert_int_equal(done(l, &t), ERR_OK);
}

static void
a_silent_workers_task_is_found_behind_any_number_of_others(void **state)
{
	enum { OTHERS = 25, QUIET_MS = 300 };
	struct loopback *l = *state;
	struct task t[OTHERS + 1];
	int64_t job = start(l, OTHERS + 2);

	for (size_t i = 0; i <= OTHERS; i++)
		t[i] = take(l, job, "ann", 10000);
	usleep(QUIET_MS * 1000);
	for (size_t i = 0; i < OTHERS; i++)
		assert_int_equal(renew(l, &t[i], "ann"), ERR_OK);
	struct task taken = take(l, job, "bob", QUIET_MS);
	assert_string_equal(taken.entry, t[OTHERS].entry);
	assert_int_equal(taken.deliveries, 2);
	/* Then comes what is new. */
	assert_int_equal(take(l, job, "bob", QUIET_MS).index, OTHERS + 1);
}

static void
a_task_of_an_old_job_is_stale(void **state)
{
	struct loopback *l = *state;
	int64_t job = start(l, 1);
	struct task t = take(l, job, "ann", 10000);

	redis_process_ask(&l->server, "DEL {logs}:running");
	assert_int_equal(done(l, &t), ERR_STALE);
	int64_t next = start(l, 1);
	assert_int_equal(done(l, &t), ERR_STALE);
	assert_int_equal(renew(l, &t, "ann"), ERR_STALE);
	/* Whatever the old one left in the queue does not come again. */
	assert_int_equal(take(l, next, "ann", 0).job, next);
}

static void
what_is_handed_in_too_late_does_not_stay(void **state)
{
	static const char *const results[] = { "partial:0", "partial:tail",
		"reduced:0" };
	struct loopback *l = *state;
	int64_t job = start(l, 1);
	struct task t = take(l, job, "ann", 10000);

	redis_process_ask(&l->server, "DEL {logs}:running");
	for (size_t i = 0; i < sizeof(results) / sizeof(*results); i++)
		redis_process_ask(
		    &l->server, "SET " FIRST_JOB_KEY ":%s x", results[i]);
	assert_int_equal(done(l, &t), ERR_STALE);
	for (size_t i = 0; i < sizeof(results) / sizeof(*results); i++)
		assert_string_equal(
		    redis_process_ask(
			&l->server, "EXISTS " FIRST_JOB_KEY ":%s", results[i]),
		    "0");
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, loopback_open, loopback_close)

static const char *
ask(struct loopback *l, const char *what)
{
	return redis_process_ask(&l->server, what);
}

static void
a_plan_of_who_sees_no_log_goes_to_others_for_a_while(void **state)
{
	struct loopback *l = *state;

	ask(l, "SET {logs}:next 7");
	ask(l, "HSET {logs}:job:7 state running keep_s 60 full 1");
	struct task first = take(l, 0, "ann", 10000);
	assert_int_equal(first.kind, TASK_PLAN);
	fail_task_as(l, &first, ERR_NO_LOG);
	assert_string_equal(ask(l, "HGET {logs}:job:7 state"), "running");
	struct task second = take(l, 0, "bob", 10000);
	assert_string_not_equal(second.entry, first.entry);
	assert_int_equal(second.kind, TASK_PLAN);
	assert_int_equal(second.index, 1);
	assert_int_equal(second.deliveries, 1);
	assert_string_equal(ask(l, "XLEN {logs}:tasks"), "1");
	/* Nobody sees it. */
	ask(l, "HINCRBY {logs}:job:7 started_ms -5000");
	fail_task_as(l, &second, ERR_NO_LOG);
	assert_string_equal(ask(l, "HGET {logs}:job:7 state"), "failed");
	assert_string_equal(ask(l, "HGET {logs}:job:7 error_name"), "NO_LOG");
	assert_int_equal(take(l, 0, "bob", 10000).job, 0);
}

/* Who asks for a parse joins it, instead of giving it up for dead. */
static void
whoever_works_at_a_job_keeps_it_alive(void **state)
{
	static const char silent[] = "HSET " FIRST_JOB_KEY " alive_ms 5";
	struct loopback *l = *state;
	int64_t job = start(l, 2);
	struct task t;

	ask(l, silent);
	t = take(l, job, "ann", 10000);
	assert_int_equal(start(l, 2), job);
	ask(l, silent);
	assert_int_equal(renew(l, &t, "ann"), ERR_OK);
	assert_int_equal(start(l, 2), job);
	ask(l, silent);
	assert_int_equal(done(l, &t), ERR_OK);
	assert_int_equal(start(l, 2), job);
}

static void
expect_news(struct redisContext *heard, const char *news)
{
	assert_string_equal(redis_process_hear(heard), news);
}

static void
assert_revision(struct loopback *l, const char *job, const char *revision)
{
	assert_string_equal(
	    redis_process_ask(&l->server, "HGET {logs}:job:%s revision", job),
	    revision);
}

/* Of which who watches the job is told. */
static void
each_step_of_a_job_is_a_new_revision(void **state)
{
	struct loopback *l = *state;
	int64_t job = start(l, 2);
	struct task t;

	assert_revision(l, FIRST_JOB_TEXT, "1");
	t = take(l, job, "ann", 10000);
	assert_int_equal(done(l, &t), ERR_OK);
	assert_revision(l, FIRST_JOB_TEXT, "2");
	t = take(l, job, "ann", 10000);
	fail_task(l, &t);
	assert_revision(l, FIRST_JOB_TEXT, "3");
	/* One that waits, then one that nobody goes on with. */
	ask(l, "HSET {logs}:checkpoint generation 1-a");
	assert_int_equal(start(l, 1), SECOND_JOB);
	assert_revision(l, SECOND_JOB_TEXT, "1");
	t = take(l, 0, "ann", 10000);
	assert_int_equal(t.kind, TASK_PLAN);
	assert_revision(l, SECOND_JOB_TEXT, "2");
	ask(l, "HSET " SECOND_JOB_KEY " alive_ms 5");
	start(l, 1);
	assert_revision(l, SECOND_JOB_TEXT, "3");
}

/* So that nobody needs to ask again and again. */
static void
workers_hear_of_new_tasks_and_of_the_end(void **state)
{
	struct loopback *l = *state;
	struct redisContext *heard =
	    redis_process_subscribe(&l->server, "{logs}:events");
	int64_t job = start(l, 1);
	struct task t = take(l, job, "ann", 10000);

	expect_news(heard, FIRST_JOB_TEXT " tasks");
	assert_int_equal(done(l, &t), ERR_OK);
	expect_news(heard, FIRST_JOB_TEXT " tasks");
	t = take(l, job, "ann", 10000);
	fail_task(l, &t);
	expect_news(heard, FIRST_JOB_TEXT " failed");
	/* One that waits, because the log was compared with other reports. */
	ask(l, "HSET {logs}:checkpoint generation 1-a");
	assert_int_equal(start(l, 1), SECOND_JOB);
	expect_news(heard, SECOND_JOB_TEXT " tasks");
	t = take(l, 0, "ann", 10000);
	assert_int_equal(t.kind, TASK_PLAN);
	fail_task_as(l, &t, ERR_NO_LOG);
	expect_news(heard, SECOND_JOB_TEXT " tasks");
	redisFree(heard);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_worker_looks_at_a_job_before_it_takes_its_tasks),
		TEST(
		    a_task_in_an_answer_that_was_lost_is_given_again_and_does_not_count),
		TEST(the_last_task_of_a_phase_brings_the_next),
		TEST(tasks_of_silent_workers_are_told),
		TEST(a_silent_workers_task_is_anothers),
		TEST(a_task_that_another_has_by_now_does_not_fail),
		TEST(a_task_that_another_has_done_does_not_fail),
		TEST(
		    a_silent_workers_task_is_found_behind_any_number_of_others),
		TEST(a_task_of_an_old_job_is_stale),
		TEST(what_is_handed_in_too_late_does_not_stay),
		TEST(a_plan_of_who_sees_no_log_goes_to_others_for_a_while),
		TEST(whoever_works_at_a_job_keeps_it_alive),
		TEST(each_step_of_a_job_is_a_new_revision),
		TEST(workers_hear_of_new_tasks_and_of_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
