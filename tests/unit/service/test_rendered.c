#include "worker/service/rendered.h"

#include "worker/service/report.h"

#include "unit/service/reporter.h"

static req_step done;

static enum req_state
done(struct req *r)
{
	return req_done(r);
}

static enum req_state
get(struct req *r)
{
	return rendered_get(r->worker->rendered, r, done);
}

static void
init(struct reporter *t, struct asked *a, int report)
{
	asked_init(t, a);
	a->req.in.report = report;
	a->req.row.parse.generation = span_text("1");
}

static void
a_document_is_made_once_for_all_who_ask(void **state)
{
	enum { MANY = 10 };
	struct asked a[MANY];
	struct reporter t;

	(void)state;
	reporter_open(&t);
	reporter_parse(&t, shop_log);
	for (size_t i = 0; i < MANY; i++) {
		init(&t, &a[i], 4);
		req_start(&a[i].req, get);
	}
	for (size_t i = 0; i < MANY; i++) {
		asked_wait(&t, &a[i]);
		assert_int_equal(a[i].req.out.err, ERR_OK);
		assert_ptr_equal(
		    a[i].req.out.body.data, a[0].req.out.body.data);
	}
	for (size_t i = 0; i < MANY; i++)
		asked_free(&a[i]);
	reporter_close(&t);
}

static void
a_ready_document_needs_no_redis(void **state)
{
	struct reporter t;
	struct asked a, b;

	(void)state;
	reporter_open(&t);
	reporter_parse(&t, shop_log);
	init(&t, &a, 4);
	assert_int_equal(asked_run(&t, &a, get), ERR_OK);
	redis_process_kill(&t.crew->server);
	init(&t, &b, 4);
	b.req.row.parse.generation = a.req.row.parse.generation;
	req_start(&b.req, get);
	assert_int_equal(b.answers, 1);
	assert_ptr_equal(b.req.out.body.data, a.req.out.body.data);
	asked_free(&a);
	asked_free(&b);
	reporter_close(&t);
}

static void
a_document_is_ready_once_it_was_asked_for(void **state)
{
	struct reporter t;
	struct asked a;

	(void)state;
	reporter_open(&t);
	reporter_parse(&t, shop_log);
	init(&t, &a, 4);
	assert_int_equal(asked_run(&t, &a, get), ERR_OK);
	assert_ptr_equal(
	    rendered_ready(t.worker->rendered, a.req.row.parse.generation, 4),
	    a.req.out.document);
	assert_null(
	    rendered_ready(t.worker->rendered, a.req.row.parse.generation, 6));
	assert_null(
	    rendered_ready(t.worker->rendered, span_text("another"), 4));
	asked_free(&a);
	/* Without copies nobody knows of which generation. */
	assert_null(service_report_ready(t.worker, 4));
	reporter_close(&t);
}

static void
a_refusal_is_not_kept(void **state)
{
	struct reporter t;
	struct asked a;

	(void)state;
	reporter_open(&t);
	init(&t, &a, 4);
	assert_int_equal(asked_run(&t, &a, get), ERR_NOTHING_PARSED);
	asked_free(&a);
	reporter_parse(&t, shop_log);
	init(&t, &a, 4);
	assert_int_equal(asked_run(&t, &a, get), ERR_OK);
	asked_free(&a);
	reporter_close(&t);
}

/* Report 6 from this day on. */
static enum err
ask_from(struct reporter *t, struct span generation, int32_t day)
{
	struct asked a;
	enum err e;

	init(t, &a, 6);
	a.req.row.parse.generation = generation;
	a.req.in.has_period = true;
	a.req.in.period.from = day;
	e = asked_run(t, &a, get);
	asked_free(&a);
	return e;
}

static void
the_least_recently_asked_make_room(void **state)
{
	struct reporter t;
	struct asked a;

	(void)state;
	reporter_open(&t);
	reporter_parse(&t, shop_log);
	rendered_close(t.worker->rendered);
	t.crew->config.report_copies = 20000; /* some twenty */
	t.worker->rendered = rendered_open(t.worker);
	assert_non_null(t.worker->rendered);
	init(&t, &a, 6);
	assert_int_equal(asked_run(&t, &a, get), ERR_OK);
	for (int32_t day = 0; day < 100; day++) {
		struct span now = a.req.row.parse.generation;

		assert_int_equal(ask_from(&t, now, day), ERR_OK);
		assert_int_equal(ask_from(&t, now, 0), ERR_OK);
	}
	redis_process_kill(&t.crew->server);
	assert_int_equal(ask_from(&t, a.req.row.parse.generation, 0), ERR_OK);
	assert_int_equal(ask_from(&t, a.req.row.parse.generation, 99), ERR_OK);
	assert_int_equal(
	    ask_from(&t, a.req.row.parse.generation, 1), ERR_STORE_DOWN);
	asked_free(&a);
	reporter_close(&t);
}

static void
another_generation_ends_all_documents_of_the_one_before(void **state)
{
	struct reporter t;
	struct asked a;

	(void)state;
	reporter_open(&t);
	reporter_parse(&t, shop_log);
	init(&t, &a, 4);
	assert_int_equal(asked_run(&t, &a, get), ERR_OK);
	assert_int_equal(ask_from(&t, a.req.row.parse.generation, 1), ERR_OK);
	assert_int_equal(ask_from(&t, span_text("next"), 2), ERR_OK);
	redis_process_kill(&t.crew->server);
	assert_int_equal(
	    ask_from(&t, a.req.row.parse.generation, 1), ERR_STORE_DOWN);
	asked_free(&a);
	reporter_close(&t);
}

static void
who_waits_at_the_end_is_answered(void **state)
{
	struct reporter t;
	struct asked a;

	(void)state;
	reporter_open(&t);
	reporter_parse(&t, shop_log);
	init(&t, &a, 4);
	req_start(&a.req, get);
	reporter_close(&t);
	assert_int_equal(a.answers, 1);
	asked_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_is_made_once_for_all_who_ask),
		cmocka_unit_test(a_ready_document_needs_no_redis),
		cmocka_unit_test(a_document_is_ready_once_it_was_asked_for),
		cmocka_unit_test(a_refusal_is_not_kept),
		cmocka_unit_test(the_least_recently_asked_make_room),
		cmocka_unit_test(
		    another_generation_ends_all_documents_of_the_one_before),
		cmocka_unit_test(who_waits_at_the_end_is_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
