#include "worker/transport/response.h"

#include "worker/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct date now = { 1, "now" };

static void
assert_answer(struct req *r, bool is_last, bool is_old, const char *want)
{
	struct output out = { 0 };

	response_add(&out, r, &now, is_last, is_old);
	if (!span_is_equal(
		span_of(out.copied.data, out.copied.len), span_text(want)))
		fail_msg("\"%.*s\"", (int)out.copied.len, out.copied.data);
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

		response_add(&out, &r, &now, false, false);
		assert_int_equal(
		    atoi(out.copied.data + strlen("HTTP/1.1 ")), statuses[i]);
		output_cleanup(&out);
	}
}

/* All that is to be sent, in order. */
static const char *
whole(const struct output *out)
{
	static char text[4096];
	size_t len = 0, at = 0;

	for (size_t i = 0; i <= out->loans_len; i++) {
		bool is_end = i == out->loans_len;
		size_t until = is_end ? out->copied.len : out->loans[i].at;
		struct span lent =
		    is_end ? span_of(NULL, 0) : out->loans[i].bytes;

		assert_true(len + until - at + lent.len < sizeof(text));
		memcpy(text + len, out->copied.data + at, until - at);
		len += until - at;
		if (lent.len > 0)
			memcpy(text + len, lent.data, lent.len);
		len += lent.len;
		at = until;
	}
	text[len] = '\0';
	return text;
}

#define HEAD_OF(date, rest)                                                \
	"HTTP/1.1 200 OK\r\nDate: " date                                   \
	"\r\nContent-Type: application/json\r\nContent-Length: 2\r\n" rest \
	"ETag: \"a\"\r\n\r\n"

static void
a_document_leaves_with_its_head_in_one_piece(void **state)
{
	struct document *d = document_new(span_text("1"), span_text("{}"));
	struct req r = { .out = { .status = 200, .etag = "\"a\"" } };
	static const struct date later = { 2, "later" };
	struct output out = { 0 };

	(void)state;
	assert_non_null(d);
	r.out.document = d;
	r.out.body = d->body;
	response_add(&out, &r, &now, false, false);
	assert_int_equal(out.loans_len, 1);
	assert_int_equal(out.copied.len, 0);
	assert_string_equal(whole(&out), HEAD_OF("now", "") "{}");
	/* Another head, while the first is still to be written. */
	response_add(&out, &r, &now, true, true);
	response_add(&out, &r, &later, false, false);
	response_add(&out, &r, &now, false, false);
	assert_string_equal(
	    whole(&out), HEAD_OF("now", "") "{}" HEAD_OF("now",
			     "Connection: close\r\n") "{}" HEAD_OF("later",
			     "") "{}" HEAD_OF("now", "") "{}");
	assert_int_equal(d->refs, 2);
	output_clear(&out);
	assert_int_equal(d->refs, 1);
	/* The next second, the next kind of client. */
	response_add(&out, &r, &later, false, false);
	assert_string_equal(whole(&out), HEAD_OF("later", "") "{}");
	output_clear(&out);
	response_add(&out, &r, &later, false, true);
	assert_string_equal(
	    whole(&out), HEAD_OF("later", "Connection: keep-alive\r\n") "{}");
	output_clear(&out);
	/* As it was sent last, and in no other way. */
	assert_false(response_is_ready(d, &later));
	response_add(&out, &r, &later, false, false);
	assert_true(response_is_ready(d, &later));
	assert_false(response_is_ready(d, &now));
	output_lend_document(&out, d);
	assert_string_equal(
	    whole(&out), HEAD_OF("later", "") "{}" HEAD_OF("later", "") "{}");
	output_clear(&out);
	assert_int_equal(d->refs, 1);
	/* Neither of these is the document. */
	r.method = METHOD_HEAD;
	response_add(&out, &r, &later, false, false);
	assert_string_equal(whole(&out), HEAD_OF("later", ""));
	output_clear(&out);
	output_cleanup(&out);
	document_release(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_body_has_type_and_length),
		cmocka_unit_test(some_statuses_have_none),
		cmocka_unit_test(headers_are_those_that_the_request_was_given),
		cmocka_unit_test(every_error_has_its_status_line),
		cmocka_unit_test(a_document_leaves_with_its_head_in_one_piece),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
