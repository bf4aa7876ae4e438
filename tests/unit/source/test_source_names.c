/* source_names_expand: what names stand for before anything is opened. */
#include "common/shoplog/source/source_names.h"

#include "support/few_files.h"
#include "unit/shoplog/log_files.h"

static void
write_text(const char *name)
{
	log_file_write(name, span_text("a line\n"));
}

static void
assert_name(
    const struct source_name *n, const char *path, size_t entry, bool is_match)
{
	assert_string_equal(n->path, path);
	assert_int_equal(n->entry, entry);
	assert_int_equal(n->is_match, is_match);
}

static void
matches_of_a_glob_are_one_entry(void **state)
{
	const char *lists[] = { "none, log.*", "log.2" };
	struct source_names n;

	(void)state;
	write_text("log.2");
	write_text("log.1");
	assert_int_equal(source_names_expand(&n, lists, 2, NULL), ERR_OK);
	assert_int_equal(n.len, 4);
	assert_name(&n.list[0], "none", 0, false);
	assert_name(&n.list[1], "log.1", 1, true);
	assert_name(&n.list[2], "log.2", 1, true);
	assert_name(&n.list[3], "log.2", 2, false);
	source_names_cleanup(&n);
}

static void
more_files_than_a_log_may_have_are_refused(void **state)
{
	static char names[2 * SOURCE_FILES_MAX + 2];
	const char *lists[] = { names };
	struct problem why = { "" };
	struct source_names n;

	(void)state;
	for (size_t i = 0; i <= SOURCE_FILES_MAX; i++)
		memcpy(names + 2 * i, "a,", 2);
	names[sizeof(names) - 1] = '\0';
	assert_int_equal(source_names_expand(&n, lists, 1, &why), ERR_NO_LOG);
	assert_non_null(strstr(why.text, "10000 is the most"));
	assert_null(n.list);
	names[sizeof(names) - 3] = '\0';
	assert_int_equal(source_names_expand(&n, lists, 1, &why), ERR_OK);
	assert_int_equal(n.len, SOURCE_FILES_MAX);
	source_names_cleanup(&n);
}

static void
a_glob_without_a_match_is_refused_by_name(void **state)
{
	const char *lists[] = { "log.*" };
	struct problem why = { "" };
	struct source_names n;

	(void)state;
	assert_int_equal(source_names_expand(&n, lists, 1, &why), ERR_NO_LOG);
	assert_non_null(strstr(why.text, "log.*: matches no file"));
	assert_null(n.list);
}

/* There may be a match, so "no such log" would be wrong. */
static void
a_process_without_descriptors_says_so(void **state)
{
	const char *lists[] = { "log.*" };
	struct problem why = { "" };
	struct source_names n;
	enum err e;

	(void)state;
	write_text("log.1");
	assert_int_equal(few_files_begin(), 0);
	e = source_names_expand(&n, lists, 1, &why);
	assert_int_equal(few_files_end(), 0);
	assert_int_equal(e, ERR_NO_FILES);
	assert_non_null(strstr(why.text, "log.*: a directory on the way"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIRECTORY(matches_of_a_glob_are_one_entry),
		IN_DIRECTORY(more_files_than_a_log_may_have_are_refused),
		IN_DIRECTORY(a_glob_without_a_match_is_refused_by_name),
		IN_DIRECTORY(a_process_without_descriptors_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
