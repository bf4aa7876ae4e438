#include "worker/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
it_is_there_as_long_as_somebody_holds_it(void **state)
{
	struct document *d = document_new(span_text("7-a"), span_text("{}"));

	(void)state;
	assert_non_null(d);
	document_hold(d);
	document_release(d);
	assert_true(span_is_equal(d->generation, span_text("7-a")));
	assert_true(span_is_equal(d->body, span_text("{}")));
	assert_false(d->has_etag);
	document_release(d);
	document_release(NULL);
}

static void
a_head_stands_right_before_the_body(void **state)
{
	struct document *d = document_new(span_text("1"), span_text("body"));
	static char long_head[DOCUMENT_HEAD_MAX + 1];

	(void)state;
	assert_true(span_is_equal(document_message(d), span_text("body")));
	assert_true(document_set_head(d, span_text("a head ")));
	assert_true(
	    span_is_equal(document_message(d), span_text("a head body")));
	d->lent = 1; /* somebody is about to write it */
	assert_false(document_set_head(d, span_text("other ")));
	d->lent = 0;
	assert_true(
	    document_set_head(d, span_of(long_head, DOCUMENT_HEAD_MAX)));
	assert_false(
	    document_set_head(d, span_of(long_head, DOCUMENT_HEAD_MAX + 1)));
	assert_int_equal(
	    document_message(d).len, DOCUMENT_HEAD_MAX + strlen("body"));
	document_release(d);
}

static void
it_may_be_empty(void **state)
{
	struct document *d = document_new(span_of(NULL, 0), span_of(NULL, 0));

	(void)state;
	assert_non_null(d);
	assert_int_equal(document_message(d).len, 0);
	document_release(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_there_as_long_as_somebody_holds_it),
		cmocka_unit_test(a_head_stands_right_before_the_body),
		cmocka_unit_test(it_may_be_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
