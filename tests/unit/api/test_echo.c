#include "support/decoding.h"
#include "worker/api/echo.h"

static void
hello_greets_the_world(void **state)
{
	struct req *r = *state;

	assert_int_equal(api_hello_encode(r), ERR_OK);
	assert_int_equal(r->out.status, 200);
	assert_span(r->out.body, "{\"hello\":\"world\"}");
}

static void
json_comes_back_byte_by_byte(void **state)
{
	static const char *const bodies[] = { "{ \"b\":1,\n\"a\" : 1.50 }",
		"[]", "null", "\"\\u0000\"",
		" 123456789012345678901234567890" };
	struct req *r = *state;

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		decoding_reset(r);
		r->body = span_text(bodies[i]);
		assert_int_equal(api_echo_decode(r), ERR_OK);
		assert_int_equal(api_echo_encode(r), ERR_OK);
		assert_span(r->out.body, bodies[i]);
	}
}

static void
nothing_comes_back_as_an_empty_object(void **state)
{
	struct req *r = *state;

	assert_int_equal(api_echo_decode(r), ERR_OK);
	assert_int_equal(api_echo_encode(r), ERR_OK);
	assert_span(r->out.body, "{}");
}

static void
what_is_not_json_is_refused(void **state)
{
	static const char *const bodies[] = { "{\"a\":", "{\"a\":1,\"a\":1}",
		" ", "{}{}", "\"\xff\"", "undefined" };
	struct req *r = *state;

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		decoding_body(r, bodies[i]);
		assert_int_equal(api_echo_decode(r), ERR_BAD_JSON);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(hello_greets_the_world),
		test(json_comes_back_byte_by_byte),
		test(nothing_comes_back_as_an_empty_object),
		test(what_is_not_json_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
