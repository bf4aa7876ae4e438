#include "worker/api/job.h"

#include "support/decoding.h"
#include "support/failing_memory.h"

static void
numbers_of_jobs_are_read(void **state)
{
	static const struct {
		const char *name;
		enum err err;
	} rows[] = {
		{ "7", ERR_OK },
		{ "9223372036854775807", ERR_OK },
		{ "9223372036854775808", ERR_NO_JOB },
		{ "0", ERR_NO_JOB },
		{ "07", ERR_NO_JOB },
		{ "-7", ERR_NO_JOB },
		{ "7x", ERR_NO_JOB },
	};
	struct req *r = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		decoding_reset(r);
		r->path_name = span_text(rows[i].name);
		assert_int_equal(api_job_decode(r), rows[i].err);
	}
	decoding_reset(r);
	r->path_name = span_text("12");
	assert_int_equal(api_job_decode(r), ERR_OK);
	assert_int_equal(r->in.job, 12);
}

static void
the_last_event_is_one_of_ours_or_none(void **state)
{
	static const struct {
		const char *id;
		uint64_t seen;
	} rows[] = { { "4", 4 }, { "", 0 }, { "x", 0 }, { "4 ", 0 } };
	struct req *r = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		decoding_reset(r);
		r->path_name = span_text("1");
		r->last_event_id = span_text(rows[i].id);
		assert_int_equal(api_job_events_decode(r), ERR_OK);
		assert_int_equal(r->in.seen, rows[i].seen);
	}
}

static const char *
document(struct req *r)
{
	assert_int_equal(api_job_encode(r), ERR_OK);
	assert_int_equal(r->out.status, 200);
	return arena_copy(&r->arena, r->out.body);
}

static void
assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no %s in %s", part, text);
}

static void
a_running_job_says_what_is_left(void **state)
{
	struct req *r = *state;
	const char *text;

	r->row.job = (struct job_row){ .number = 7,
		.phase = span_text("map"),
		.mode = span_text("full"),
		.bytes_total = 100,
		.bytes_done = 25,
		.lines_done = 3,
		.seconds = 5 };
	text = document(r);
	assert_has(text, "\"job\":\"7\"");
	assert_has(text, "\"state\":\"running\"");
	assert_has(text, "\"lines_total\":12");
	assert_has(text, "\"bytes_per_second\":5");
	assert_has(text, "\"seconds_left\":15.0");
	assert_null(strstr(text, "error"));
	assert_null(strstr(text, "log_parsing_status"));
}

static void
what_nobody_knows_yet_is_null(void **state)
{
	struct req *r = *state;
	const char *text;

	r->row.job = (struct job_row){ .number = 7, .bytes_total = 100 };
	text = document(r);
	assert_has(text, "\"mode\":null");
	assert_has(text, "\"lines_total\":null");
	assert_has(text, "\"seconds_left\":null");
}

static void
a_failure_is_told_even_with_strange_names(void **state)
{
	struct req *r = *state;

	r->row.job = (struct job_row){ .number = 7,
		.state = JOB_FAILED,
		.err = ERR_LOG_CHANGED,
		.words = span_text("it shrank"),
		.bytes_total = 100,
		.bytes_done = 25,
		.seconds = 5 };
	assert_has(document(r),
	    "\"error\":{\"message\":\"it shrank\",\"error_code\":503}");
	/* Nothing is waited for any more. */
	assert_has(document(r), "\"seconds_left\":0");
	r->row.job.words = span_text("gr\xfc\xdf.log: shrank");
	assert_has(document(r), "gr\xef\xbf\xbd\xef\xbf\xbd.log: shrank");
	r->row.job.words = span_text("");
	assert_has(document(r), err_text(ERR_LOG_CHANGED));
}

static void
a_failed_job_names_the_one_that_does_its_work(void **state)
{
	struct req *r = *state;

	r->row.job = (struct job_row){
		.number = 7, .state = JOB_FAILED, .err = ERR_NO_COUNTRIES
	};
	assert_null(strstr(document(r), "\"next\""));
	r->row.job.next = 8;
	assert_has(document(r), "\"next\":\"8\"");
}

static void
an_event_is_a_document_with_its_revision(void **state)
{
	struct req *r = *state;
	const char *text;

	r->row.job = (struct job_row){ .number = 7, .revision = 3 };
	assert_int_equal(api_job_events_encode(r), ERR_OK);
	text = arena_copy(&r->arena, r->out.body);
	assert_int_equal(strncmp(text, "id: 3\ndata: {\"job\"", 18), 0);
	assert_string_equal(text + r->out.body.len - 3, "}\n\n");
	assert_ptr_equal(
	    strchr(strstr(text, "data"), '\n'), text + r->out.body.len - 2);
	r->row.job = (struct job_row){ 0 };
	assert_int_equal(api_job_events_encode(r), ERR_OK);
	assert_span(r->out.body, ":\n\n");
}

/* Whichever of the allocations fails. */
static void
assert_is_whole_or_nothing(struct req *r, const struct job_row *job)
{
	const struct span file = span_text("logs.txt");
	const struct parse_summary parse = { .job = span_text("7"),
		.mode = span_text("full"),
		.files = &file,
		.files_len = 1,
		.places = { { 0, 96 } },
		.places_len = 1 };
	bool is_failing = true;
	char *whole;

	decoding_reset(r);
	r->row.job = *job;
	r->row.parse = parse;
	assert_int_equal(api_job_encode(r), ERR_OK);
	whole = strndup(r->out.body.data, r->out.body.len);
	for (int n = 0; is_failing; n++) {
		enum err e;

		decoding_reset(r);
		r->row.job = *job;
		r->row.parse = parse;
		failing_memory_begin(n);
		e = api_job_encode(r);
		is_failing = failing_memory_end();
		if (e == ERR_OK)
			assert_span(r->out.body, whole);
		else
			assert_int_equal(e, ERR_NO_MEMORY);
	}
	assert_int_equal(r->out.status, 200);
	free(whole);
}

static void
without_memory_there_is_no_document_and_nothing_is_lost(void **state)
{
	struct job_row job = { .number = 7,
		.phase = span_text("map"),
		.mode = span_text("full"),
		.bytes_total = 100,
		.bytes_done = 25,
		.lines_done = 3,
		.seconds = 5 };

	assert_is_whole_or_nothing(*state, &job);
	job.state = JOB_DONE;
	assert_is_whole_or_nothing(*state, &job);
	job.state = JOB_FAILED;
	job.err = ERR_LOG_CHANGED;
	job.next = 8;
	assert_is_whole_or_nothing(*state, &job);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(numbers_of_jobs_are_read),
		test(the_last_event_is_one_of_ours_or_none),
		test(a_running_job_says_what_is_left),
		test(what_nobody_knows_yet_is_null),
		test(a_failure_is_told_even_with_strange_names),
		test(a_failed_job_names_the_one_that_does_its_work),
		test(an_event_is_a_document_with_its_revision),
		test(without_memory_there_is_no_document_and_nothing_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
