#include "worker/ingest/runner.h"

#include "common/base/clock.h"
#include "support/crew.h"

static void
a_job_with_other_countries_is_left_to_others(void **state)
{
	struct crew *c = crew_open(2);
	struct redis_process *r = &c->server;

	(void)state;
	crew_write(c, "w", "no line\n");
	assert_int_equal(crew_parse(c, 0).err, ERR_OK);
	/* The same again, as a worker with another table has begun it. */
	redis_process_ask(r, "HSET " SECOND_JOB_KEY " state running mode full "
			     "geo other chunk_size 4096 chunks 1 bytes 8");
	redis_process_ask(r, "HSET " SECOND_JOB_KEY " source %s",
	    redis_process_ask(r, "HGET " FIRST_JOB_KEY " source"));
	redis_process_ask(r,
	    "XADD {logs}:tasks * job " SECOND_JOB_TEXT " kind whole index 0");
	redis_process_ask(r, "SET {logs}:running " SECOND_JOB_TEXT);
	redis_process_ask(
	    r, "PUBLISH {logs}:events %s", SECOND_JOB_TEXT " tasks");
	for (int64_t end = clock_ms() + 300; clock_ms() < end;)
		crew_turn(c);
	assert_string_equal(
	    redis_process_ask(r, "XPENDING {logs}:tasks workers - + 9"), "");
	assert_string_equal(
	    redis_process_ask(r, "GET {logs}:running"), SECOND_JOB_TEXT);
	crew_close(c);
}

static void
a_log_that_only_others_can_read_is_left_to_them(void **state)
{
	static const char copied[][16] = { "source", "chunk_size", "chunks" };
	static const char deliveries[] =
	    "return redis.call('XPENDING', KEYS[1], 'workers', '-', '+', "
	    "1)[1][4]";
	struct crew *c = crew_open(1);
	struct redis_process *r = &c->server;

	(void)state;
	crew_write(c, "w", "\x1f\x8b is not packed");
	assert_int_equal(crew_parse(c, 0).err, ERR_LOG_UNREADABLE);
	redis_process_ask(r, "HSET " SECOND_JOB_KEY " state running mode full "
			     "geo none seen_from elsewhere");
	for (size_t i = 0; i < 3; i++)
		redis_process_ask(r, "HSET " SECOND_JOB_KEY " %s %s", copied[i],
		    redis_process_ask(
			r, "HGET " FIRST_JOB_KEY " %s", copied[i]));
	redis_process_ask(r,
	    "XADD {logs}:tasks * job " SECOND_JOB_TEXT " kind whole index 0");
	redis_process_ask(r, "SET {logs}:running " SECOND_JOB_TEXT);
	redis_process_ask(
	    r, "PUBLISH {logs}:events %s", SECOND_JOB_TEXT " tasks");
	for (int64_t end = clock_ms() + 5 * c->config.task_timeout_ms;
	     clock_ms() < end;)
		crew_turn(c);
	assert_string_equal(
	    redis_process_ask(r, "HGET " SECOND_JOB_KEY " state"), "running");
	/* It has tried once. */
	assert_string_equal(
	    redis_process_ask(r, "EVAL %s 1 {logs}:tasks", deliveries), "1");
	crew_close(c);
}

static void
one_worker_after_the_other_does_the_next_job_too(void **state)
{
	struct crew *c = crew_open(2);

	(void)state;
	crew_write(c, "w", "no line\n");
	for (size_t i = 0; i < 6; i++) {
		struct ended e = crew_parse(c, i % 2);

		assert_int_equal(e.err, ERR_OK);
		assert_int_equal(e.job, FIRST_JOB + i);
	}
	crew_close(c);
}

/* Unless it has just asked for another task. */
static void
who_asks_for_a_parse_begins_with_it(void **state)
{
	struct crew *c = crew_open(2);
	unsigned begun = 0;

	(void)state;
	for (int i = 0; i < 20; i++) {
		struct ended e;
		char worker[32];

		snprintf(worker, sizeof(worker), " worker %d ", i % 2);
		crew_write(c, "a", "no line\n");
		e = crew_parse(c, (size_t)i % 2);
		assert_int_equal(e.err, ERR_OK);
		begun += strstr(redis_process_ask(&c->server,
				    "HVALS {logs}:job:%lld:tasks", e.job),
			     worker) != NULL;
		for (int turns = 0; turns < 20; turns++)
			crew_turn(c);
	}
	assert_true(begun > 15);
	crew_close(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_job_with_other_countries_is_left_to_others),
		cmocka_unit_test(
		    a_log_that_only_others_can_read_is_left_to_them),
		cmocka_unit_test(
		    one_worker_after_the_other_does_the_next_job_too),
		cmocka_unit_test(who_asks_for_a_parse_begins_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
