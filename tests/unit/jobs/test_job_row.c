#include "worker/store/jobs/job_row.h"

#include "support/loopback.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define test(name) \
	cmocka_unit_test_setup_teardown(name, loopback_open, loopback_close)

static enum req_state
read_job(struct req *r)
{
	return job_row_read(r, req_done);
}

static struct req *
read_one(struct loopback *l, int64_t job, enum err wanted)
{
	struct req *r = loopback_new(l);

	r->in.job = job;
	assert_int_equal(loopback_run(r, read_job), wanted);
	return r;
}

static void
a_running_job_shows_how_far_it_is(void **state)
{
	struct loopback *l = *state;

	redis_process_ask(&l->server,
	    "HSET {logs}:job:7 state running phase map mode full revision 3 "
	    "bytes_total 100 bytes_done 40 lines_done 4 started_ms 1000 "
	    "alive_ms 3500");
	struct req *r = read_one(l, 7, ERR_OK);
	const struct job_row *job = &r->row.job;

	assert_int_equal(job->number, 7);
	assert_int_equal(job->state, JOB_RUNNING);
	assert_true(span_is_equal(job->phase, span_text("map")));
	assert_int_equal(job->revision, 3);
	assert_int_equal(job->bytes_total, 100);
	assert_int_equal(job->bytes_done, 40);
	assert_int_equal(job->lines_done, 4);
	assert_true(job->seconds == 2.5);
	loopback_free(r);
}

static void
a_job_that_is_done_has_its_summary(void **state)
{
	struct loopback *l = *state;

	redis_process_ask(&l->server,
	    "HSET {logs}:job:7 state done mode full lines 12 bytes 99 "
	    "malformed 1 malformed_at 0:5 files logs.txt started_ms 1000 "
	    "alive_ms 1500 ended_ms 2000");
	struct req *r = read_one(l, 7, ERR_OK);

	assert_int_equal(r->row.job.state, JOB_DONE);
	assert_true(r->row.job.seconds == 1);
	assert_int_equal(r->row.parse.lines, 12);
	assert_int_equal(r->row.parse.places[0].offset, 5);
	assert_int_equal(r->row.parse.files_len, 1);
	loopback_free(r);
}

static void
a_failed_job_says_why(void **state)
{
	struct loopback *l = *state;

	redis_process_ask(&l->server,
	    "HSET {logs}:job:7 state failed error_name NO_LOG error gone");
	struct req *r = read_one(l, 7, ERR_OK);

	assert_int_equal(r->row.job.state, JOB_FAILED);
	assert_int_equal(r->row.job.err, ERR_NO_LOG);
	assert_true(span_is_equal(r->row.job.words, span_text("gone")));
	loopback_free(r);
}

static void
a_job_that_is_not_there_or_is_none_is_an_error(void **state)
{
	struct loopback *l = *state;

	loopback_free(read_one(l, 8, ERR_NO_JOB));
	redis_process_ask(&l->server, "SET {logs}:job:9 x");
	loopback_free(read_one(l, 9, ERR_INTERNAL));
	redis_process_ask(
	    &l->server, "HSET {logs}:job:10 state done malformed_at nowhere");
	loopback_free(read_one(l, 10, ERR_CORRUPT));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_running_job_shows_how_far_it_is),
		test(a_job_that_is_done_has_its_summary),
		test(a_failed_job_says_why),
		test(a_job_that_is_not_there_or_is_none_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
