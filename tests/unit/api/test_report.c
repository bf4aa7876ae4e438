#include "worker/api/report.h"

#include "support/decoding.h"
#include "worker/document.h"

#include <stdio.h>

static enum err
decode(struct req *r, int64_t number, const char *query)
{
	decoding_reset(r);
	r->path_id = number;
	r->query = span_text(query);
	return api_report_decode(r);
}

static void
only_seven_reports_are_there(void **state)
{
	struct req *r = *state;

	for (int64_t n = 1; n <= 7; n++)
		assert_int_equal(decode(r, n, ""), ERR_OK);
	assert_int_equal(decode(r, 0, ""), ERR_BAD_PARAMETER);
	assert_int_equal(decode(r, 8, ""), ERR_BAD_PARAMETER);
}

static void
a_category_is_decoded_once_and_plus_is_plus(void **state)
{
	struct req *r = *state;

	assert_int_equal(decode(r, 2, "category=a%2Bb+c%2541"), ERR_OK);
	assert_true(r->in.has_category);
	assert_span(r->in.category, "a+b+c%41");
	assert_int_equal(decode(r, 2, "category=%ff"), ERR_INVALID);
	assert_int_equal(decode(r, 2, ""), ERR_OK);
	assert_false(r->in.has_category);
	/* About no category: it is a parameter like any unknown one. */
	assert_int_equal(decode(r, 6, "category=x"), ERR_OK);
	assert_false(r->in.has_category);
}

static void
a_period_has_two_sides_that_may_be_open(void **state)
{
	struct req *r = *state;

	assert_int_equal(decode(r, 1, ""), ERR_OK);
	assert_false(r->in.has_period);
	assert_int_equal(decode(r, 1, "from=2018-08-01"), ERR_OK);
	assert_true(r->in.has_period);
	assert_int_equal(r->in.period.to, INT32_MAX);
	assert_int_equal(decode(r, 1, "from=2018-08-01&to=2018-08-01"), ERR_OK);
	assert_int_equal(r->in.period.from, r->in.period.to);
}

static void
what_is_no_period_names_the_parameter(void **state)
{
	static const struct {
		const char *query, *errors;
	} rows[] = {
		{ "from=2018-02-30", "from: Not a date; expected YYYY-MM-DD." },
		{ "to=yesterday", "to: Not a date; expected YYYY-MM-DD." },
		{ "from=&to=x", "from: Not a date; expected YYYY-MM-DD.; "
				"to: Not a date; expected YYYY-MM-DD." },
		{ "from=2018-08-02&to=2018-08-01", "from: Lies after to." },
	};
	struct req *r = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(decode(r, 1, rows[i].query), ERR_INVALID);
		assert_string_equal(decoding_errors(r), rows[i].errors);
	}
}

static int
status(struct req *r, const char *if_none_match)
{
	if (!r->out.document)
		r->out.document =
		    document_new(span_text("7-1a2b3c4d"), span_text("{}"));
	assert_non_null(r->out.document);
	r->out.body = r->out.document->body;
	r->if_none_match = span_text(if_none_match);
	assert_int_equal(api_report_encode(r), ERR_OK);
	assert_int_equal(r->out.body.len, r->out.status == 304 ? 0 : 2);
	return r->out.status;
}

static void
an_etag_that_matches_spares_the_body(void **state)
{
	struct req *r = *state;

	assert_int_equal(decode(r, 1, ""), ERR_OK);
	assert_int_equal(status(r, NULL), 200);
	assert_string_equal(r->out.etag, "\"7-1a2b3c4d-1\"");
	assert_int_equal(status(r, "\"7-1a2b3c4d-1\""), 304);
	assert_int_equal(status(r, "W/\"7-1a2b3c4d-1\""), 304);
	assert_int_equal(status(r, "\"x\" ,\t\"7-1a2b3c4d-1\" "), 304);
	assert_int_equal(status(r, " * "), 304);
	assert_int_equal(status(r, "\"7-1a2b3c4d-2\""), 200);
	assert_int_equal(status(r, "7-1a2b3c4d-1"), 200);
	assert_int_equal(status(r, "W/W/\"7-1a2b3c4d-1\""), 200);
}

static void
an_etag_that_is_asked_for_must_match_strongly(void **state)
{
	static const struct {
		const char *if_match;
		enum err err;
	} cases[] = {
		{ "*", ERR_OK },
		{ "\"7-1a2b3c4d-1\"", ERR_OK },
		{ "\"x\", \"7-1a2b3c4d-1\"", ERR_OK },
		{ "W/\"7-1a2b3c4d-1\"", ERR_PRECONDITION },
		{ "\"x\"", ERR_PRECONDITION },
		{ "x", ERR_PRECONDITION },
	};
	struct req *r = *state;

	assert_int_equal(decode(r, 1, ""), ERR_OK);
	assert_int_equal(status(r, NULL), 200);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		r->if_match = span_text(cases[i].if_match);
		assert_int_equal(api_report_encode(r), cases[i].err);
	}
}

static void
every_query_has_an_etag_of_its_own(void **state)
{
	static const char *const queries[] = { "", "category=a", "category=b",
		"from=2018-08-01", "to=2018-08-01",
		"category=a&to=2018-08-01" };
	enum { QUERIES = sizeof(queries) / sizeof(queries[0]) };
	char tags[QUERIES][64];
	struct req *r = *state;

	for (size_t i = 0; i < QUERIES; i++) {
		assert_int_equal(decode(r, 2, queries[i]), ERR_OK);
		assert_int_equal(status(r, NULL), 200);
		snprintf(tags[i], sizeof(tags[i]), "%s", r->out.etag);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(tags[i], tags[j]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(only_seven_reports_are_there),
		test(a_category_is_decoded_once_and_plus_is_plus),
		test(a_period_has_two_sides_that_may_be_open),
		test(what_is_no_period_names_the_parameter),
		test(an_etag_that_matches_spares_the_body),
		test(an_etag_that_is_asked_for_must_match_strongly),
		test(every_query_has_an_etag_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
