#include "worker/ingest/work_run.h"

#include "support/crew.h"
#include "worker/ingest/plan.h"
#include "worker/ingest/work.h"

#include <hiredis/hiredis.h>

/* A task of job 7, as a worker gets it. */
struct desk {
	struct crew *crew;
	struct arena arena;
	struct job_view view;
	struct work work;
};

static void
desk_open(struct desk *d, const char *log, int64_t chunk_size)
{
	struct problem why = { "" };
	struct plan plan;

	*d = (struct desk){ .crew = crew_open(1) };
	d->crew->member[0].is_frozen = true;
	d->crew->config.chunk_size = chunk_size;
	crew_write(d->crew, "w", log);
	const struct plan_wish wish = { .setup = &d->crew->member[0].setup,
		.is_full = true };
	assert_int_equal(plan_make(&wish, &d->arena, &plan, &why), ERR_OK);
	assert_int_equal(
	    record_put(&plan.fields, "source", plan.source_text), ERR_OK);
	assert_int_equal(job_view_of_record(&plan.fields, 7, &d->view), ERR_OK);
	d->work = (struct work){ .setup = &d->crew->member[0].setup,
		.view = &d->view,
		.task = { .job = 7, .deliveries = 1, .entry = "1-1" },
		.worker = "ann" };
	redis_process_ask(&d->crew->server, "SET {logs}:running 7");
}

static void
desk_close(struct desk *d)
{
	job_view_cleanup(&d->view);
	arena_reset(&d->arena);
	crew_close(d->crew);
}

static const char *
ask(struct desk *d, const char *what)
{
	return redis_process_ask(&d->crew->server, what);
}

static void
a_map_task_leaves_a_partial_and_the_tail_apart(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d, "no line\nno line\nno end", 10);
	d.work.task.index = 0;
	work_run(&d.work);
	assert_int_equal(d.work.err, ERR_OK);
	assert_int_equal(d.work.lines, 2);
	assert_string_equal(ask(&d, "EXISTS {logs}:job:7:partial:0"), "1");
	assert_string_equal(ask(&d, "EXISTS {logs}:job:7:partial:tail"), "0");
	d.work.task.index = 1;
	work_run(&d.work);
	assert_int_equal(d.work.err, ERR_OK);
	assert_int_equal(d.work.lines, 1);
	assert_string_equal(ask(&d, "EXISTS {logs}:job:7:partial:tail"), "1");
	assert_true(atoi(ask(&d, "TTL {logs}:job:7:partial:1")) > 0);
	assert_string_equal(ask(&d, "HGET {logs}:job:7 lines_done"), "3");
	/* Whoever is late is told so. */
	ask(&d, "SET {logs}:running 8");
	work_run(&d.work);
	assert_int_equal(d.work.err, ERR_STALE);
	desk_close(&d);
}

static void
a_plan_is_the_beginning_of_a_job(void **state)
{
	struct desk d;
	struct redisContext *heard;

	(void)state;
	desk_open(&d, "no line\nno line\n", 10);
	heard = redis_process_subscribe(&d.crew->server, "{logs}:events");
	d.work.task.kind = TASK_PLAN;
	work_run(&d.work);
	assert_int_equal(d.work.err, ERR_OK);
	assert_string_equal(redis_process_hear(heard), "7 tasks");
	redisFree(heard);
	assert_string_equal(ask(&d, "HGET {logs}:job:7 phase"), "map");
	assert_string_equal(ask(&d, "HGET {logs}:job:7 remaining"), "2");
	assert_string_equal(ask(&d, "HGET {logs}:job:7 mode"), "full");
	assert_string_equal(ask(&d, "XLEN {logs}:tasks"), "2");
	/* Whoever was slow adds nothing. */
	work_run(&d.work);
	assert_int_equal(d.work.err, ERR_OK);
	assert_string_equal(ask(&d, "XLEN {logs}:tasks"), "2");
	ask(&d, "SET {logs}:running 8");
	work_run(&d.work);
	assert_int_equal(d.work.err, ERR_STALE);
	desk_close(&d);
}

/* The reports are committed, and the job is begun again, as one that waited. */
static void
a_plan_that_finds_nothing_new_ends_the_job(void **state)
{
	struct desk d;
	struct redisContext *heard;

	(void)state;
	desk_open(&d, "no line\n", 4096);
	ask(&d, "HSET {logs}:job:7 keep_s 60 revision 4");
	heard = redis_process_subscribe(&d.crew->server, "{logs}:events");
	ask(&d, "XGROUP CREATE {logs}:tasks workers 0 MKSTREAM");
	d.work.task.kind = TASK_WHOLE;
	work_run(&d.work);
	assert_int_equal(d.work.err, ERR_OK);
	assert_string_equal(redis_process_hear(heard), "7 done");
	/* Who watches it is told of each step by its revision. */
	assert_string_equal(ask(&d, "HGET {logs}:job:7 revision"), "5");
	ask(&d, "SET {logs}:running 7");
	d.work.task.kind = TASK_PLAN;
	work_run(&d.work);
	assert_int_equal(d.work.err, ERR_OK);
	assert_string_equal(redis_process_hear(heard), "7 done");
	assert_string_equal(ask(&d, "HGET {logs}:job:7 revision"), "6");
	assert_string_equal(ask(&d, "GET {logs}:running"), "(nil)");
	assert_string_equal(ask(&d, "HGET {logs}:job:7 mode"), "unchanged");
	assert_in_range(atoi(ask(&d, "TTL {logs}:job:7")), 1, 60);
	assert_in_range(atoi(ask(&d, "TTL {logs}:job:7:tasks")), 1, 60);
	redisFree(heard);
	desk_close(&d);
}

static void
work_for_a_job_that_is_over_commits_nothing(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d, "no line\n", 4096);
	d.work.task.kind = TASK_WHOLE;
	ask(&d, "SET {logs}:running 8");
	work_run(&d.work);
	assert_int_equal(d.work.err, ERR_STALE);
	assert_string_equal(ask(&d, "EXISTS {logs}:manifest"), "0");
	desk_close(&d);
}

static void
a_task_that_does_not_exist_or_is_stopped_ends_with_an_error(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d, "no line\n", 4096);
	d.work.task.index = 1;
	work_run(&d.work);
	assert_int_equal(d.work.err, ERR_CORRUPT);
	d.work.task.kind = TASK_REDUCE;
	d.work.task.index = 16;
	work_run(&d.work);
	assert_int_equal(d.work.err, ERR_CORRUPT);
	d.work.task.kind = TASK_MAP;
	d.work.task.index = 0;
	atomic_store(&d.work.stop, 1);
	work_run(&d.work);
	assert_true(d.work.err == ERR_STALE || d.work.err == ERR_DRAINING);
	desk_close(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_map_task_leaves_a_partial_and_the_tail_apart),
		cmocka_unit_test(a_plan_is_the_beginning_of_a_job),
		cmocka_unit_test(a_plan_that_finds_nothing_new_ends_the_job),
		cmocka_unit_test(work_for_a_job_that_is_over_commits_nothing),
		cmocka_unit_test(
		    a_task_that_does_not_exist_or_is_stopped_ends_with_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
