#include "worker/ingest/collector.h"

#include "support/crew.h"

#include <sys/syscall.h>
#include <time.h>

/* The clock of this process; Redis has its own. */
static time_t ahead_s;

int
clock_gettime(clockid_t clock, struct timespec *out)
{
	int status = (int)syscall(SYS_clock_gettime, clock, out);

	out->tv_sec += ahead_s;
	return status;
}

static void
a_collector_closes_with_its_loop(void **state)
{
	struct crew *c = crew_open(1);
	struct collector *collector = collector_open(&c->member[0].worker);

	(void)state;
	assert_non_null(collector);
	collector_close(collector);
	collector_close(NULL);
	crew_close(c);
}

enum { TURNS_MAX = 20000, TURNS_A_TICK = 500 };

static const char *
left(struct crew *c)
{
	return redis_process_ask(
	    &c->server, "EXISTS segment:7-votes segment:7-day");
}

static void
a_worker_collects_what_is_due_and_goes_on_with_that(void **state)
{
	struct crew *c = crew_open(1);

	(void)state;
	for (int round = 0; round < 2; round++) {
		redis_process_ask(
		    &c->server, "MSET segment:7-votes x segment:7-day x");
		redis_process_ask(&c->server,
		    "ZADD {logs}:garbage 1 7-votes 9999999999999 7-day");
		/* A tick while the last job is ending is one that is lost. */
		for (int turns = 0;
		     turns < TURNS_MAX && strcmp(left(c), "2") == 0; turns++) {
			if (turns % TURNS_A_TICK == 0)
				ahead_s += 11;
			crew_turn(c);
		}
		assert_string_equal(left(c), "1");
		assert_string_equal(
		    redis_process_ask(&c->server, "EXISTS segment:7-votes"),
		    "0");
	}
	crew_close(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_collector_closes_with_its_loop),
		cmocka_unit_test(
		    a_worker_collects_what_is_due_and_goes_on_with_that),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
