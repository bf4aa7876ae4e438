#include "worker/ingest/ingest.h"

#include "common/base/clock.h"
#include "support/crew.h"

static const char log_text[] =
    "shop_api | 2018-08-01 00:01:35 [A] INFO: 121.165.118.201 https://s.com/\n"
    "shop_api | 2018-08-01 00:01:40 [B] INFO: 121.165.118.201 "
    "https://s.com/fresh_fish/salmon/\n"
    "shop_api | 2018-08-01 00:01:46 [C] INFO: 121.165.118.201 "
    "https://s.com/cart?goods_id=4&amount=1&cart_id=7\n"
    "this is no line\n"
    "shop_api | 2018-08-02 03:01:46 [D] INFO: 121.165.118.201 "
    "https://s.com/pay?user_id=81&cart_id=7\n"
    "shop_api | 2018-08-02 03:01:49 [E] INFO: 121.165.118.201 "
    "https://s.com/success_pay_7/\n"
    "shop_api | 2018-08-03 12:01:46 [F] INFO: 9.9.9.9 "
    "https://s.com/frozen_fish/\n"
    "shop_api | 2018-08-03 12:02:46 [G] INFO: 9.9.9.9 "
    "https://s.com/frozen_fish/pike\n"
    "shop_api | 2018-08-03 12:03:46 [H] INFO: 9.9.9.9 "
    "https://s.com/cart?goods_id=9&amount=2&cart_id=8";

/* What Redis says to HGETALL of each segment that `{logs}:manifest` names under
 * the day, and of the manifest's counts: the reports in short. */
static void
describe(struct crew *c, char *out, size_t size)
{
	static const char *const counts[] = { "lines", "bytes", "malformed",
		"malformed_at", "other", "from", "to" };
	static const char *const days[] = { "day:2018-08-01", "day:2018-08-02",
		"day:2018-08-03" };
	char id[64];

	out[0] = '\0';
	for (size_t i = 0; i < 7; i++)
		strncat(out,
		    redis_process_ask(
			&c->server, "HGET {logs}:manifest %s", counts[i]),
		    size - strlen(out) - 1);
	for (size_t i = 0; i < 3; i++) {
		snprintf(id, sizeof(id), "%s",
		    redis_process_ask(
			&c->server, "HGET {logs}:manifest %s", days[i]));
		strncat(out,
		    redis_process_ask(&c->server, "HGETALL segment:%s", id),
		    size - strlen(out) - 1);
	}
}

static void
a_small_log_is_one_task(void **state)
{
	struct crew *c = crew_open(1);
	struct ended e;

	(void)state;
	crew_write(c, "w", log_text);
	e = crew_parse(c, 0);
	assert_int_equal(e.err, ERR_OK);
	assert_int_equal(e.lines, 9);
	assert_string_equal(e.mode, "full");
	assert_string_equal(
	    redis_process_ask(&c->server, "HKEYS " FIRST_JOB_KEY ":tasks"),
	    "whole 0");
	assert_string_equal(
	    redis_process_ask(&c->server, "HGET {logs}:manifest malformed"),
	    "1");
	assert_string_equal(
	    redis_process_ask(&c->server, "EXISTS {logs}:running"), "0");
	crew_close(c);
}

static void
any_split_over_any_workers_gives_the_same(void **state)
{
	static const int64_t sizes[] = { 1, 7, 60, 100, 333 };
	char whole[4096], split[4096];
	struct crew *c = crew_open(3);

	(void)state;
	crew_write(c, "w", log_text);
	assert_int_equal(crew_parse(c, 0).err, ERR_OK);
	describe(c, whole, sizeof(whole));
	assert_non_null(strstr(whole, "begun=1 paid=1"));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		c->config.chunk_size = sizes[i];
		struct ended e = crew_parse(c, i % 3);

		assert_string_equal(e.words, "");
		assert_int_equal(e.err, ERR_OK);
		describe(c, split, sizeof(split));
		assert_string_equal(split, whole);
	}
	crew_close(c);
}

static const char *
ask(struct crew *c, const char *what)
{
	return redis_process_ask(&c->server, what);
}

/* Until Redis answers `what` with something that begins with `answer`. */
static void
wait_for(struct crew *c, const char *what, const char *answer)
{
	int64_t deadline = clock_ms() + CREW_PATIENCE_MS;

	while (strncmp(ask(c, what), answer, strlen(answer)) != 0 &&
	       clock_ms() < deadline)
		crew_turn(c);
	assert_int_equal(strncmp(ask(c, what), answer, strlen(answer)), 0);
}

enum { ENTRY_SIZE = 64 };

/* Worker 0 asks, and is left out as soon as there is a job, with the first task
 * perhaps, or two. The next one is a worker's that is never heard of again. */
