/* Standard input kept as a file. */
#include "master/spool.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { BYTES = 700000 }; /* more than a pipe or a block holds */

static struct progress nobody_looks;

static char
byte_at(size_t i)
{
	return (char)(i * 7 + i / 1000);
}

static void *
write_pipe(void *arg)
{
	char bytes[1000];
	int fd = *(int *)arg;

	for (size_t i = 0; i < BYTES; i += sizeof(bytes)) {
		for (size_t j = 0; j < sizeof(bytes); j++)
			bytes[j] = byte_at(i + j);
		if (write(fd, bytes, sizeof(bytes)) != sizeof(bytes))
			break;
	}
	close(fd);
	return NULL;
}

static void
a_pipe_can_be_read_again_by_path(void **state)
{
	struct problem why = { "" };
	struct spool s;
	struct stat st;
	pthread_t thread;
	int ends[2], fd;
	char *bytes = malloc(BYTES);

	(void)state;
	assert_non_null(bytes);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(
	    pthread_create(&thread, NULL, write_pipe, &ends[1]), 0);
	assert_int_equal(spool_open(&s, ends[0], &nobody_looks, &why), ERR_OK);
	pthread_join(thread, NULL);
	close(ends[0]);
	fd = open(s.path, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(st.st_size, BYTES);
	assert_int_equal(st.st_nlink, 0);
	assert_int_equal(read(fd, bytes, BYTES), BYTES);
	for (size_t i = 0; i < BYTES; i++)
		if (bytes[i] != byte_at(i))
			fail_msg("byte %zu differs", i);
	close(fd);
	free(bytes);
	spool_close(&s);
	assert_int_equal(s.fd, -1);
	spool_close(&s);
}

static void
a_long_copy_says_how_far_it_is(void **state)
{
	struct problem why = { "" };
	struct progress progress;
	struct spool s;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	int ends[2];

	(void)state;
	assert_non_null(out);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "1234567", 7), 7);
	close(ends[1]);
	progress_init(&progress, out, 0);
	progress.began_ms -= 7000;
	assert_int_equal(spool_open(&s, ends[0], &progress, &why), ERR_OK);
	fclose(out);
	assert_string_equal(text, "\r7 B, 1 B/s\033[K\r\033[K");
	free(text);
	close(ends[0]);
	spool_close(&s);
}

static void
an_input_that_cannot_be_read_is_refused(void **state)
{
	struct problem why = { "" };
	struct spool s;

	(void)state;
	assert_int_equal(
	    spool_open(&s, -1, &nobody_looks, &why), ERR_LOG_UNREADABLE);
	assert_non_null(strstr(why.text, "standard input: cannot be read"));
	assert_int_equal(s.fd, -1);
}

/* What is said of a directory that does not take what is written to `fd`. */
static void
expect_refused(int fd, const char *words)
{
	struct problem why = { "" };
	struct spool s;

	assert_int_equal(spool_open(&s, fd, &nobody_looks, &why), ERR_INVALID);
	assert_string_equal(why.text, words);
	assert_int_equal(s.fd, -1);
}

#define ACCEPTED                                                          \
	"accepted is a directory that takes files, with room for all of " \
	"standard input"

static void
a_folder_that_takes_no_file_is_named(void **state)
{
	int fd = open("/dev/null", O_RDONLY);

	(void)state;
	setenv("TMPDIR", "/nowhere", 1);
	expect_refused(
	    fd, "TMPDIR=\"/nowhere\": No such file or directory: " ACCEPTED);
	unsetenv("TMPDIR");
	close(fd);
}

static void
a_folder_whose_name_is_too_long_is_refused(void **state)
{
	char folder[5000], words[512];

	(void)state;
	memset(folder, 'a', sizeof(folder) - 1);
	folder[sizeof(folder) - 1] = '\0';
	snprintf(words, sizeof(words),
	    "TMPDIR=\"%.255s\": File name too long: " ACCEPTED, folder);
	setenv("TMPDIR", folder, 1);
	expect_refused(-1, words);
	unsetenv("TMPDIR");
}

/* As on a full disk: no file of this process may be longer than so. */
static void
a_folder_without_room_is_named_with_the_remedy(void **state)
{
	struct rlimit before, limit;
	int ends[2];

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "1234567", 7), 7);
	close(ends[1]);
	signal(SIGXFSZ, SIG_IGN);
	limit = (struct rlimit){ 3, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	unsetenv("TMPDIR");
	expect_refused(ends[0], "/tmp: File too large: set TMPDIR: " ACCEPTED);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	signal(SIGXFSZ, SIG_DFL);
	close(ends[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pipe_can_be_read_again_by_path),
		cmocka_unit_test(a_long_copy_says_how_far_it_is),
		cmocka_unit_test(an_input_that_cannot_be_read_is_refused),
		cmocka_unit_test(a_folder_that_takes_no_file_is_named),
		cmocka_unit_test(a_folder_whose_name_is_too_long_is_refused),
		cmocka_unit_test(
		    a_folder_without_room_is_named_with_the_remedy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
