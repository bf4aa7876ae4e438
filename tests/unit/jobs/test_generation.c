#include "worker/store/jobs/generation.h"

#include "support/bulk_redis.h"

static const char *
ask(struct bulk_redis *t, const char *what)
{
	return redis_process_ask(&t->server, what);
}

static enum err
commit(struct bulk_redis *t, int64_t job, const char *votes)
{
	const struct task task = {
		.job = job, .entry = "1-1", .kind = TASK_WHOLE
	};
	struct record manifest, checkpoint, record;

	record_init(&manifest, &t->arena);
	record_init(&checkpoint, &t->arena);
	record_init(&record, &t->arena);
	assert_int_equal(record_put_text(&manifest, "votes", votes), ERR_OK);
	assert_int_equal(record_put_text(&checkpoint, "votes", votes), ERR_OK);
	assert_int_equal(record_put_text(&record, "lines", "12"), ERR_OK);
	return generation_commit(t->bulk, &task, "a worker", 1,
	    &(struct generation){ &manifest, &checkpoint, &record });
}

static void
run(struct bulk_redis *t, const char *job)
{
	redis_process_ask(&t->server, "SET {logs}:running %s", job);
	redis_process_ask(&t->server, "HSET {logs}:job:%s state running", job);
	ask(t, "XGROUP CREATE {logs}:tasks workers 0 MKSTREAM");
}

static void
a_commit_names_new_segments_and_drops_old_ones(void **state)
{
	struct bulk_redis *t = *state;

	run(t, "7");
	ask(t, "ZADD {logs}:garbage 99 7-votes");
	assert_int_equal(commit(t, 7, "7-votes"), ERR_OK);
	assert_string_equal(ask(t, "ZCARD {logs}:garbage"), "0");
	assert_string_equal(ask(t, "HGET {logs}:job:7 state"), "done");
	assert_string_equal(ask(t, "HGET {logs}:job:7 lines"), "12");
	assert_string_equal(ask(t, "EXISTS {logs}:running"), "0");
	run(t, "8");
	assert_int_equal(commit(t, 8, "8-votes"), ERR_OK);
	assert_string_equal(ask(t, "HGET {logs}:manifest votes"), "8-votes");
	assert_string_equal(ask(t, "ZRANGE {logs}:garbage 0 -1"), "7-votes");
}

/* The fields of both hashes, each "name value name value ...", by words. */
static void
commit_fields(struct bulk_redis *t, int64_t job, const char *const *manifest,
    const char *const *checkpoint)
{
	const struct task task = {
		.job = job, .entry = "1-1", .kind = TASK_WHOLE
	};
	struct record readers, next, record;

	record_init(&readers, &t->arena);
	record_init(&next, &t->arena);
	record_init(&record, &t->arena);
	for (; *manifest; manifest += 2)
		assert_int_equal(
		    record_put_text(&readers, manifest[0], manifest[1]),
		    ERR_OK);
	for (; *checkpoint; checkpoint += 2)
		assert_int_equal(
		    record_put_text(&next, checkpoint[0], checkpoint[1]),
		    ERR_OK);
	assert_int_equal(generation_commit(t->bulk, &task, "a worker", 1,
			     &(struct generation){ &readers, &next, &record }),
	    ERR_OK);
}