static void
freeze_with_a_task(struct crew *c, struct ended *e, char entry[ENTRY_SIZE])
{
	c->config.chunk_size = 100; /* there are more than that */
	for (size_t i = 1; i < c->len; i++)
		c->member[i].is_frozen = true;
	crew_ask(c, 0, e);
	wait_for(c, "EXISTS {logs}:running", "1");
	crew_turn(c); /* it hears of it */
	c->member[0].is_frozen = true;
	ask(c, "XREADGROUP GROUP workers gone COUNT 1 STREAMS {logs}:tasks >");
	assert_int_equal(
	    sscanf(ask(c, "XPENDING {logs}:tasks workers - + 1 gone"), "%63s",
		entry),
	    1);
	for (size_t i = 1; i < c->len; i++)
		c->member[i].is_frozen = false;
}

static void
tasks_of_one_job_are_done_by_two_workers(void **state)
{
	struct crew *c = crew_open(2);
	struct ended e;

	(void)state;
	crew_write(c, "w", log_text);
	c->config.chunk_size = 400;
	c->member[1].is_frozen = true;
	crew_ask(c, 0, &e);
	/* Worker 0 still does what it has in its hands, and no more: a task that
	 * it is given just then, and never hears of, is taken over. */
	wait_for(c, "HGET " FIRST_JOB_KEY " phase", "reduce");
	c->member[0].is_frozen = true;
	c->member[1].is_frozen = false;
	wait_for(c, "HGET " FIRST_JOB_KEY " state", "done");
	c->member[0].is_frozen = false;
	crew_wait(c, &e);
	assert_int_equal(e.err, ERR_OK);
	assert_non_null(
	    strstr(ask(c, "HVALS " FIRST_JOB_KEY ":tasks"), "worker 0"));
	assert_non_null(
	    strstr(ask(c, "HVALS " FIRST_JOB_KEY ":tasks"), "worker 1"));
	crew_close(c);
}

static void
a_task_of_a_stopped_worker_is_taken_over(void **state)
{
	struct crew *c = crew_open(2);
	struct ended e;
	char entry[ENTRY_SIZE];
	char generation[64];

	(void)state;
	crew_write(c, "w", log_text);
	freeze_with_a_task(c, &e, entry);
	wait_for(c, "HGET " FIRST_JOB_KEY " state", "done");
	assert_non_null(
	    strstr(ask(c, "HVALS " FIRST_JOB_KEY ":tasks"), "delivery 2"));
	snprintf(generation, sizeof(generation), "%s",
	    ask(c, "HGET {logs}:manifest generation"));
	/* It comes back, late, and changes nothing. */
	c->member[0].is_frozen = false;
	crew_wait(c, &e);
	assert_int_equal(e.err, ERR_OK);
	assert_int_equal(e.lines, 9);
	assert_string_equal(
	    ask(c, "HGET {logs}:manifest generation"), generation);
	crew_close(c);
}

static void
a_task_that_kills_its_workers_fails_the_job(void **state)
{
	struct crew *c = crew_open(2);
	struct ended e;
	char entry[ENTRY_SIZE];

	(void)state;
	crew_write(c, "w", log_text);
	freeze_with_a_task(c, &e, entry);
	/* Given out twice more, to workers that never came back. */
	c->member[1].is_frozen = true;
	for (int i = 0; i < 2; i++)
		redis_process_ask(
		    &c->server, "XCLAIM {logs}:tasks workers dead 0 %s", entry);
	c->member[1].is_frozen = false;
	wait_for(c, "HGET " FIRST_JOB_KEY " state", "failed");
	c->member[0].is_frozen = false;
	crew_wait(c, &e);
	assert_int_equal(e.err, ERR_PARSE_FAILED);
	assert_non_null(strstr(e.words, "given out 3 times"));
	assert_string_equal(ask(c, "EXISTS {logs}:manifest"), "0");
	/* Nothing of it stands in the way. */
	c->config.chunk_size = 4096;
	assert_int_equal(crew_parse(c, 1).err, ERR_OK);
	crew_close(c);
}

static void
a_missing_log_is_named_and_the_old_reports_stand(void **state)
{
	struct crew *c = crew_open(1);
	struct ended e;

	(void)state;
	e = crew_parse(c, 0);
	assert_int_equal(e.err, ERR_NO_LOG);
	assert_non_null(strstr(e.words, c->log));
	crew_write(c, "w", log_text);
	assert_int_equal(crew_parse(c, 0).err, ERR_OK);
	unlink(c->log);
	assert_int_equal(crew_parse(c, 0).err, ERR_NO_LOG);
	assert_string_equal(ask(c, "HGET {logs}:manifest lines"), "9");
	crew_close(c);
}

static void
a_log_that_shrinks_under_a_parse_fails_it(void **state)
{
	struct crew *c = crew_open(2);
	struct ended e;
	char entry[ENTRY_SIZE];

	(void)state;
	crew_write(c, "w", log_text);
	assert_int_equal(crew_parse(c, 0).err, ERR_OK);
	freeze_with_a_task(c, &e, entry);
	crew_write(c, "w", "short\n");
	wait_for(c, "HGET " SECOND_JOB_KEY " state", "failed");
	c->member[0].is_frozen = false;
	crew_wait(c, &e);
	assert_int_equal(e.err, ERR_LOG_CHANGED);
	assert_non_null(strstr(e.words, c->log));
	assert_string_equal(ask(c, "HGET {logs}:manifest lines"), "9");
	crew_close(c);
}

