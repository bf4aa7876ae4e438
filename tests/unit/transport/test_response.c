#include "worker/transport/response.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void
assert_answer(struct req *r, bool is_last, bool is_old, const char *want)
{
	struct output out = { 0 };

	response_add(&out, r, "now", is_last, is_old);
	if (!span_is_equal(span_of(out.data, out.len), span_text(want)))
		fail_msg("\"%.*s\"", (int)out.len, out.data);
	output_cleanup(&out);
}

static void
a_body_has_type_and_length(void **state)
{
	struct req r = { .out = { .status = 200, .body = span_text("{}") } };

	(void)state;
	assert_answer(&r, false, false,
	    "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Type: application/json\r\n"
	    "Content-Length: 2\r\n\r\n{}");
	r.method = METHOD_HEAD;
	assert_answer(&r, true, false,
	    "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Type: application/json\r\n"
	    "Content-Length: 2\r\nConnection: close\r\n\r\n");
}

static void
some_statuses_have_none(void **state)
{
	struct req r = { .out = { .status = 204, .body = span_text("{}") } };

	(void)state;
	assert_answer(&r, false, true,
	    "HTTP/1.1 204 No Content\r\nDate: now\r\n"
	    "Connection: keep-alive\r\n\r\n");
	r.out.status = 304;
	r.out.etag = "\"a\"";
	assert_answer(&r, false, false,
	    "HTTP/1.1 304 Not Modified\r\nDate: now\r\nETag: \"a\"\r\n\r\n");
}

static void
headers_are_those_that_the_request_was_given(void **state)
{
	struct req r = { .out = { .status = 503,
			     .location = "/a",
			     .link = "</b>; rel=\"next\"",
			     .allow = "GET",
			     .retry_after_s = 7 } };

	(void)state;
	assert_answer(&r, false, false,
	    "HTTP/1.1 503 Service Unavailable\r\nDate: now\r\n"
	    "Content-Type: application/json\r\nContent-Length: 0\r\n"
	    "Location: /a\r\nLink: </b>; rel=\"next\"\r\nAllow: GET\r\n"
	    "Retry-After: 7\r\n\r\n");
}

/* A status without its words would be told as a 500. */
static void
every_error_has_its_status_line(void **state)
{
	static const int statuses[] = {
#define X(name, status, text) status,
		ERR_LIST(X)
#undef X
	};

	(void)state;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		struct req r = { .out = { .status = statuses[i] } };
		struct output out = { 0 };

		response_add(&out, &r, "now", false, false);
		assert_int_equal(
		    atoi(out.data + strlen("HTTP/1.1 ")), statuses[i]);
		output_cleanup(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_body_has_type_and_length),
		cmocka_unit_test(some_statuses_have_none),
		cmocka_unit_test(headers_are_those_that_the_request_was_given),
		cmocka_unit_test(every_error_has_its_status_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
