#include "worker/store/jobs/job.h"

#include "support/first_job.h"
#include "support/loopback.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct started {
	bool is_there;
	enum err err;
	int64_t number;
	bool has_begun;
	struct task begun;
};

static void
on_started(enum err e, int64_t number, const struct task *begun, void *arg)
{
	struct started *s = arg;

	*s = (struct started){ .is_there = true,
		.err = e,
		.number = number,
		.has_begun = begun != NULL };
	if (begun)
		s->begun = *begun;
}

/* generation  that the log was compared with
 * worker      that is to begin with the first task; NULL: none */
static struct started
start_by(struct loopback *l, const char *worker, const char *generation,
    const char *source, bool is_full, int64_t silence_ms)
{
	struct started s = { 0 };
	struct arena a;
	struct record fields;

	/* The first job is number 1, not the time. */
	redis_process_ask(&l->server, BEFORE_FIRST_JOB);
	arena_init(&a);
	record_init(&fields, &a);
	assert_int_equal(
	    record_put_text(&fields, "mode", is_full ? "full" : "incremental"),
	    ERR_OK);
	const struct job_start start = { .source = span_text(source),
		.fields = &fields,
		.kind = TASK_MAP,
		.tasks = 3,
		.is_full = is_full,
		.generation = span_text(generation),
		.keep_s = 60,
		.silence_ms = silence_ms,
		.worker = worker };
	assert_int_equal(
	    job_start(l->worker.redis, &start, on_started, &s), ERR_OK);
	while (!s.is_there)
		uv_run(&l->loop, UV_RUN_ONCE);
	assert_int_equal(s.err, ERR_OK);
	arena_reset(&a);
	return s;
}

static int64_t
start_after(struct loopback *l, const char *generation, const char *source,
    bool is_full, int64_t silence_ms)
{
	return start_by(l, NULL, generation, source, is_full, silence_ms)
	    .number;
}

static int64_t
start_for(
    struct loopback *l, const char *source, bool is_full, int64_t silence_ms)
{
	return start_after(l, "", source, is_full, silence_ms);
}

static int64_t
start(struct loopback *l, const char *source, int64_t silence_ms)
{
	return start_for(l, source, false, silence_ms);
}

static const char *
ask(struct loopback *l, const char *what)
{
	return redis_process_ask(&l->server, what);
}

struct outcome {
	bool is_there, is_over;
	enum err err;
	char words[64];
};

static void
on_read(enum err e, struct record *record, void *arg)
{
	struct outcome *o = arg;
	struct span words = record_get(record, "error");

	assert_int_equal(e, ERR_OK);
	o->is_there = true;
	o->err = job_outcome(record, &o->is_over);
	if (words.len)
		snprintf(o->words, sizeof(o->words), "%s", words.data);
}

static struct outcome
outcome(struct loopback *l, int64_t number)
{
	struct outcome o = { 0 };
	struct arena a;

	arena_init(&a);
	assert_int_equal(
	    job_read(l->worker.redis, number, &a, on_read, &o), ERR_OK);
	while (!o.is_there)
		uv_run(&l->loop, UV_RUN_ONCE);
	arena_reset(&a);
	return o;
}

static void
on_failed(enum err e, void *arg)
{
	assert_int_equal(e, ERR_OK);
	*(bool *)arg = true;
}

static void
fail_job_as(struct loopback *l, int64_t number, enum err why)
{
	const struct task t = { .job = number };
	bool is_there = false;

	assert_int_equal(job_fail(l->worker.redis, &t, why, "it shrank",
			     on_failed, &is_there),
	    ERR_OK);
	while (!is_there)
		uv_run(&l->loop, UV_RUN_ONCE);
}

static void
fail_job(struct loopback *l, int64_t number)
{
	fail_job_as(l, number, ERR_LOG_CHANGED);
}

static void
who_wants_no_more_joins_the_running_job(void **state)
{
	struct loopback *l = *state;

	assert_int_equal(start(l, "my log", 10000), FIRST_JOB);
	assert_int_equal(start(l, "my log", 10000), FIRST_JOB);
	assert_string_equal(ask(l, "XLEN {logs}:tasks"), "3");
	assert_string_equal(ask(l, "EXISTS {logs}:next"), "0");
	assert_false(outcome(l, FIRST_JOB).is_over);
}

static void
who_wants_more_gets_the_job_after_it(void **state)
{
	struct loopback *l = *state;

	start(l, "my log", 10000);
	assert_int_equal(start(l, "a longer log", 10000), SECOND_JOB);
	assert_int_equal(start(l, "an even longer log", 10000), SECOND_JOB);
	assert_string_equal(ask(l, "HGET " SECOND_JOB_KEY " phase"), "waiting");
	assert_string_equal(ask(l, "HEXISTS " SECOND_JOB_KEY " full"), "0");
	/* Everything again is more than what is new. */
	assert_int_equal(start_for(l, "my log", true, 10000), SECOND_JOB);
	assert_string_equal(ask(l, "HGET " SECOND_JOB_KEY " full"), "1");
	assert_string_equal(ask(l, "GET {logs}:running"), FIRST_JOB_TEXT);
}

