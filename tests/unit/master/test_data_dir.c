/* The directory of a trawl: its mode, its lock, its small files. */
#include "master/data_dir.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char top[64], path[80];

static int
set_up(void **state)
{
	(void)state;
	strcpy(top, "/tmp/test_data_dir.XXXXXX");
	if (!mkdtemp(top))
		return -1;
	snprintf(path, sizeof(path), "%s/var", top);
	return 0;
}

static int
tear_down(void **state)
{
	static const char *const names[] = { "trawl.pid", "other.lock", "note",
		"note.new" };
	char file[128];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(file, sizeof(file), "%s/%s", path, names[i]);
		unlink(file);
	}
	rmdir(path);
	unlink(path);
	return rmdir(top);
}

static struct data_dir
open_dir(void)
{
	struct data_dir d;
	struct problem why = { 0 };

	if (data_dir_open(&d, path, &why) != ERR_OK)
		fail_msg("%s", why.text);
	return d;
}

static unsigned
mode_of(const char *name)
{
	char file[128];
	struct stat st;

	snprintf(file, sizeof(file), "%s/%s", path, name);
	assert_int_equal(stat(file, &st), 0);
	return st.st_mode & 07777;
}

static void
a_missing_directory_is_made_for_its_owner_alone(void **state)
{
	struct data_dir d = open_dir();

	(void)state;
	assert_int_equal(mode_of(""), 0700);
	data_dir_close(&d);
}

static void
one_that_is_there_is_closed_to_others(void **state)
{
	struct data_dir d;

	(void)state;
	assert_int_equal(mkdir(path, 0755), 0);
	d = open_dir();
	assert_int_equal(mode_of(""), 0700);
	data_dir_close(&d);
}

static void
a_directory_of_all_is_not_taken(void **state)
{
	struct data_dir d;
	struct problem why = { 0 };

	(void)state;
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(chmod(path, 01777), 0);
	assert_int_equal(data_dir_open(&d, path, &why), ERR_INVALID);
	assert_non_null(strstr(why.text, "is another's directory"));
	assert_int_equal(mode_of(""), 01777);
}

static void
what_is_no_directory_is_refused_by_name(void **state)
{
	struct data_dir d;
	struct problem why = { 0 };
	char words[160];
	FILE *file = fopen(path, "w");

	(void)state;
	assert_non_null(file);
	fclose(file);
	assert_int_equal(data_dir_open(&d, path, &why), ERR_INVALID);
	snprintf(
	    words, sizeof(words), "data_dir=\"%s\": Not a directory", path);
	assert_string_equal(why.text, words);
}

static void
a_second_holder_is_refused_and_told_who_is_first(void **state)
{
	struct data_dir first = open_dir(), second;
	struct problem why = { 0 };
	char pid[32];

	(void)state;
	assert_int_equal(data_dir_open(&second, path, &why), ERR_INVALID);
	snprintf(pid, sizeof(pid), "(process %d)", (int)getpid());
	assert_non_null(strstr(why.text, "is held by another trawl"));
	assert_non_null(strstr(why.text, pid));
	data_dir_close(&first);
	second = open_dir();
	data_dir_close(&second);
}

static void
a_lock_is_held_until_it_is_closed(void **state)
{
	struct data_dir d = open_dir();
	int first, second;

	(void)state;
	assert_int_equal(data_dir_lock(&d, "other.lock", &first, NULL), ERR_OK);
	assert_true(first >= 0);
	assert_int_equal(
	    data_dir_lock(&d, "other.lock", &second, NULL), ERR_OK);
	assert_int_equal(second, -1);
	close(first);
	assert_int_equal(
	    data_dir_lock(&d, "other.lock", &second, NULL), ERR_OK);
	assert_true(second >= 0);
	close(second);
	data_dir_close(&d);
}

static void
a_written_file_is_read_back_and_private(void **state)
{
	struct data_dir d = open_dir();
	char text[16];

	(void)state;
	assert_int_equal(data_dir_write(&d, "note", "first", NULL), ERR_OK);
	assert_int_equal(data_dir_write(&d, "note", "second", NULL), ERR_OK);
	assert_int_equal(mode_of("note"), 0600);
	assert_int_equal(
	    data_dir_read(&d, "note", text, sizeof(text), NULL), ERR_OK);
	assert_string_equal(text, "second");
	data_dir_close(&d);
}

static void
a_file_that_is_missing_or_too_long_is_not_read(void **state)
{
	struct data_dir d = open_dir();
	struct problem why = { 0 };
	char text[7];

	(void)state;
	assert_int_equal(
	    data_dir_read(&d, "note", text, sizeof(text), NULL), ERR_NOT_FOUND);
	assert_int_equal(data_dir_write(&d, "note", "sixsix", NULL), ERR_OK);
	assert_int_equal(
	    data_dir_read(&d, "note", text, sizeof(text), NULL), ERR_OK);
	assert_int_equal(data_dir_write(&d, "note", "seven..", NULL), ERR_OK);
	assert_int_equal(
	    data_dir_read(&d, "note", text, sizeof(text), &why), ERR_INVALID);
	assert_non_null(strstr(why.text, "note is too long"));
	data_dir_close(&d);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_missing_directory_is_made_for_its_owner_alone),
		TEST(one_that_is_there_is_closed_to_others),
		TEST(a_directory_of_all_is_not_taken),
		TEST(what_is_no_directory_is_refused_by_name),
		TEST(a_second_holder_is_refused_and_told_who_is_first),
		TEST(a_lock_is_held_until_it_is_closed),
		TEST(a_written_file_is_read_back_and_private),
		TEST(a_file_that_is_missing_or_too_long_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