static void
who_asks_while_a_parse_runs_joins_it(void **state)
{
	struct crew *c = crew_open(2);
	const struct parse_wish wish = {
		.is_full = true, .wait_ms = CREW_PATIENCE_MS, .keep_s = 61
	};
	struct ended first, second = { 0 };
	char entry[ENTRY_SIZE];

	(void)state;
	crew_write(c, "w", log_text);
	c->config.task_timeout_ms = 60000;
	freeze_with_a_task(c, &first, entry);
	assert_int_equal(ingest_parse(c->member[1].worker.ingest, &wish,
			     crew_on_end, &second),
	    ERR_OK);
	wait_for(c, "HGET " FIRST_JOB_KEY " keep_s", "61");
	c->config.task_timeout_ms = 300; /* the others are taken over */
	c->member[0].is_frozen = false;
	crew_wait(c, &first);
	crew_wait(c, &second);
	assert_int_equal(second.err, ERR_OK);
	assert_int_equal(second.job, first.job);
	assert_string_equal(ask(c, "GET {logs}:job"), FIRST_JOB_TEXT);
	crew_close(c);
}

static void
who_joins_with_a_longer_log_gets_the_rest(void **state)
{
	struct crew *c = crew_open(2);
	struct ended first, second;
	char entry[ENTRY_SIZE];

	(void)state;
	crew_write(c, "w", log_text);
	freeze_with_a_task(c, &first, entry);
	crew_write(c, "a", "\none more\n");
	crew_ask(c, 1, &second);
	c->member[0].is_frozen = false;
	crew_wait(c, &first);
	assert_int_equal(first.lines, 9);
	crew_wait(c, &second);
	assert_int_equal(second.err, ERR_OK);
	assert_int_equal(second.lines, 10);
	crew_close(c);
}

static void
a_parse_outlives_the_death_of_redis(void **state)
{
	struct crew *c = crew_open(2);
	struct ended e;
	char entry[ENTRY_SIZE];

	(void)state;
	crew_write(c, "w", log_text);
	freeze_with_a_task(c, &e, entry);
	/* This one forgets everything when it dies: the parse begins anew. */
	redis_process_kill(&c->server);
	redis_process_start(&c->server);
	c->member[0].is_frozen = false;
	crew_wait(c, &e);
	assert_int_equal(e.err, ERR_OK);
	assert_int_equal(e.lines, 9);
	crew_close(c);
}

static void
who_waits_is_answered_when_the_worker_ends(void **state)
{
	struct crew *c = crew_open(2);
	struct ended e;
	char entry[ENTRY_SIZE];

	(void)state;
	crew_write(c, "w", log_text);
	freeze_with_a_task(c, &e, entry);
	crew_close(c);
	assert_true(e.is_over);
	assert_int_equal(e.err, ERR_DRAINING);
}

static struct ended
parse_what_is_new(struct crew *c)
{
	struct ended e;

	crew_ask_for(c, 0, false, CREW_PATIENCE_MS, &e);
	crew_wait(c, &e);
	assert_int_equal(e.err, ERR_OK);
	return e;
}

static void
an_unchanged_log_is_not_read_again(void **state)
{
	struct crew *c = crew_open(1);
	struct ended e;

	(void)state;
	crew_write(c, "w", log_text);
	assert_string_equal(parse_what_is_new(c).mode, "full");
	e = parse_what_is_new(c);
	assert_string_equal(e.mode, "unchanged");
	assert_int_equal(e.lines, 9);
	assert_string_equal(ask(c, "GET {logs}:job"), FIRST_JOB_TEXT);
	crew_write(c, "a", "x");
	assert_string_equal(parse_what_is_new(c).mode, "incremental");
	assert_string_equal(crew_parse(c, 0).mode, "full");
	crew_close(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_small_log_is_one_task),
		cmocka_unit_test(any_split_over_any_workers_gives_the_same),
		cmocka_unit_test(tasks_of_one_job_are_done_by_two_workers),
		cmocka_unit_test(a_task_of_a_stopped_worker_is_taken_over),
		cmocka_unit_test(a_task_that_kills_its_workers_fails_the_job),
		cmocka_unit_test(
		    a_missing_log_is_named_and_the_old_reports_stand),
		cmocka_unit_test(a_log_that_shrinks_under_a_parse_fails_it),
		cmocka_unit_test(who_asks_while_a_parse_runs_joins_it),
		cmocka_unit_test(who_joins_with_a_longer_log_gets_the_rest),
		cmocka_unit_test(a_parse_outlives_the_death_of_redis),
		cmocka_unit_test(who_waits_is_answered_when_the_worker_ends),
		cmocka_unit_test(an_unchanged_log_is_not_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
