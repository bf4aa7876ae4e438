#include "worker/api/summary.h"

#include "support/decoding.h"

static json_t *
summary(const struct parse_summary *s)
{
	json_t *o = json_object();

	assert_non_null(o);
	assert_true(summary_put(o, s));
	return o;
}

static void
places_name_their_files(void **state)
{
	const struct span files[] = { span_text("logs.txt"),
		span_text("gr\xfc\xdf.log") };
	const struct parse_summary s = {
		.files = files,
		.files_len = 2,
		.malformed = 3,
		.places = { { 0, 96 }, { 1, 5 }, { 2, 7 } },
		.places_len = 3,
	};
	static const char *const names[] = { "logs.txt",
		"gr\xef\xbf\xbd\xef\xbf\xbd.log", "" };
	json_t *o = summary(&s), *list = json_object_get(o, "malformed_at");

	(void)state;
	assert_int_equal(json_array_size(list), 3);
	for (size_t i = 0; i < 3; i++) {
		json_t *place = json_array_get(list, i);

		assert_string_equal(
		    json_string_value(json_object_get(place, "file")),
		    names[i]);
		assert_int_equal(
		    json_integer_value(json_object_get(place, "offset")),
		    s.places[i].offset);
	}
	json_decref(o);
}

static void
an_empty_log_has_no_places(void **state)
{
	const struct parse_summary s = { .job = span_text("7"),
		.mode = span_text("full") };
	json_t *o = summary(&s);

	(void)state;
	assert_int_equal(
	    json_array_size(json_object_get(o, "malformed_at")), 0);
	assert_int_equal(json_integer_value(json_object_get(o, "lines")), 0);
	assert_string_equal(json_string_value(json_object_get(o, "job")), "7");
	json_decref(o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_name_their_files),
		cmocka_unit_test(an_empty_log_has_no_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
