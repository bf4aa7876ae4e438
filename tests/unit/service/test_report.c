#include "worker/service/report.h"

#include "unit/service/reporter.h"

static void
before_a_parse_there_is_no_report(void **state)
{
	struct reporter t;
	struct asked a;

	(void)state;
	reporter_open(&t);
	asked_init(&t, &a);
	a.req.in.report = 1;
	assert_int_equal(asked_run(&t, &a, service_report), ERR_NOTHING_PARSED);
	asked_free(&a);
	reporter_close(&t);
}

static void
a_report_is_of_the_newest_generation(void **state)
{
	struct reporter t;
	struct asked a, b;

	(void)state;
	reporter_open(&t);
	reporter_parse(&t, shop_log);
	asked_init(&t, &a);
	a.req.in.report = 6;
	assert_int_equal(asked_run(&t, &a, service_report), ERR_OK);
	assert_non_null(strstr(a.req.out.body.data, "\"lines\":"));
	reporter_parse(&t, "no line\n");
	asked_init(&t, &b);
	b.req.in.report = 6;
	assert_int_equal(asked_run(&t, &b, service_report), ERR_OK);
	assert_false(span_is_equal(
	    a.req.row.parse.generation, b.req.row.parse.generation));
	assert_false(span_is_equal(a.req.out.body, b.req.out.body));
	asked_free(&a);
	asked_free(&b);
	reporter_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_a_parse_there_is_no_report),
		cmocka_unit_test(a_report_is_of_the_newest_generation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
