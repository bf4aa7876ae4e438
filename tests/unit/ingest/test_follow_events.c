/* A real loop, and a kernel that tells of real files. */
#include "worker/ingest/follow_events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A folder, of whose files the log is those that end with ".log". */
struct folder {
	uv_loop_t loop;
	char path[64], pattern[8];
	struct follow_places places;
	struct follow_events events;
	int changes;
	bool is_closed;
};

static void
on_change(void *arg)
{
	((struct folder *)arg)->changes++;
}

static void
on_closed(void *arg)
{
	((struct folder *)arg)->is_closed = true;
}

static int
setup(void **state)
{
	static struct folder f;

	f = (struct folder){ .path = "/tmp/trawl-events-XXXXXX",
		.pattern = "*.log" };
	assert_non_null(mkdtemp(f.path));
	f.places.places[0] =
	    (struct follow_place){ .folder = f.path, .pattern = f.pattern };
	f.places.len = 1;
	uv_loop_init(&f.loop);
	follow_events_init(&f.events, &f.loop, on_change, &f);
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct folder *f = *state;
	char command[128];

	follow_events_close(&f->events, on_closed);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	assert_true(f->is_closed);
	assert_int_equal(uv_loop_close(&f->loop), 0);
	snprintf(command, sizeof(command), "rm -r %s", f->path);
	assert_int_equal(system(command), 0);
	return 0;
}

/* The kernel has the events when this returns. */
static void
write_to(const struct folder *f, const char *name)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", f->path, name);
	file = fopen(path, "a");
	assert_non_null(file);
	fputc(0, file);
	fclose(file);
}

static void
the_first_change_of_the_log_is_told_and_no_other(void **state)
{
	struct folder *f = *state;

	assert_true(follow_events_start(&f->events, &f->places));
	assert_true(f->events.is_listening);
	write_to(f, "x.log");
	write_to(f, "y.log");
	uv_run(&f->loop, UV_RUN_NOWAIT);
	assert_int_equal(f->changes, 1);
	assert_false(f->events.is_listening);
	write_to(f, "z.log");
	uv_run(&f->loop, UV_RUN_NOWAIT);
	assert_int_equal(f->changes, 1);

	assert_true(follow_events_start(&f->events, &f->places));
	write_to(f, "x.log");
	uv_run(&f->loop, UV_RUN_NOWAIT);
	assert_int_equal(f->changes, 2);
}

static void
changes_of_other_files_are_not_told_unless_they_are_many(void **state)
{
	struct folder *f = *state;

	assert_true(follow_events_start(&f->events, &f->places));
	for (int i = 0; i < 100; i++)
		write_to(f, "other");
	uv_run(&f->loop, UV_RUN_NOWAIT);
	assert_int_equal(f->changes, 0);
	assert_true(f->events.is_listening);
	for (int i = 0; i < 5000 && f->changes == 0; i++) {
		write_to(f, i % 2 ? "other" : "another");
		uv_run(&f->loop, UV_RUN_NOWAIT);
	}
	assert_int_equal(f->changes, 1);
	assert_false(f->events.is_listening);
}

static void
one_that_was_stopped_tells_nothing(void **state)
{
	struct folder *f = *state;

	follow_events_stop(&f->events);
	assert_true(follow_events_start(&f->events, &f->places));
	write_to(f, "x.log");
	follow_events_stop(&f->events);
	uv_run(&f->loop, UV_RUN_NOWAIT);
	assert_int_equal(f->changes, 0);
}

static void
a_folder_that_is_not_there_is_said(void **state)
{
	struct folder *f = *state;
	char gone[] = "/tmp/trawl-events-gone";

	f->places.places[1] = f->places.places[0];
	f->places.places[0].folder = gone;
	f->places.len = 2;
	assert_false(follow_events_start(&f->events, &f->places));
	write_to(f, "x.log");
	uv_run(&f->loop, UV_RUN_NOWAIT);
	assert_int_equal(f->changes, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_first_change_of_the_log_is_told_and_no_other),
		TEST(changes_of_other_files_are_not_told_unless_they_are_many),
		TEST(one_that_was_stopped_tells_nothing),
		TEST(a_folder_that_is_not_there_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
