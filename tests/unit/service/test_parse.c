#include "worker/service/parse.h"

#include "unit/service/reporter.h"

static void
a_parse_says_what_it_found(void **state)
{
	struct reporter t;
	struct asked a;

	(void)state;
	reporter_open(&t);
	crew_write(t.crew, "w", shop_log);
	crew_write(t.crew, "a", "no line\n");
	asked_init(&t, &a);
	assert_int_equal(asked_run(&t, &a, service_parse), ERR_OK);
	assert_int_equal(a.req.row.parse.lines, 9);
	assert_int_equal(a.req.row.parse.malformed, 1);
	assert_int_equal(a.req.row.parse.places_len, 1);
	assert_int_equal(a.req.row.parse.places[0].offset, strlen(shop_log));
	assert_true(
	    span_is_equal(a.req.row.parse.files[0], span_text("logs.txt")));
	assert_true(span_is_equal(a.req.row.parse.mode, span_text("full")));
	asked_free(&a);
	reporter_close(&t);
}

static void
a_parse_that_is_not_waited_for_says_which_job_it_is(void **state)
{
	struct reporter t;
	struct asked a;

	(void)state;
	reporter_open(&t);
	crew_write(t.crew, "w", shop_log);
	asked_init(&t, &a);
	a.req.in.is_async = true;
	assert_int_equal(asked_run(&t, &a, service_parse), ERR_OK);
	assert_true(a.req.row.is_accepted);
	assert_int_equal(a.req.row.job.number, FIRST_JOB);
	asked_free(&a);
	reporter_close(&t);
}

static void
a_missing_log_is_named(void **state)
{
	struct reporter t;
	struct asked a;

	(void)state;
	reporter_open(&t);
	asked_init(&t, &a);
	assert_int_equal(asked_run(&t, &a, service_parse), ERR_NO_LOG);
	assert_int_equal(a.req.out.status, 404);
	assert_non_null(strstr(a.req.out.detail, t.crew->log));
	asked_free(&a);
	reporter_close(&t);
}

static const char *
lines_shown(struct reporter *t)
{
	return redis_process_ask(
	    &t->crew->server, "HGET {logs}:manifest lines");
}

/* Nobody waits for the answer, so that it comes before the end of the parse. */
static void
a_client_that_hangs_up_does_not_stop_the_parse(void **state)
{
	int64_t deadline = clock_ms() + CREW_PATIENCE_MS;
	struct reporter t;
	struct asked a;

	(void)state;
	reporter_open(&t);
	crew_write(t.crew, "w", shop_log);
	asked_init(&t, &a);
	req_start(&a.req, service_parse);
	a.req.conn = NULL;
	asked_wait(&t, &a);
	while (clock_ms() < deadline && strcmp(lines_shown(&t), "8") != 0)
		crew_turn(t.crew);
	assert_string_equal(lines_shown(&t), "8");
	asked_free(&a);
	reporter_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_parse_says_what_it_found),
		cmocka_unit_test(
		    a_parse_that_is_not_waited_for_says_which_job_it_is),
		cmocka_unit_test(a_missing_log_is_named),
		cmocka_unit_test(
		    a_client_that_hangs_up_does_not_stop_the_parse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
