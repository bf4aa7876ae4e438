#include "worker/service/job.h"

#include "unit/service/reporter.h"
#include "worker/store/copies/shown.h"

static const char *
ask(struct reporter *t, const char *what)
{
	return redis_process_ask(&t->crew->server, what);
}

/* One that this worker does not touch. */
static void
make_job(struct reporter *t)
{
	ask(t, "HSET {logs}:job:7 state running phase map revision 1");
}

/* Goes on as transport does when the client has taken a piece. */
static void
take(struct asked *a)
{
	req_step *more = a->req.out.more;

	assert_non_null(more);
	arena_reset(&a->req.arena);
	memset(&a->req.row, 0, sizeof(a->req.row));
	memset(&a->req.out, 0, sizeof(a->req.out));
	a->req.out.is_continued = true;
	a->answers = 0;
	req_start(&a->req, more);
}

static void
go_on(struct reporter *t, struct asked *a)
{
	take(a);
	asked_wait(t, a);
	assert_int_equal(a->req.out.err, ERR_OK);
}

static void
a_job_is_what_its_record_says(void **state)
{
	struct reporter t;
	struct asked a;

	(void)state;
	reporter_open(&t);
	make_job(&t);
	asked_init(&t, &a);
	a.req.in.job = 7;
	assert_int_equal(asked_run(&t, &a, service_job), ERR_OK);
	assert_int_equal(a.req.row.job.number, 7);
	asked_free(&a);
	asked_init(&t, &a);
	a.req.in.job = 8;
	assert_int_equal(asked_run(&t, &a, service_job), ERR_NO_JOB);
	asked_free(&a);
	reporter_close(&t);
}

/* From here on: no worker of this host shows older ones. */
static void
who_reads_that_a_job_is_done_is_shown_its_reports(void **state)
{
	static const struct {
		req_step *step;
		const char *generation;
	} rows[] = { { service_job, "7-a" }, { service_job_events, "7-b" } };
	struct reporter t;

	(void)state;
	reporter_open(&t);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct span generation = span_text(rows[i].generation);

		make_job(&t);
		redis_process_ask(&t.crew->server,
		    "HSET {logs}:job:7 generation %s", rows[i].generation);
		for (int is_done = 0; is_done < 2; is_done++) {
			struct asked a;

			if (is_done)
				ask(&t, "HSET {logs}:job:7 state done");
			asked_init(&t, &a);
			a.req.in.job = 7;
			assert_int_equal(
			    asked_run(&t, &a, rows[i].step), ERR_OK);
			assert_int_equal(
			    shown_is_told(t.worker, generation), is_done);
			asked_free(&a);
		}
	}
	reporter_close(&t);
}

static void
events_go_on_until_the_job_is_over(void **state)
{
	struct reporter t;
	struct asked a;

	(void)state;
	reporter_open(&t);
	make_job(&t);
	asked_init(&t, &a);
	a.req.in.job = 7;
	assert_int_equal(asked_run(&t, &a, service_job_events), ERR_OK);
	assert_true(a.req.out.is_stream);
	assert_int_equal(a.req.row.job.revision, 1);
	ask(&t, "HSET {logs}:job:7 revision 2");
	go_on(&t, &a);
	assert_int_equal(a.req.row.job.revision, 2);
	ask(&t, "HSET {logs}:job:7 revision 3 state done");
	go_on(&t, &a);
	assert_int_equal(a.req.row.job.state, JOB_DONE);
	assert_null(a.req.out.more);
	asked_free(&a);
	reporter_close(&t);
}

/* Who asks anew is told by the same look at the job. */
static void
who_knows_a_step_is_not_told_of_it_again(void **state)
{
	struct reporter t;
	struct asked a, anew;

	(void)state;
	reporter_open(&t);
	make_job(&t);
	asked_init(&t, &a);
	asked_init(&t, &anew);
	a.req.in.job = anew.req.in.job = 7;
	assert_int_equal(asked_run(&t, &a, service_job_events), ERR_OK);
	take(&a);
	assert_int_equal(asked_run(&t, &anew, service_job_events), ERR_OK);
	assert_int_equal(anew.req.row.job.revision, 1);
	assert_int_equal(a.answers, 0);
	ask(&t, "HSET {logs}:job:7 revision 2");
	asked_wait(&t, &a);
	assert_int_equal(a.req.row.job.revision, 2);
	asked_free(&anew);
	asked_free(&a);
	reporter_close(&t);
}

static void
without_news_there_is_a_sign_of_life(void **state)
{
	struct reporter t;
	struct asked a;

	(void)state;
	reporter_open(&t);
	make_job(&t);
	t.crew->config.event_heartbeat_ms = 10;
	asked_init(&t, &a);
	a.req.in.job = 7;
	assert_int_equal(asked_run(&t, &a, service_job_events), ERR_OK);
	go_on(&t, &a);
	assert_int_equal(a.req.row.job.number, 0);
	assert_non_null(a.req.out.more);
	/* Also while Redis is away. */
	redis_process_kill(&t.crew->server);
	go_on(&t, &a);
	assert_int_equal(a.req.row.job.number, 0);
	assert_non_null(a.req.out.more);
	redis_process_start(&t.crew->server);
	asked_free(&a);
	reporter_close(&t);
}

static void
a_client_that_is_gone_is_not_waited_for(void **state)
{
	struct reporter t;
	struct asked a;

	(void)state;
	reporter_open(&t);
	make_job(&t);
	asked_init(&t, &a);
	a.req.in.job = 7;
	a.req.in.seen = 1;
	a.req.out.is_continued = true;
	req_start(&a.req, service_job_events);
	a.req.conn = NULL;
	asked_wait(&t, &a);
	asked_free(&a);
	reporter_close(&t);
}

static void
who_has_the_last_event_gets_no_other(void **state)
{
	struct reporter t;
	struct asked a;

	(void)state;
	reporter_open(&t);
	make_job(&t);
	ask(&t, "HSET {logs}:job:7 state done");
	asked_init(&t, &a);
	a.req.in.job = 7;
	a.req.in.seen = 1;
	assert_int_equal(asked_run(&t, &a, service_job_events), ERR_OK);
	assert_int_equal(a.req.out.status, 204);
	assert_null(a.req.out.more);
	asked_free(&a);
	reporter_close(&t);
}

static void
a_worker_that_ends_sends_its_watchers_away(void **state)
{
	struct reporter t;
	struct asked a;

	(void)state;
	reporter_open(&t);
	make_job(&t);
	asked_init(&t, &a);
	a.req.in.job = 7;
	assert_int_equal(asked_run(&t, &a, service_job_events), ERR_OK);
	t.worker->is_draining = true;
	go_on(&t, &a);
	assert_null(a.req.out.more);
	asked_free(&a);
	reporter_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_job_is_what_its_record_says),
		cmocka_unit_test(
		    who_reads_that_a_job_is_done_is_shown_its_reports),
		cmocka_unit_test(events_go_on_until_the_job_is_over),
		cmocka_unit_test(who_knows_a_step_is_not_told_of_it_again),
		cmocka_unit_test(without_news_there_is_a_sign_of_life),
		cmocka_unit_test(a_client_that_is_gone_is_not_waited_for),
		cmocka_unit_test(who_has_the_last_event_gets_no_other),
		cmocka_unit_test(a_worker_that_ends_sends_its_watchers_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
