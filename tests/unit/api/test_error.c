#include "support/decoding.h"
#include "worker/api/error.h"

#include <jansson.h>

static void
error_has_message_and_code(void **state)
{
	struct req *r = *state;

	r->out.err = ERR_LOGIN_BUSY;
	assert_int_equal(api_error_encode(r), ERR_OK);
	assert_int_equal(r->out.status, 409);
	assert_span(
	    r->out.body, "{\"message\":\"Login is busy\",\"error_code\":409}");
}

static void
detail_takes_the_place_of_the_words(void **state)
{
	struct req *r = *state;

	r->out.err = ERR_BAD_PARAMETER;
	r->out.detail = "from is after \"to\"";
	assert_int_equal(api_error_encode(r), ERR_OK);
	assert_span(r->out.body,
	    "{\"message\":\"from is after \\\"to\\\"\",\"error_code\":400}");
	r->out.detail = "gr\xfc\xdf.log: shrank";
	assert_int_equal(api_error_encode(r), ERR_OK);
	assert_span(r->out.body,
	    "{\"message\":\"gr\xef\xbf\xbd\xef\xbf\xbd.log: shrank\","
	    "\"error_code\":400}");
}

static void
all_errors_of_all_fields_are_told(void **state)
{
	struct req *r = *state;

	r->out.err = ERR_INVALID;
	req_field_error(r, "login", "one");
	req_field_error(r, "password", "two");
	req_field_error(r, "login", "three");
	assert_int_equal(api_error_encode(r), ERR_OK);
	assert_int_equal(r->out.status, 400);
	assert_span(r->out.body,
	    "{\"message\":\"Validation failed\",\"error_code\":400,"
	    "\"errors\":{\"login\":[\"one\",\"three\"],"
	    "\"password\":[\"two\"]}}");
}

static int left; /* allocations of jansson until memory is out */

static void *
allocate(size_t size)
{
	return left-- > 0 ? malloc(size) : NULL;
}

/* The n-th allocation fails, for every n until all is told. */
static void
whatever_memory_is_left_there_are_message_and_code(void **state)
{
	struct req *r = *state;
	bool is_told = false;

	json_set_alloc_funcs(allocate, free);
	for (int n = 0; !is_told && n < 1000; n++) {
		decoding_reset(r);
		r->out.err = ERR_INVALID;
		r->out.detail = "a d\xe9tail";
		req_field_error(r, "login", "one");
		req_field_error(r, "login", "two");
		left = n;
		assert_int_equal(api_error_encode(r), ERR_OK);
		assert_int_equal(r->out.status, 400);
		is_told = span_is_equal(r->out.body,
		    span_text("{\"message\":\"a d\xef\xbf\xbdtail\","
			      "\"error_code\":400,"
			      "\"errors\":{\"login\":[\"one\",\"two\"]}}"));
		if (!is_told)
			assert_span(r->out.body,
			    "{\"message\":\"Validation failed\","
			    "\"error_code\":400}");
	}
	assert_true(is_told);
	json_set_alloc_funcs(malloc, free);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(error_has_message_and_code),
		test(detail_takes_the_place_of_the_words),
		test(all_errors_of_all_fields_are_told),
		test(whatever_memory_is_left_there_are_message_and_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
