#include "worker/api/parse.h"

#include "support/decoding.h"
#include "support/failing_memory.h"

static void
full_and_async_are_read(void **state)
{
	static const struct {
		const char *query, *prefer;
		bool full, is_async;
	} rows[] = {
		{ "", "", false, false },
		{ "full=true", "respond-async", true, true },
		{ "full=0", "wait=10, Respond-Async; x=1", false, true },
		{ "full=1", "respond-asynchronously", true, false },
		{ "", "respond-async=\"\"", false, true },
	};
	struct req *r = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		decoding_reset(r);
		r->query = span_text(rows[i].query);
		r->prefer = span_text(rows[i].prefer);
		assert_int_equal(api_parse_decode(r), ERR_OK);
		assert_int_equal(r->in.full, rows[i].full);
		assert_int_equal(r->in.is_async, rows[i].is_async);
	}
	decoding_reset(r);
	r->query = span_text("full=perhaps");
	assert_int_equal(api_parse_decode(r), ERR_INVALID);
}

static void
a_parse_is_a_document_of_all_that_the_reports_cover(void **state)
{
	const struct span files[] = { span_text("logs.txt"),
		span_of("\xff", 1) };
	struct req *r = *state;

	r->row.parse = (struct parse_summary){ .job = span_text("7"),
		.mode = span_text("full"),
		.files = files,
		.files_len = 2,
		.lines = 3,
		.bytes = 99,
		.malformed = 2,
		.places = { { 0, 96 }, { 1, 5 } },
		.places_len = 2,
		.other = 1,
		.seconds = 0.025 };
	assert_int_equal(api_parse_encode(r), ERR_OK);
	assert_int_equal(r->out.status, 201);
	for (size_t i = 0; i < r->out.body.len; i++)
		assert_int_not_equal(r->out.body.data[i], '\0');
	const char *body = arena_copy(&r->arena, r->out.body);
	static const char *const parts[] = { "added to the database", "\"7\"",
		"\"lines\"", "99", "\"logs.txt\"", "96", "\"seconds\":0.025,",
		"\"full\"", "\"other\"", "\xEF\xBF\xBD" };
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		assert_non_null(strstr(body, parts[i]));
}

static void
a_parse_that_goes_on_is_accepted_with_its_place(void **state)
{
	struct req *r = *state;

	r->row.is_accepted = true;
	r->row.job.number = 12;
	assert_int_equal(api_parse_encode(r), ERR_OK);
	assert_int_equal(r->out.status, 202);
	assert_string_equal(r->out.location, "/parse/12");
	assert_null(r->out.preference_applied);
	r->in.is_async = true;
	assert_int_equal(api_parse_encode(r), ERR_OK);
	assert_string_equal(r->out.preference_applied, "respond-async");
}

/* Whichever of the allocations fails. */
static void
without_memory_there_is_no_document_and_nothing_is_lost(void **state)
{
	struct req *r = *state;
	bool is_failing = true;

	for (int n = 0; is_failing; n++) {
		enum err e;

		decoding_reset(r);
		failing_memory_begin(n);
		e = api_parse_encode(r);
		is_failing = failing_memory_end();
		if (e == ERR_OK)
			assert_span(r->out.body,
			    "{\"log_parsing_status\":\"added to the database\","
			    "\"job\":\"\",\"files\":0,\"lines\":0,"
			    "\"bytes\":0,\"malformed\":0,\"malformed_at\":[],"
			    "\"other\":0,\"seconds\":0.0,\"mode\":\"\"}");
		else
			assert_int_equal(e, ERR_NO_MEMORY);
	}
	assert_int_equal(r->out.status, 201);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(full_and_async_are_read),
		test(a_parse_is_a_document_of_all_that_the_reports_cover),
		test(a_parse_that_goes_on_is_accepted_with_its_place),
		test(without_memory_there_is_no_document_and_nothing_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
