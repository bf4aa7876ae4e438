/* The documents: every field of the contract, in its order, and valid JSON
 * whatever the log is called. */
#include "common/report/report.h"

#include "common/base/civil.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const files[] = { "logs.txt" };

static struct report_source
source(void)
{
	return (struct report_source){ .job = "7",
		.files = files,
		.files_len = 1,
		.lines = 24284,
		.malformed = 2,
		.first_s = (int64_t)736907 * 86400 + 95,
		.last_s = (int64_t)736920 * 86400 + 35636,
		.parsed_at = "2026-01-31T09:00:00Z",
		.geo = "ranges 4be1" };
}

#define SOURCE                                                                \
	"\"source\":{\"job\":\"7\",\"files\":[\"logs.txt\"],\"lines\":24284," \
	"\"malformed\":2,\"from\":\"2018-08-02T00:01:35\",\"to\":\"2018-08-"  \
	"15T09:53:56\",\"parsed_at\":\"2026-01-31T09:00:00Z\",\"geo\":"       \
	"\"ranges 4be1\"}}"

static void
assert_document(
    const struct answer *a, const struct period *period, const char *expected)
{
	struct report_source s = source();
	char *json;
	size_t len;

	assert_int_equal(report_encode(a, &s, period, &json, &len), ERR_OK);
	assert_string_equal(json, expected);
	assert_int_equal(len, strlen(json));
	free(json);
}

static void
countries_have_names_and_codes(void **state)
{
	struct answer_row rows[] = {
		{ span_text("United States"), "US", 8765 },
		{ span_text("China"), "CN", 5 },
	};
	struct answer a = { .report = 1,
		.ranking = rows,
		.ranking_len = 2,
		.is_named = true,
		.value = 8765,
		.unknown = 3428 };

	(void)state;
	assert_document(&a, NULL,
	    "{\"report\":1,\"question\":\"Which country do visitors come from "
	    "most often?\",\"answer\":\"United States\",\"unit\":\"requests\","
	    "\"value\":8765,\"ranking\":[{\"name\":\"United States\",\"code\":"
	    "\"US\",\"value\":8765},{\"name\":\"China\",\"code\":\"CN\","
	    "\"value\":5}],\"unknown\":3428," SOURCE);
}

static void
no_row_is_a_null_answer(void **state)
{
	struct answer a = { .report = 5,
		.is_named = true,
		.category = span_text("semi_manufactures") };

	(void)state;
	assert_document(&a, NULL,
	    "{\"report\":5,\"question\":\"Which category is bought together "
	    "with this one most often?\",\"answer\":null,\"unit\":\"carts\","
	    "\"value\":0,\"ranking\":[],\"category\":\"semi_manufactures\","
	    "\"carts\":0," SOURCE);
}

static void
a_number_is_its_own_answer(void **state)
{
	struct answer_row rows[] = { { span_text("1"), "", 5 },
		{ span_text("2"), "", 3 } };
	struct answer a = { .report = 7,
		.ranking = rows,
		.ranking_len = 2,
		.value = 3,
		.buyers = 8 };

	(void)state;
	assert_document(&a, NULL,
	    "{\"report\":7,\"question\":\"How many users bought more than "
	    "once?\",\"answer\":3,\"unit\":\"users\",\"value\":3,\"ranking\":"
	    "[{\"name\":\"1\",\"value\":5},{\"name\":\"2\",\"value\":3}],"
	    "\"buyers\":8," SOURCE);
}

static void
the_load_lists_every_hour_in_order(void **state)
{
	struct answer_row hours[] = {
		{ span_text("2018-08-02T03"), "", 7 },
		{ span_text("2018-08-02T04"), "", UINT64_C(5000000000) },
	};
	struct answer_row ranking[] = { hours[1], hours[0] };
	struct answer a = { .report = 4,
		.ranking = ranking,
		.ranking_len = 2,
		.value = 5000000000,
		.series = hours,
		.series_len = 2 };
	struct period period = { INT32_MIN, 736907 };

	(void)state;
	assert_document(&a, &period,
	    "{\"report\":4,\"question\":\"How many requests come in the "
	    "busiest hour?\",\"answer\":5000000000,\"unit\":\"requests\","
	    "\"value\":5000000000,\"ranking\":["
	    "{\"name\":\"2018-08-02T04\",\"value\":5000000000},"
	    "{\"name\":\"2018-08-02T03\",\"value\":7}],\"series\":["
	    "{\"name\":\"2018-08-02T03\",\"value\":7},"
	    "{\"name\":\"2018-08-02T04\",\"value\":5000000000}],"
	    "\"period\":{\"from\":null,\"to\":\"2018-08-02\"}," SOURCE);
}

