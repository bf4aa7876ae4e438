#include "worker/ingest/plan.h"

#include "support/crew.h"

#include <dlfcn.h>

static bool is_vanishing;

/* What is asked for its path is gone, when a test says so. */
char *
realpath(const char *path, char *out)
{
	char *(*real)(const char *, char *);

	*(void **)&real = dlsym(RTLD_NEXT, "realpath");
	if (is_vanishing)
		unlink(path);
	return real(path, out);
}

static enum err
make(struct crew *c, struct arena *a, struct plan *plan)
{
	const struct worker_setup setup = crew_setup(c);
	const struct plan_wish wish = { .setup = &setup, .is_full = true };
	struct problem why = { "" };

	return plan_make(&wish, a, plan, &why);
}

static void
a_log_of_one_chunk_is_one_task_and_a_longer_one_many(void **state)
{
	struct crew *c = crew_open(0);
	struct plan plan;
	struct arena a;

	(void)state;
	arena_init(&a);
	crew_write(c, "w", "");
	assert_int_equal(make(c, &a, &plan), ERR_OK);
	assert_int_equal(plan.kind, TASK_WHOLE);
	assert_int_equal(plan.tasks, 1);
	crew_write(c, "w", "0123456789\n");
	assert_int_equal(make(c, &a, &plan), ERR_OK);
	assert_int_equal(plan.kind, TASK_WHOLE);
	c->config.chunk_size = 5;
	assert_int_equal(make(c, &a, &plan), ERR_OK);
	assert_int_equal(plan.kind, TASK_MAP);
	assert_int_equal(plan.tasks, 3);
	assert_int_equal(record_number(&plan.fields, "bytes_total"), 11);
	assert_true(
	    span_is_equal(record_get(&plan.fields, "geo"), span_text("none")));
	arena_reset(&a);
	crew_close(c);
}

static void
paths_are_absolute_whatever_the_setting_says(void **state)
{
	struct crew *c = crew_open(0);
	char here[256], path[256];
	struct plan plan;
	struct arena a;

	(void)state;
	arena_init(&a);
	crew_write(c, "w", "x\n");
	snprintf(path, sizeof(path), "%s", c->log);
	assert_non_null(getcwd(here, sizeof(here)));
	assert_int_equal(chdir(c->server.dir), 0);
	c->config.logs_file_name = "logs.txt";
	assert_int_equal(make(c, &a, &plan), ERR_OK);
	assert_int_equal(chdir(here), 0);
	assert_non_null(strstr(plan.source_text.data, path));
	c->config.logs_file_name = c->log;
	arena_reset(&a);
	crew_close(c);
}

/* It is there anew a moment later, or the next look says that it is not. */
static void
a_file_that_vanishes_while_it_is_looked_at_is_no_missing_one(void **state)
{
	struct crew *c = crew_open(0);
	struct plan plan;
	struct arena a;

	(void)state;
	arena_init(&a);
	crew_write(c, "w", "x\n");
	is_vanishing = true;
	assert_int_equal(make(c, &a, &plan), ERR_LOG_CHANGED);
	is_vanishing = false;
	assert_int_equal(make(c, &a, &plan), ERR_NO_LOG);
	arena_reset(&a);
	crew_close(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_log_of_one_chunk_is_one_task_and_a_longer_one_many),
		cmocka_unit_test(
		    a_file_that_vanishes_while_it_is_looked_at_is_no_missing_one),
		cmocka_unit_test(paths_are_absolute_whatever_the_setting_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
