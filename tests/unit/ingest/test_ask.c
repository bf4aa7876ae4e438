#include "worker/ingest/ask.h"

#include "common/base/clock.h"
#include "support/crew.h"

static const char *
ask(struct crew *c, const char *what)
{
	return redis_process_ask(&c->server, what);
}

/* The job of a worker that is never heard of again. */
static void
make_running_job(struct crew *c, const char *alive_ms)
{
	ask(c, "SET {logs}:job " FIRST_JOB_TEXT);
	ask(c, "SET {logs}:running " FIRST_JOB_TEXT);
	redis_process_ask(&c->server,
	    "HSET " FIRST_JOB_KEY
	    " state running source x geo other alive_ms %s",
	    alive_ms);
}

static void
a_job_that_nobody_goes_on_with_is_given_up(void **state)
{
	struct crew *c = crew_open(1);
	struct ended e;

	(void)state;
	crew_write(c, "w", "no line\n");
	make_running_job(c, "1");
	e = crew_parse(c, 0);
	assert_int_equal(e.err, ERR_OK);
	assert_int_equal(e.job, SECOND_JOB);
	assert_string_equal(ask(c, "HGET " FIRST_JOB_KEY " state"), "failed");
	crew_close(c);
}

static void
a_job_that_falls_silent_while_it_is_waited_for_is_given_up(void **state)
{
	struct crew *c = crew_open(1);
	struct ended e;

	(void)state;
	c->config.task_timeout_ms = 100; /* so it is given up after 10.4 s */
	crew_write(c, "w", "no line\n");
	make_running_job(c, "99999999999999");
	crew_ask(c, 0, &e);
	for (int64_t end = clock_ms() + 100; clock_ms() < end;)
		crew_turn(c);
	assert_false(e.is_over);
	/* Its worker, whose clock is Redis's, died long ago. */
	ask(c, "HSET " FIRST_JOB_KEY " alive_ms 1");
	crew_wait(c, &e);
	assert_int_equal(e.err, ERR_OK);
	assert_int_equal(e.job, SECOND_JOB);
	crew_close(c);
}

static void
who_does_not_wait_gets_the_job(void **state)
{
	const struct parse_wish longer = { .wait_ms = CREW_PATIENCE_MS,
		.keep_s = 61 };
	int64_t end = clock_ms() + CREW_PATIENCE_MS;
	struct crew *c = crew_open(1);
	struct ended e;

	(void)state;
	crew_write(c, "w", "no line\n");
	make_running_job(c, "99999999999999");
	crew_ask_for(c, 0, false, 0, &e);
	crew_wait(c, &e);
	assert_int_equal(e.err, ERR_OK);
	assert_true(e.is_accepted);
	assert_int_equal(e.number, SECOND_JOB);
	/* It begins when the other one is over, also for who joins it. */
	e = (struct ended){ 0 };
	assert_int_equal(
	    ingest_parse(c->member[0].worker.ingest, &longer, crew_on_end, &e),
	    ERR_OK);
	while (strcmp(ask(c, "HGET " SECOND_JOB_KEY " keep_s"), "61") != 0 &&
	       clock_ms() < end)
		crew_turn(c);
	ask(c, "DEL {logs}:running");
	crew_wait(c, &e);
	assert_false(e.is_accepted);
	assert_int_equal(e.job, SECOND_JOB);
	/* And of what is known there is a job, too. */
	crew_ask_for(c, 0, false, 0, &e);
	crew_wait(c, &e);
	assert_true(e.is_accepted);
	assert_int_equal(e.job, SECOND_JOB);
	crew_close(c);
}

static void
patience_has_an_end(void **state)
{
	struct crew *c = crew_open(1);
	struct ended e;

	(void)state;
	crew_write(c, "w", "no line\n");
	make_running_job(c, "99999999999999");
	crew_ask_for(c, 0, false, 100, &e);
	crew_wait(c, &e);
	assert_true(e.is_accepted);
	assert_int_equal(e.number, SECOND_JOB);
	crew_close(c);
}

static bool
has_gone(void *arg)
{
	(void)arg;
	return true;
}