static void
between_two_jobs_nobody_overtakes_the_one_that_waits(void **state)
{
	struct loopback *l = *state;

	start(l, "my log", 10000);
	start_for(l, "my log", true, 10000);
	fail_job(l, FIRST_JOB);
	assert_int_equal(start(l, "my log", 10000), SECOND_JOB);
	assert_string_equal(ask(l, "EXISTS {logs}:running"), "0");
	assert_string_equal(ask(l, "GET {logs}:next"), SECOND_JOB_TEXT);
}

static void
who_was_overtaken_has_the_log_looked_at_again(void **state)
{
	struct loopback *l = *state;

	ask(l, "HSET {logs}:checkpoint generation 2-b");
	assert_int_equal(
	    start_after(l, "1-a", "my log", false, 10000), FIRST_JOB);
	assert_string_equal(ask(l, "HGET " FIRST_JOB_KEY " phase"), "waiting");
	assert_string_equal(ask(l, "EXISTS {logs}:running"), "0");
	assert_string_equal(ask(l, "HEXISTS " FIRST_JOB_KEY " full"), "0");
	/* Who wants everything, too: what he saw may be less than the other read. */
	ask(l, "DEL {logs}:next");
	assert_int_equal(
	    start_after(l, "1-a", "my log", true, 10000), SECOND_JOB);
	assert_string_equal(ask(l, "HGET " SECOND_JOB_KEY " full"), "1");
	assert_string_equal(ask(l, "EXISTS {logs}:running"), "0");
}

static void
a_job_without_its_base_is_followed_by_a_full_one(void **state)
{
	struct loopback *l = *state;

	start(l, "my log", 10000);
	ask(l, "HSET " FIRST_JOB_KEY " base 1-abc");
	fail_job_as(l, FIRST_JOB, ERR_CORRUPT);
	assert_string_equal(ask(l, "GET {logs}:next"), SECOND_JOB_TEXT);
	assert_string_equal(ask(l, "HGET " SECOND_JOB_KEY " full"), "1");
	assert_string_equal(
	    ask(l, "HGET " FIRST_JOB_KEY " next"), SECOND_JOB_TEXT);
}

/* What fails for another reason, or read everything, would only fail again. */
static void
a_job_that_fails_otherwise_is_followed_by_none(void **state)
{
	struct loopback *l = *state;

	start(l, "my log", 10000);
	fail_job_as(l, FIRST_JOB, ERR_CORRUPT);
	assert_string_equal(ask(l, "GET {logs}:next"), "(nil)");
	assert_int_equal(start(l, "my log", 10000), SECOND_JOB);
	ask(l, "HSET " SECOND_JOB_KEY " base 1-abc");
	fail_job_as(l, SECOND_JOB, ERR_LOG_CHANGED);
	assert_string_equal(ask(l, "GET {logs}:next"), "(nil)");
}

/* Also when that one waits already, for somebody who forgets it sooner. */
static void
who_was_told_of_a_failed_job_finds_the_next_as_long(void **state)
{
	struct loopback *l = *state;

	start(l, "my log", 10000);
	ask(l, "HSET " FIRST_JOB_KEY " keep_s 500");
	assert_int_equal(start(l, "a longer log", 10000), SECOND_JOB);
	assert_string_equal(ask(l, "HGET " SECOND_JOB_KEY " keep_s"), "60");
	fail_job_as(l, FIRST_JOB, ERR_NO_COUNTRIES);
	assert_string_equal(
	    ask(l, "HGET " FIRST_JOB_KEY " next"), SECOND_JOB_TEXT);
	assert_string_equal(ask(l, "HGET " SECOND_JOB_KEY " full"), "1");
	assert_string_equal(ask(l, "HGET " SECOND_JOB_KEY " keep_s"), "500");
}

/* What the workers of the first job have left, without an end of its own. */
static void
leave_work(struct loopback *l)
{
	ask(l, "HSET " FIRST_JOB_KEY ":tasks map ann");
	ask(l, "HSET " FIRST_JOB_KEY " chunks 3");
	ask(l, "MSET " FIRST_JOB_KEY ":partial:0 x " FIRST_JOB_KEY
	       ":partial:2 x " FIRST_JOB_KEY ":partial:tail x");
	ask(l, "MSET " FIRST_JOB_KEY ":reduced:0 x " FIRST_JOB_KEY
	       ":reduced:15 x");
}

