#include "worker/ingest/follow_places.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A folder with two in it, a file in either, and links. */
struct tree {
	char root[64];
	struct follow_places places;
};

static void
run(const struct tree *t, const char *command)
{
	char text[512];

	snprintf(text, sizeof(text), "cd %s && %s", t->root, command);
	assert_int_equal(system(text), 0);
}

static int
tree_open(void **state)
{
	struct tree *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	strcpy(t->root, "/tmp/trawl-places-XXXXXX");
	assert_non_null(mkdtemp(t->root));
	run(t, "mkdir a b && touch a/x.log a/y.log b/z.log &&"
	       "ln -s ../b/z.log a/link && ln -s b c");
	*state = t;
	return 0;
}

static int
tree_close(void **state)
{
	struct tree *t = *state;

	follow_places_cleanup(&t->places);
	run(t, "rm -r a b c");
	assert_int_equal(rmdir(t->root), 0);
	free(t);
	return 0;
}

/* Finds the places of names, each '%' of them the root. */
static void
find(struct tree *t, const char *format)
{
	char names[512];
	FILE *text = fmemopen(names, sizeof(names), "w");

	assert_non_null(text);
	for (; *format; format++) {
		if (*format == '%')
			fputs(t->root, text);
		else
			fputc(*format, text);
	}
	fclose(text);
	follow_places_cleanup(&t->places);
	assert_int_equal(follow_places_find(names, &t->places), ERR_OK);
}

static void
expect(const struct tree *t, size_t i, const char *folder, const char *pattern)
{
	char path[128];

	assert_true(i < t->places.len);
	snprintf(path, sizeof(path), "%s/%s", t->root, folder);
	assert_string_equal(t->places.places[i].folder, path);
	assert_string_equal(t->places.places[i].pattern, pattern);
}

static void
a_file_is_told_by_its_folder(void **state)
{
	struct tree *t = *state;

	find(t, " %/a/x.log , %/b/z.log,%/a/x.log");
	assert_int_equal(t->places.len, 2);
	expect(t, 0, "a", "x.log");
	expect(t, 1, "b", "z.log");
	assert_false(t->places.is_blind);
}

static void
a_glob_is_one_place(void **state)
{
	struct tree *t = *state;

	find(t, "%/a/*.log");
	assert_int_equal(t->places.len, 1);
	expect(t, 0, "a", "*.log");
	assert_true(follow_place_has(&t->places.places[0], "new.log"));
	assert_true(follow_place_has(&t->places.places[0], NULL));
	assert_true(follow_place_has(&t->places.places[0], "a"));
	assert_false(follow_place_has(&t->places.places[0], "new.txt"));
	assert_false(follow_place_has(&t->places.places[0], ".log"));
}

static void
a_link_is_told_by_its_file_too(void **state)
{
	struct tree *t = *state;

	find(t, "%/a/l*");
	assert_int_equal(t->places.len, 2);
	expect(t, 0, "a", "l*");
	expect(t, 1, "b", "z.log");
	find(t, "%/c/z.log");
	expect(t, 0, "b", "z.log");
}

static void
a_link_on_the_way_may_lead_elsewhere(void **state)
{
	struct tree *t = *state;
	size_t ways = 0;

	find(t, "%/c/z.log,%/c/y.log");
	assert_int_equal(t->places.len, 3);
	for (size_t i = 0; i < t->places.len; i++)
		ways += strcmp(t->places.places[i].folder, t->root) == 0 &&
			follow_place_has(&t->places.places[i], "c");
	assert_int_equal(ways, 1);
	assert_false(t->places.is_blind);
}

/* folder  NULL: the root */
static bool
has(const struct tree *t, const char *folder, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s%s%s", t->root, folder ? "/" : "",
	    folder ? folder : "");
	for (size_t i = 0; i < t->places.len; i++)
		if (strcmp(t->places.places[i].folder, path) == 0 &&
		    follow_place_has(&t->places.places[i], name))
			return true;
	return false;
}

static void
every_link_between_may_lead_elsewhere(void **state)
{
	struct tree *t = *state;

	run(t, "mkdir a/in && ln -s ../../c/z.log a/in/file &&"
	       "ln -s in/file a/first && ln -s a/in d && ln -s d e");
	find(t, "%/a/first");
	assert_int_equal(t->places.len, 4);
	assert_true(has(t, "a", "first"));
	assert_true(has(t, "a/in", "file"));
	assert_true(has(t, NULL, "c"));
	assert_true(has(t, "b", "z.log"));
	find(t, "%/e/new.log");
	assert_int_equal(t->places.len, 3);
	assert_true(has(t, NULL, "d") && has(t, NULL, "e"));
	assert_true(has(t, "a/in", "new.log"));
	assert_false(t->places.is_blind);
	run(t, "rm -r a/in a/first d e");
}

static void
links_in_a_circle_have_an_end(void **state)
{
	struct tree *t = *state;

	run(t, "ln -s two a/one && ln -s one a/two");
	find(t, "%/a/one,%/a/two/x.log");
	assert_true(has(t, "a", "one"));
	assert_true(has(t, "a", "two"));
}

static void
a_folder_in_the_place_of_another_is_told_apart(void **state)
{
	struct tree *t = *state;

	run(t, "mkdir a/in");
	find(t, "%/a/in/x.log,%/b/z.log");
	assert_false(follow_places_are_others(&t->places));
	run(t, "touch a/in/x.log && rm b/z.log");
	assert_false(follow_places_are_others(&t->places));
	run(t, "mv a old");
	assert_true(follow_places_are_others(&t->places));
	run(t, "mkdir -p a/in");
	assert_true(follow_places_are_others(&t->places));
	run(t, "rm -r a && mv old a");
	assert_false(follow_places_are_others(&t->places));
}

static void
what_is_not_there_yet_is_a_place(void **state)
{
	struct tree *t = *state;

	find(t, "%/a/not-yet.log");
	assert_int_equal(t->places.len, 1);
	assert_false(t->places.is_blind);
}

static void
what_the_kernel_cannot_tell_is_to_be_looked_at(void **state)
{
	struct tree *t = *state;

	find(t, "%/nowhere/x.log,%/a/x.log");
	assert_int_equal(t->places.len, 1);
	assert_true(t->places.is_blind);
	find(t, "%/[ab]/*.log");
	assert_int_equal(t->places.len, 3);
	assert_true(t->places.is_blind);
}

#define test(name) cmocka_unit_test_setup_teardown(name, tree_open, tree_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_file_is_told_by_its_folder),
		test(a_glob_is_one_place),
		test(a_link_is_told_by_its_file_too),
		test(a_link_on_the_way_may_lead_elsewhere),
		test(every_link_between_may_lead_elsewhere),
		test(links_in_a_circle_have_an_end),
		test(a_folder_in_the_place_of_another_is_told_apart),
		test(what_is_not_there_yet_is_a_place),
		test(what_the_kernel_cannot_tell_is_to_be_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