static void
a_commit_writes_what_has_changed_and_no_more(void **state)
{
	static const char *const before[] = { "job", "7", "day:1", "7-day-1",
		"day:2", "7-tail-day-2", "carts:03",
		"7-carts-03 7-tail-carts-03", NULL };
	static const char *const checkpoint[] = { "day:1", "7-day-1", "day:2",
		"7-day-2", "carts:03", "7-carts-03", NULL };
	static const char *const after[] = { "job", "8", "day:1",
		"8-tail-day-1", "carts:03", "7-carts-03 8-carts-03", NULL };
	static const char *const next[] = { "day:1", "7-day-1", "carts:03",
		"7-carts-03 8-carts-03", NULL };
	struct bulk_redis *t = *state;

	run(t, "7");
	commit_fields(t, 7, before, checkpoint);
	run(t, "8");
	ask(t, "CONFIG RESETSTAT");
	commit_fields(t, 8, after, next);
	/* Of either hash what differs, the job's record, its tasks. */
	assert_non_null(
	    strstr(ask(t, "INFO commandstats"), "cmdstat_hset:calls=4,"));
	assert_string_equal(ask(t, "HGETALL {logs}:checkpoint"),
	    "day:1 7-day-1 carts:03 7-carts-03 8-carts-03");
	assert_string_equal(ask(t, "HEXISTS {logs}:manifest day:2"), "0");
	assert_string_equal(
	    ask(t, "HGET {logs}:manifest day:1"), "8-tail-day-1");
	/* Nothing differs: no hash is touched. */
	run(t, "9");
	ask(t, "CONFIG RESETSTAT");
	commit_fields(t, 9, after, next);
	assert_non_null(
	    strstr(ask(t, "INFO commandstats"), "cmdstat_hset:calls=2,"));
	assert_null(strstr(ask(t, "INFO commandstats"), "cmdstat_hdel"));
	/* What only the checkpoint names still is no garbage. */
	assert_string_equal(ask(t, "ZCARD {logs}:garbage"), "3");
	assert_string_equal(
	    ask(t, "ZMSCORE {logs}:garbage 7-day-1 7-carts-03"), "(nil) (nil)");
	assert_true(atoll(ask(t, "ZSCORE {logs}:garbage 7-day-2")) > 0);
	assert_true(atoll(ask(t, "ZSCORE {logs}:garbage 7-tail-day-2")) > 0);
	assert_true(atoll(ask(t, "ZSCORE {logs}:garbage 7-tail-carts-03")) > 0);
}

static void
a_commit_of_an_old_job_changes_nothing(void **state)
{
	struct bulk_redis *t = *state;

	run(t, "8");
	assert_int_equal(commit(t, 7, "7-votes"), ERR_STALE);
	assert_string_equal(ask(t, "EXISTS {logs}:manifest"), "0");
	assert_string_equal(ask(t, "GET {logs}:running"), "8");
}

static void
a_commit_said_twice_is_done_once(void **state)
{
	struct bulk_redis *t = *state;

	run(t, "7");
	assert_int_equal(commit(t, 7, "7-votes"), ERR_OK);
	assert_int_equal(commit(t, 7, "7-other"), ERR_OK);
	assert_string_equal(ask(t, "HGET {logs}:manifest votes"), "7-votes");
}

static void
a_summary_comes_back_as_it_was(void **state)
{
	const struct span files[] = { span_text("a b:c"), span_text("logs") };
	const struct parse_summary s = {
		.job = span_text("7"),
		.generation = span_text("7-00000001"),
		.mode = span_text("full"),
		.files = files,
		.files_len = 2,
		.lines = 9,
		.bytes = UINT64_MAX,
		.malformed = 2,
		.other = 3,
		.places = { { 0, 96 }, { 1, UINT64_MAX } },
		.places_len = 2,
		.first_s = 95,
		.last_s = 86400,
		.parsed_at = span_text("2026-01-31T09:00:00Z"),
		.geo = span_text("ranges 4b"),
	};
	struct bulk_redis *t = *state;
	struct parse_summary back;
	struct record r;

	record_init(&r, &t->arena);
	assert_int_equal(summary_to_record(&s, &r), ERR_OK);
	assert_int_equal(summary_of_record(&r, &t->arena, &back), ERR_OK);
	assert_int_equal(back.files_len, 2);
	assert_true(span_is_equal(back.files[0], files[0]));
	assert_true(span_is_equal(back.files[1], files[1]));
	assert_int_equal(back.places_len, 2);
	assert_int_equal(back.places[1].file, 1);
	assert_true(back.places[1].offset == UINT64_MAX);
	assert_true(back.bytes == UINT64_MAX);
	assert_true(back.first_s == 95 && back.last_s == 86400);
	assert_true(span_is_equal(
	    record_get(&r, "from"), span_text("0001-01-01T00:01:35")));
	assert_true(span_is_equal(back.geo, s.geo));
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, bulk_redis_open, bulk_redis_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_commit_names_new_segments_and_drops_old_ones),
		TEST(a_commit_writes_what_has_changed_and_no_more),
		TEST(a_commit_of_an_old_job_changes_nothing),
		TEST(a_commit_said_twice_is_done_once),
		TEST(a_summary_comes_back_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
