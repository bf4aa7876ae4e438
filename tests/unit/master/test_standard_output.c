/* What was printed is on its way, or the reason is told. */
#include "master/standard_output.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Prints into a file and ends that, perhaps with more in between than stdio holds;
 * the words of cmocka go where they went before. */
static enum err
print_into(const char *path, int lines, struct problem *why)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	int before;
	enum err e;

	assert_true(fd >= 0);
	fflush(stdout);
	before = dup(STDOUT_FILENO);
	dup2(fd, STDOUT_FILENO);
	for (int i = 0; i < lines; i++)
		puts("a line");
	e = standard_output_finish(why);
	clearerr(stdout);
	dup2(before, STDOUT_FILENO);
	close(before);
	close(fd);
	return e;
}

static void
what_was_printed_is_written(void **state)
{
	char path[] = "/tmp/trawl-output-XXXXXX", text[32] = "";
	struct problem why = { "" };
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(print_into(path, 2, &why), ERR_OK);
	assert_int_equal(read(fd, text, sizeof(text) - 1), 14);
	assert_string_equal(text, "a line\na line\n");
	assert_string_equal(why.text, "");
	close(fd);
	unlink(path);
}

static void
a_full_disk_is_told(void **state)
{
	static const char words[] =
	    "standard output: cannot be written: No space left on device";
	struct problem why = { "" };

	(void)state;
	assert_int_equal(print_into("/dev/full", 1, &why), ERR_INTERNAL);
	assert_string_equal(why.text, words);
	assert_int_equal(print_into("/dev/full", 1000, NULL), ERR_INTERNAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_printed_is_written),
		cmocka_unit_test(a_full_disk_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
