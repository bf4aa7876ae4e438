#include "worker/ingest/runner.h"

#include "common/base/clock.h"
#include "support/crew.h"
#include "worker/ingest/heap.h"

#include <stdatomic.h>

static atomic_bool is_giving_back, may_end, is_given_back = true;

/* In place of the usual one, which is as slow as there is much to give. */
void
heap_give_back(void)
{
	atomic_store(&is_giving_back, true);
	while (!atomic_load(&is_given_back))
		usleep(1000);
}

static void
a_job_with_other_countries_is_left_to_others(void **state)
{
	struct crew *c = crew_open(2);
	struct redis_process *r = &c->server;

	(void)state;
	crew_write(c, "w", "no line\n");
	assert_int_equal(crew_parse(c, 0).err, ERR_OK);
	/* Job 1 again, as a worker with another table has begun it. */
	redis_process_ask(r, "HSET " SECOND_JOB_KEY " state running mode full "
			     "geo other chunk_size 4096 chunks 1 bytes 8");
	redis_process_ask(r, "HSET " SECOND_JOB_KEY " source %s",
	    redis_process_ask(r, "HGET " FIRST_JOB_KEY " source"));
	redis_process_ask(r, "XADD {logs}:tasks * job 2 kind whole index 0");
	redis_process_ask(r, "SET {logs}:running 2");
	redis_process_ask(r, "PUBLISH {logs}:events %s", "2 tasks");
	for (int64_t end = clock_ms() + 300; clock_ms() < end;)
		crew_turn(c);
	assert_string_equal(
	    redis_process_ask(r, "XPENDING {logs}:tasks workers - + 9"), "");
	assert_string_equal(redis_process_ask(r, "GET {logs}:running"), "2");
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

static void
turn_for(struct crew *c, int64_t ms)
{
	for (int64_t end = clock_ms() + ms; clock_ms() < end;)
		crew_turn(c);
}

struct other_job {
	struct pool_job pool_job;
	bool is_done;
};

static void
do_other(struct pool_job *job)
{
	(void)job;
	while (!atomic_load(&may_end))
		usleep(1000);
}

static void
on_other(struct pool_job *job)
{
	((struct other_job *)job)->is_done = true;
}

/* The heap is still being given back when it is time to do so again; both that and
 * the job of another have ended by then, of which the loop has not heard. */
static void
giving_the_heap_back_slowly_loses_nobody_elses_job(void **state)
{
	struct other_job other = { .pool_job = {
				       .work = do_other, .done = on_other } };
	struct crew *c = crew_open(1);
	struct member *m = &c->member[0];

	(void)state;
	ingest_close(m->worker.ingest);
	pool_close(m->worker.parse_pool);
	m->worker.parse_pool = pool_new(&m->loop, 2, 64, 0);
	m->worker.ingest = ingest_open(&m->worker);
	assert_non_null(m->worker.ingest);
	crew_write(c, "w", "no line\n");
	atomic_store(&is_given_back, false);
	atomic_store(&is_giving_back, false);
	assert_int_equal(crew_parse(c, 0).err, ERR_OK);
	while (!atomic_load(&is_giving_back))
		crew_turn(c);
	assert_int_equal(crew_parse(c, 0).err, ERR_OK);
	turn_for(c, 200); /* until there is no job any more */
	assert_int_equal(
	    pool_start(m->worker.parse_pool, &other.pool_job), ERR_OK);
	atomic_store(&is_given_back, true);
	usleep(100000);
	atomic_store(&may_end, true);
	usleep(700000);
	turn_for(c, 200);
	assert_true(other.is_done);
	crew_close(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_job_with_other_countries_is_left_to_others),
		cmocka_unit_test(
		    one_worker_after_the_other_does_the_next_job_too),
		cmocka_unit_test(who_asks_for_a_parse_begins_with_it),
		cmocka_unit_test(
		    giving_the_heap_back_slowly_loses_nobody_elses_job),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