/* The document as jansson reads it; the test decrefs it. */
static json_t *
read_back(const struct answer *a, const struct report_source *s,
    const struct period *period)
{
	json_t *object;
	char *json;
	size_t len;

	assert_int_equal(report_encode(a, s, period, &json, &len), ERR_OK);
	object = json_loadb(json, len, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(object);
	free(json);
	return object;
}

static void
every_report_has_what_is_its_own(void **state)
{
	static const char *const own[] = { "unknown", "unknown", "hours",
		"series", "carts", NULL, "buyers" };
	struct report_source s = source();

	(void)state;
	for (int n = 1; n <= REPORTS; n++) {
		struct answer a = { .report = n };
		json_t *d = read_back(&a, &s, NULL);

		assert_int_equal(
		    json_integer_value(json_object_get(d, "report")), n);
		assert_true(json_is_string(json_object_get(d, "question")));
		assert_true(json_is_string(json_object_get(d, "unit")));
		assert_int_equal(json_object_get(d, "category") != NULL,
		    n == 2 || n == 3 || n == 5);
		for (int i = 0; i < REPORTS; i++)
			if (own[i] && (i + 1 == n || n > 2))
				assert_int_equal(
				    json_object_get(d, own[i]) != NULL,
				    i + 1 == n);
		assert_null(json_object_get(d, "period"));
		json_decref(d);
	}
}

static void
a_period_is_said_when_it_was_asked_for(void **state)
{
	struct report_source s = source();
	struct answer a = { .report = 6 };
	struct period period = { 736907, INT32_MAX };
	json_t *d = read_back(&a, &s, &period), *p;

	(void)state;
	p = json_object_get(d, "period");
	assert_string_equal(
	    json_string_value(json_object_get(p, "from")), "2018-08-02");
	assert_true(json_is_null(json_object_get(p, "to")));
	json_decref(d);
}

static void
the_command_line_has_no_job_and_an_empty_log_no_times(void **state)
{
	struct report_source s = source();
	struct answer a = { .report = 6 };
	json_t *d, *told;

	(void)state;
	s.job = NULL;
	s.first_s = INT64_MAX;
	s.last_s = INT64_MIN;
	d = read_back(&a, &s, NULL);
	told = json_object_get(d, "source");
	assert_true(json_is_null(json_object_get(told, "job")));
	assert_true(json_is_null(json_object_get(told, "from")));
	assert_true(json_is_null(json_object_get(told, "to")));
	json_decref(d);
}

static void
names_are_escaped_and_odd_bytes_replaced(void **state)
{
	static const char *const odd[] = { "a\"b\\c.txt", "gr\xfc\xdf.log" };
	struct report_source s = source();
	struct answer a = { .report = 2,
		.is_named = true,
		.category = span_text("m\xc3\xbcsli\"") };
	json_t *d, *told, *names;

	(void)state;
	s.files = odd;
	s.files_len = 2;
	s.geo = "ranges (IPinfo: no country for \xff)";
	d = read_back(&a, &s, NULL);
	told = json_object_get(d, "source");
	names = json_object_get(told, "files");
	assert_string_equal(
	    json_string_value(json_array_get(names, 0)), "a\"b\\c.txt");
	assert_string_equal(json_string_value(json_array_get(names, 1)),
	    "gr\xef\xbf\xbd\xef\xbf\xbd.log");
	assert_string_equal(json_string_value(json_object_get(told, "geo")),
	    "ranges (IPinfo: no country for \xef\xbf\xbd)");
	assert_string_equal(json_string_value(json_object_get(d, "category")),
	    "m\xc3\xbcsli\"");
	json_decref(d);
}

static void
what_is_not_utf8_is_an_error_and_no_document(void **state)
{
	struct report_source s = source();
	struct answer a = {
		.report = 2, .is_named = true, .category = span_text("\xff")
	};
	char *json;
	size_t len;

	(void)state;
	assert_int_equal(
	    report_encode(&a, &s, NULL, &json, &len), ERR_INTERNAL);
	a.report = 8;
	assert_int_equal(
	    report_encode(&a, &s, NULL, &json, &len), ERR_INTERNAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(countries_have_names_and_codes),
		cmocka_unit_test(no_row_is_a_null_answer),
		cmocka_unit_test(a_number_is_its_own_answer),
		cmocka_unit_test(the_load_lists_every_hour_in_order),
		cmocka_unit_test(every_report_has_what_is_its_own),
		cmocka_unit_test(a_period_is_said_when_it_was_asked_for),
		cmocka_unit_test(
		    the_command_line_has_no_job_and_an_empty_log_no_times),
		cmocka_unit_test(names_are_escaped_and_odd_bytes_replaced),
		cmocka_unit_test(what_is_not_utf8_is_an_error_and_no_document),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
