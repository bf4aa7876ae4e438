#include "worker/store/jobs/job_events.h"

#include "support/loopback.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct heard {
	int lost, tasks, over;
	int64_t job;
};

static void
on_event(enum job_event event, int64_t job, void *arg)
{
	struct heard *h = arg;

	h->lost += event == JOB_NEWS_LOST;
	h->tasks += event == JOB_HAS_TASKS;
	h->over += event == JOB_IS_OVER;
	h->job = job;
}

static void
what_scripts_publish_is_heard(void **state)
{
	struct loopback *l = *state;
	struct heard h = { 0 };
	struct job_events *e = job_events_open(
	    &l->loop, &l->server.address, "events", on_event, &h);

	assert_non_null(e);
	while (!h.lost)
		uv_run(&l->loop, UV_RUN_ONCE);
	redis_process_ask(
	    &l->server, "PUBLISH {logs}:events %b", "7 tasks", (size_t)7);
	while (!h.tasks)
		uv_run(&l->loop, UV_RUN_ONCE);
	assert_int_equal(h.job, 7);
	redis_process_ask(
	    &l->server, "PUBLISH {logs}:events %b", "x done", (size_t)6);
	redis_process_ask(
	    &l->server, "PUBLISH {logs}:events %b", "8 failed", (size_t)8);
	while (!h.over)
		uv_run(&l->loop, UV_RUN_ONCE);
	assert_int_equal(h.job, 8);
	assert_int_equal(h.over, 1);
	job_events_close(e);
}

static void
a_lost_connection_is_told_of_and_subscribed_again(void **state)
{
	struct loopback *l = *state;
	struct heard h = { 0 };
	struct job_events *e = job_events_open(
	    &l->loop, &l->server.address, "events", on_event, &h);

	while (!h.lost)
		uv_run(&l->loop, UV_RUN_ONCE);
	redis_process_kill(&l->server);
	redis_process_start(&l->server);
	while (h.lost < 2)
		uv_run(&l->loop, UV_RUN_ONCE);
	redis_process_ask(
	    &l->server, "PUBLISH {logs}:events %b", "9 done", (size_t)6);
	while (!h.over)
		uv_run(&l->loop, UV_RUN_ONCE);
	assert_int_equal(h.job, 9);
	job_events_close(e);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, loopback_open, loopback_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_scripts_publish_is_heard),
		TEST(a_lost_connection_is_told_of_and_subscribed_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