static void
who_has_gone_is_not_waited_for(void **state)
{
	const struct parse_wish wish = {
		.wait_ms = CREW_PATIENCE_MS, .keep_s = 60, .is_gone = has_gone
	};
	struct crew *c = crew_open(1);
	struct ended e = { 0 };
	int64_t began = clock_ms();

	(void)state;
	crew_write(c, "w", "no line\n");
	make_running_job(c, "99999999999999");
	assert_int_equal(
	    ingest_parse(c->member[0].worker.ingest, &wish, crew_on_end, &e),
	    ERR_OK);
	crew_wait(c, &e);
	assert_true(clock_ms() - began < CREW_PATIENCE_MS);
	assert_true(e.is_accepted);
	assert_int_equal(e.number, SECOND_JOB);
	crew_close(c);
}

static void
a_job_that_vanishes_is_begun_anew(void **state)
{
	struct crew *c = crew_open(1);
	struct ended e;

	(void)state;
	crew_write(c, "w", "no line\n");
	make_running_job(c, "99999999999999");
	crew_ask(c, 0, &e);
	for (int64_t end = clock_ms() + 100; clock_ms() < end;)
		crew_turn(c);
	assert_false(e.is_over);
	ask(c, "DEL {logs}:running " FIRST_JOB_KEY);
	crew_wait(c, &e);
	assert_int_equal(e.err, ERR_OK);
	assert_int_equal(e.job, SECOND_JOB);
	crew_close(c);
}

static void
a_job_that_another_host_planned_with_an_older_copy_is_not_enough(void **state)
{
	static const char end[] =
	    "redis.call('DEL', '{logs}:running', '{logs}:next') "
	    "redis.call('HSET', '" SECOND_JOB_KEY "', 'state', 'done', "
	    "'job', '" SECOND_JOB_TEXT "', 'mode', 'full', 'lines', 0, "
	    "'source', 'older', 'seen_from', 'elsewhere') "
	    "redis.call('PUBLISH', '{logs}:events', '" SECOND_JOB_TEXT
	    " done')";
	struct crew *c = crew_open(1);
	struct ended e;

	(void)state;
	crew_write(c, "w", "no line\n");
	make_running_job(c, "99999999999999");
	crew_ask(c, 0, &e);
	for (int64_t now = clock_ms(); clock_ms() < now + 100;)
		crew_turn(c);
	assert_false(e.is_over);
	redis_process_ask(&c->server, "EVAL %s 0", end);
	crew_wait(c, &e);
	assert_int_equal(e.err, ERR_OK);
	assert_int_equal(e.job, SECOND_JOB + 1);
	assert_int_equal(e.lines, 1);
	crew_close(c);
}

static void
many_who_ask_at_once_are_all_answered(void **state)
{
	enum { MANY = 600 }; /* several times what waits for a pool */
	struct crew *c = crew_open(2);
	static struct ended e[MANY];

	(void)state;
	crew_write(c, "w", "no line\n");
	for (size_t i = 0; i < MANY; i++)
		crew_ask(c, i % 2, &e[i]);
	for (size_t i = 0; i < MANY; i++) {
		crew_wait(c, &e[i]);
		assert_int_equal(e[i].err, ERR_OK);
		assert_int_equal(e[i].lines, 1);
	}
	crew_close(c);
}

static void
a_redis_that_refuses_writes_is_said(void **state)
{
	struct crew *c = crew_open(1);

	(void)state;
	crew_write(c, "w", "no line\n");
	assert_int_equal(crew_parse(c, 0).err, ERR_OK);
	ask(c, "CONFIG SET maxmemory 1");
	assert_int_equal(crew_parse(c, 0).err, ERR_STORE_DOWN);
	ask(c, "CONFIG SET maxmemory 0");
	assert_int_equal(crew_parse(c, 0).err, ERR_OK);
	crew_close(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_job_that_nobody_goes_on_with_is_given_up),
		cmocka_unit_test(
		    a_job_that_falls_silent_while_it_is_waited_for_is_given_up),
		cmocka_unit_test(who_does_not_wait_gets_the_job),
		cmocka_unit_test(patience_has_an_end),
		cmocka_unit_test(who_has_gone_is_not_waited_for),
		cmocka_unit_test(a_job_that_vanishes_is_begun_anew),
		cmocka_unit_test(
		    a_job_that_another_host_planned_with_an_older_copy_is_not_enough),
		cmocka_unit_test(many_who_ask_at_once_are_all_answered),
		cmocka_unit_test(a_redis_that_refuses_writes_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
