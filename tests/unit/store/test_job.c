#include "worker/store/job.h"

#include "support/loopback.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct started {
	bool is_there, is_new;
	enum err err;
	int64_t number;
	char source[32];
};

static void
on_started(
    enum err e, int64_t number, bool is_new, struct span source, void *arg)
{
	struct started *s = arg;

	*s = (struct started){ true, is_new, e, number, "" };
	assert_true(source.len < sizeof(s->source));
	if (source.len)
		memcpy(s->source, source.data, source.len);
}

static struct started
start(struct loopback *l, const char *source, int64_t silence_ms)
{
	struct started s = { 0 };
	struct arena a;
	struct record fields;

	arena_init(&a);
	record_init(&fields, &a);
	assert_int_equal(record_put_text(&fields, "mode", "full"), ERR_OK);
	const struct job_start start = { .source = span_text(source),
		.fields = &fields,
		.kind = TASK_MAP,
		.tasks = 3,
		.silence_ms = silence_ms };
	assert_int_equal(
	    job_start(l->worker.redis, &start, on_started, &s), ERR_OK);
	while (!s.is_there)
		uv_run(&l->loop, UV_RUN_ONCE);
	arena_reset(&a);
	return s;
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
fail_job(struct loopback *l, int64_t number)
{
	bool is_there = false;

	assert_int_equal(job_fail(l->worker.redis, number, ERR_LOG_CHANGED,
			     "it shrank", on_failed, &is_there),
	    ERR_OK);
	while (!is_there)
		uv_run(&l->loop, UV_RUN_ONCE);
}

static void
one_starts_and_the_next_joins(void **state)
{
	struct loopback *l = *state;
	struct started s = start(l, "my log", 10000);

	assert_true(s.is_new);
	assert_int_equal(s.number, 1);
	s = start(l, "a longer log", 10000);
	assert_false(s.is_new);
	assert_int_equal(s.number, 1);
	assert_string_equal(s.source, "my log");
	assert_string_equal(
	    redis_process_ask(&l->server, "XLEN {logs}:tasks"), "3");
	assert_false(outcome(l, 1).is_over);
}

static void
a_failed_job_says_why_and_makes_room(void **state)
{
	struct loopback *l = *state;

	start(l, "my log", 10000);
	fail_job(l, 1);
	struct outcome o = outcome(l, 1);
	assert_true(o.is_over);
	assert_int_equal(o.err, ERR_LOG_CHANGED);
	assert_string_equal(o.words, "it shrank");
	assert_string_equal(
	    redis_process_ask(&l->server, "XLEN {logs}:tasks"), "0");
	assert_int_equal(start(l, "my log", 10000).number, 2);
	/* A late word about the old one does not touch the new one. */
	fail_job(l, 1);
	assert_false(outcome(l, 2).is_over);
}

static void
a_silent_job_is_given_up(void **state)
{
	struct loopback *l = *state;

	start(l, "my log", 10000);
	redis_process_ask(&l->server, "HSET {logs}:job:1 alive_ms 5");
	struct started s = start(l, "my log", 10000);
	assert_true(s.is_new);
	assert_int_equal(s.number, 2);
	assert_int_equal(outcome(l, 1).err, ERR_PARSE_FAILED);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_starts_and_the_next_joins),
		TEST(a_failed_job_says_why_and_makes_room),
		TEST(a_silent_job_is_given_up),
		TEST(a_job_that_is_not_there_is_no_job),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
