#include "worker/ingest/job_view.h"

#include "support/crew.h"
#include "worker/ingest/plan.h"

/* The view that a worker makes of the job that another has planned. */
static struct job_view
view_of(struct crew *c, struct arena *a)
{
	const struct worker_setup setup = crew_setup(c);
	const struct plan_wish wish = { .setup = &setup, .is_full = true };
	struct problem why = { "" };
	struct plan plan;
	struct job_view v;

	assert_int_equal(plan_make(&wish, a, &plan, &why), ERR_OK);
	assert_int_equal(
	    record_put(&plan.fields, "source", plan.source_text), ERR_OK);
	assert_int_equal(job_view_of_record(&plan.fields, 7, &v), ERR_OK);
	return v;
}

static void
every_worker_makes_the_same_chunks_of_a_job(void **state)
{
	struct crew *c = crew_open(0);
	const struct worker_setup setup = crew_setup(c);
	struct problem why = { "" };
	struct job_view v;
	struct arena a;

	(void)state;
	arena_init(&a);
	crew_write(c, "w", "0123456789\n0123456789\n");
	c->config.chunk_size = 10;
	v = view_of(c, &a);
	assert_int_equal(v.number, 7);
	assert_int_equal(v.chunks_len, 3);
	assert_true(v.chunks[2].from == 20 && v.chunks[2].to == 22);
	assert_int_equal(job_view_check(&v, &setup, &why), ERR_OK);
	job_view_cleanup(&v);
	arena_reset(&a);
	crew_close(c);
}

static void
the_view_of_a_plan_is_that_of_the_record_it_becomes(void **state)
{
	struct crew *c = crew_open(0);
	const struct worker_setup setup = crew_setup(c);
	const struct plan_wish wish = { .setup = &setup, .is_full = true };
	struct problem why = { "" };
	struct job_view v, planned;
	struct plan plan;
	struct arena a;

	(void)state;
	arena_init(&a);
	crew_write(c, "w", "0123456789\n0123456789\n");
	c->config.chunk_size = 10;
	v = view_of(c, &a);
	assert_int_equal(plan_make(&wish, &a, &plan, &why), ERR_OK);
	assert_int_equal(job_view_of_plan(&plan, 7, &planned), ERR_OK);
	assert_int_equal(planned.number, v.number);
	assert_true(span_is_equal(planned.mode, v.mode));
	assert_true(span_is_equal(planned.geo, v.geo));
	assert_true(span_is_equal(planned.source_text, v.source_text));
	assert_int_equal(planned.chunks_len, v.chunks_len);
	for (size_t i = 0; i < v.chunks_len; i++) {
		assert_int_equal(planned.chunks[i].file, v.chunks[i].file);
		assert_int_equal(planned.chunks[i].from, v.chunks[i].from);
		assert_int_equal(planned.chunks[i].to, v.chunks[i].to);
	}
	job_view_cleanup(&planned);
	job_view_cleanup(&v);
	arena_reset(&a);
	crew_close(c);
}

static void
another_source_of_countries_or_another_host_leaves_it_to_others(void **state)
{
	struct crew *c = crew_open(0);
	const struct worker_setup setup = crew_setup(c);
	struct problem why = { "" };
	struct job_view v;
	struct arena a;

	(void)state;
	arena_init(&a);
	crew_write(c, "w", "0123456789\n");
	v = view_of(c, &a);
	v.geo = span_text("mmdb 2");
	assert_int_equal(job_view_check(&v, &setup, &why), ERR_STALE);
	v.geo = span_text("none");
	crew_write(c, "w", "another log\n");
	assert_int_equal(job_view_check(&v, &setup, &why), ERR_LOG_CHANGED);
	v.is_seen_from_here = false;
	assert_int_equal(job_view_check(&v, &setup, &why), ERR_STALE);
	assert_int_equal(unlink(c->log), 0);
	assert_int_equal(job_view_check(&v, &setup, &why), ERR_STALE);
	v.is_seen_from_here = true;
	assert_int_equal(job_view_check(&v, &setup, &why), ERR_LOG_CHANGED);
	job_view_cleanup(&v);
	arena_reset(&a);
	crew_close(c);
}

static void
a_job_knows_where_its_log_was_seen_from(void **state)
{
	static const char *const other[] = { "kernel 1 mnt:[2] user 3", "" };
	struct crew *c = crew_open(0);
	const struct worker_setup setup = crew_setup(c);
	const struct plan_wish wish = { .setup = &setup, .is_full = true };
	struct problem why = { "" };
	struct job_view v;
	struct plan plan;
	struct arena a;

	(void)state;
	arena_init(&a);
	crew_write(c, "w", "0123456789\n");
	assert_int_equal(plan_make(&wish, &a, &plan, &why), ERR_OK);
	assert_int_equal(job_view_of_plan(&plan, 7, &v), ERR_OK);
	assert_true(v.is_seen_from_here);
	job_view_cleanup(&v);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(
		    record_put_text(&plan.fields, "seen_from", other[i]),
		    ERR_OK);
		assert_int_equal(job_view_of_plan(&plan, 7, &v), ERR_OK);
		assert_false(v.is_seen_from_here);
		job_view_cleanup(&v);
	}
	arena_reset(&a);
	crew_close(c);
}

static void
a_record_of_another_form_is_corrupt(void **state)
{
	struct job_view v;
	struct record r;
	struct arena a;

	(void)state;
	arena_init(&a);
	record_init(&r, &a);
	assert_int_equal(job_view_of_record(&r, 7, &v), ERR_CORRUPT);
	job_view_cleanup(&v);
	assert_int_equal(record_put_text(&r, "chunk_size", "10"), ERR_OK);
	assert_int_equal(record_put_text(&r, "source", "x"), ERR_OK);
	assert_int_equal(job_view_of_record(&r, 7, &v), ERR_CORRUPT);
	job_view_cleanup(&v);
	arena_reset(&a);
}

static void
chunks_grow_with_the_log(void **state)
{
	const struct source s = { .bytes = (uint64_t)CHUNKS_MAX * 1000 };

	(void)state;
	assert_true(job_chunk_size(&s, 1) == 1001);
	assert_true(job_chunk_size(&s, 4096) == 4096);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_worker_makes_the_same_chunks_of_a_job),
		cmocka_unit_test(
		    the_view_of_a_plan_is_that_of_the_record_it_becomes),
		cmocka_unit_test(
		    another_source_of_countries_or_another_host_leaves_it_to_others),
		cmocka_unit_test(a_job_knows_where_its_log_was_seen_from),
		cmocka_unit_test(a_record_of_another_form_is_corrupt),
		cmocka_unit_test(chunks_grow_with_the_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