static void
records_of_ended_jobs_expire(void **state)
{
	struct loopback *l = *state;

	start(l, "my log", 10000);
	leave_work(l);
	assert_string_equal(ask(l, "TTL " FIRST_JOB_KEY), "-1");
	fail_job(l, FIRST_JOB);
	assert_in_range(atoi(ask(l, "TTL " FIRST_JOB_KEY)), 1, 60);
	assert_in_range(atoi(ask(l, "TTL " FIRST_JOB_KEY ":tasks")), 1, 60);
	/* What nobody will read is gone at once. */
	assert_string_equal(
	    redis_process_ask(&l->server, "EVAL %s 0",
		"return #redis.call('KEYS', '" FIRST_JOB_KEY ":*')"),
	    "1");
}

static void
a_failed_job_says_why_and_makes_room(void **state)
{
	struct loopback *l = *state;

	start(l, "my log", 10000);
	fail_job(l, FIRST_JOB);
	struct outcome o = outcome(l, FIRST_JOB);
	assert_true(o.is_over);
	assert_int_equal(o.err, ERR_LOG_CHANGED);
	assert_string_equal(o.words, "it shrank");
	assert_string_equal(
	    redis_process_ask(&l->server, "XLEN {logs}:tasks"), "0");
	assert_int_equal(start(l, "my log", 10000), SECOND_JOB);
	/* A late word about the old one does not touch the new one. */
	fail_job(l, FIRST_JOB);
	assert_false(outcome(l, SECOND_JOB).is_over);
}

static void
a_silent_job_is_given_up(void **state)
{
	struct loopback *l = *state;

	start(l, "my log", 10000);
	redis_process_ask(&l->server, "HSET " FIRST_JOB_KEY " alive_ms 5");
	ask(l, "HSET " FIRST_JOB_KEY ":tasks map ann");
	assert_int_equal(start(l, "my log", 10000), SECOND_JOB);
	assert_int_equal(outcome(l, FIRST_JOB).err, ERR_PARSE_FAILED);
	assert_in_range(atoi(ask(l, "TTL " FIRST_JOB_KEY)), 1, 60);
	assert_in_range(atoi(ask(l, "TTL " FIRST_JOB_KEY ":tasks")), 1, 60);
}

static void
a_silent_job_is_given_up_though_the_clock_was_put_back(void **state)
{
	struct loopback *l = *state;
	int64_t job = start(l, "one", 10000);

	/* An hour ahead of what Redis's clock says now. */
	ask(l, "HINCRBY " FIRST_JOB_KEY " alive_ms 3600000");
	assert_int_equal(start(l, "one", 10), job);
	usleep(50000);
	assert_int_not_equal(start(l, "one", 10), job);
	assert_int_equal(outcome(l, job).err, ERR_PARSE_FAILED);
}

static void
a_job_that_is_not_there_is_no_job(void **state)
{
	struct loopback *l = *state;
	struct outcome o = outcome(l, 99);

	assert_true(o.is_over);
	assert_int_equal(o.err, ERR_NO_JOB);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, loopback_open, loopback_close)

static void
a_worker_that_is_named_begins_with_the_first_task(void **state)
{
	struct loopback *l = *state;
	struct started s = start_by(l, "w", "", "s", false, 10000), other;

	assert_true(s.has_begun);
	assert_int_equal(s.begun.job, s.number);
	assert_int_equal(s.begun.kind, TASK_MAP);
	assert_int_equal(s.begun.index, 0);
	assert_int_equal(s.begun.deliveries, 1);
	assert_non_null(strstr(
	    ask(l, "XPENDING {logs}:tasks workers - + 9 w"), s.begun.entry));
	/* Who joins gets nothing. */
	other = start_by(l, "v", "", "s", false, 10000);
	assert_int_equal(other.number, s.number);
	assert_false(other.has_begun);
	assert_string_equal(
	    ask(l, "XPENDING {logs}:tasks workers - + 9 v"), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_wants_no_more_joins_the_running_job),
		TEST(who_wants_more_gets_the_job_after_it),
		TEST(between_two_jobs_nobody_overtakes_the_one_that_waits),
		TEST(who_was_overtaken_has_the_log_looked_at_again),
		TEST(a_job_without_its_base_is_followed_by_a_full_one),
		TEST(a_job_that_fails_otherwise_is_followed_by_none),
		TEST(who_was_told_of_a_failed_job_finds_the_next_as_long),
		TEST(records_of_ended_jobs_expire),
		TEST(a_failed_job_says_why_and_makes_room),
		TEST(a_silent_job_is_given_up),
		TEST(a_silent_job_is_given_up_though_the_clock_was_put_back),
		TEST(a_job_that_is_not_there_is_no_job),
		TEST(a_worker_that_is_named_begins_with_the_first_task),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
