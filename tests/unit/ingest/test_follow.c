#include "worker/ingest/follow.h"

#include "common/base/clock.h"
#include "support/crew.h"

/* A crew whose first worker follows the log. */
static struct crew *
followers_open(size_t members)
{
	struct crew *c = crew_prepare();

	c->config.follow = true;
	crew_hire(c, members);
	ingest_follow(c->member[0].worker.ingest, true);
	return c;
}

/* Until the reports are of so many lines. */
static void
wait_for_lines(struct crew *c, const char *lines)
{
	int64_t deadline = clock_ms() + CREW_PATIENCE_MS;
	const char *found;

	do {
		crew_turn(c);
		found =
		    redis_process_ask(&c->server, "HGET {logs}:manifest lines");
	} while (strcmp(found, lines) != 0 && clock_ms() < deadline);
	assert_string_equal(found, lines);
}

static void
turn_for(struct crew *c, int64_t ms)
{
	for (int64_t end = clock_ms() + ms; clock_ms() < end;)
		crew_turn(c);
}

static int
jobs(struct crew *c)
{
	return (int)(atoll(redis_process_ask(&c->server, "GET {logs}:job")) -
		     (FIRST_JOB - 1));
}

static void
what_is_written_is_read_by_itself(void **state)
{
	struct crew *c = followers_open(2);

	(void)state;
	wait_for_lines(c, "(nil)");
	crew_write(c, "w", "no line\n");
	wait_for_lines(c, "1");
	crew_write(c, "a", "no line\nno line\n");
	wait_for_lines(c, "3");
	crew_write(c, "a", "no line\n");
	wait_for_lines(c, "4");
	crew_close(c);
}

static void
a_quiet_log_costs_nothing(void **state)
{
	struct crew *c = followers_open(1);
	const char *info;
	long long before;

	(void)state;
	crew_write(c, "w", "no line\n");
	wait_for_lines(c, "1");
	turn_for(c, 3 * FOLLOW_MS);
	info = redis_process_ask(&c->server, "INFO commandstats");
	before = atoll(strstr(info, "cmdstat_hgetall:calls=") + 22);
	turn_for(c, 3 * FOLLOW_MS);
	info = redis_process_ask(&c->server, "INFO commandstats");
	assert_int_equal(
	    atoll(strstr(info, "cmdstat_hgetall:calls=") + 22), before);
	assert_int_equal(jobs(c), 1);
	crew_close(c);
}

static void
a_busy_log_is_read_at_its_own_pace(void **state)
{
	struct crew *c = followers_open(1);
	int64_t end = clock_ms() + 5 * FOLLOW_MS;
	char lines[24];
	int written = 0;

	(void)state;
	for (; clock_ms() < end; written++) {
		crew_write(c, "a", "no line\n");
		crew_turn(c);
	}
	snprintf(lines, sizeof(lines), "%d", written);
	wait_for_lines(c, lines);
	assert_in_range(jobs(c), 2, 8);
	crew_close(c);
}

static void
who_does_not_lead_does_nothing(void **state)
{
	struct crew *c = followers_open(1);

	(void)state;
	crew_write(c, "w", "no line\n");
	wait_for_lines(c, "1");
	ingest_follow(c->member[0].worker.ingest, false);
	turn_for(c, FOLLOW_MS);
	crew_write(c, "a", "no line\n");
	turn_for(c, 3 * FOLLOW_MS);
	assert_int_equal(jobs(c), 1);
	/* Whoever leads begins with what happened before. */
	ingest_follow(c->member[0].worker.ingest, true);
	wait_for_lines(c, "2");
	crew_close(c);
}

static void
what_fails_is_tried_again(void **state)
{
	struct crew *c = followers_open(1);

	(void)state;
	crew_write(c, "w", "no line\n");
	wait_for_lines(c, "1");
	redis_process_kill(&c->server);
	crew_write(c, "a", "no line\n");
	turn_for(c, 2 * FOLLOW_MS);
	redis_process_start(&c->server);
	wait_for_lines(c, "2");
	crew_close(c);
}

/* A quiet log, and nobody says that Redis has lost something. */
static void
reports_that_are_gone_are_made_anew(void **state)
{
	static const char *const losses[] = { "FLUSHALL",
		"DEL {logs}:manifest {logs}:checkpoint" };
	struct crew *c = followers_open(1);

	(void)state;
	crew_write(c, "w", "no line\n");
	wait_for_lines(c, "1");
	for (size_t i = 0; i < 2; i++) {
		turn_for(c, 3 * FOLLOW_MS);
		redis_process_ask(&c->server, losses[i]);
		wait_for_lines(c, "1");
	}
	crew_close(c);
}

static void
jobs_of_nobody_are_soon_forgotten(void **state)
{
	struct crew *c = followers_open(1);

	(void)state;
	crew_write(c, "w", "no line\n");
	wait_for_lines(c, "1");
	crew_write(c, "a", "no line\n");
	wait_for_lines(c, "2");
	assert_in_range(
	    atoi(redis_process_ask(&c->server, "TTL " FIRST_JOB_KEY)), 1, 60);
	crew_close(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_by_itself),
		cmocka_unit_test(a_quiet_log_costs_nothing),
		cmocka_unit_test(a_busy_log_is_read_at_its_own_pace),
		cmocka_unit_test(who_does_not_lead_does_nothing),
		cmocka_unit_test(what_fails_is_tried_again),
		cmocka_unit_test(reports_that_are_gone_are_made_anew),
		cmocka_unit_test(jobs_of_nobody_are_soon_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
