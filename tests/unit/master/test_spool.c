/* Standard input kept as a file. */
#include "master/spool.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
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
	assert_int_equal(spool_open(&s, -1, &nobody_looks, &why), ERR_NO_LOG);
	assert_non_null(strstr(why.text, "standard input: cannot be read"));
	assert_int_equal(s.fd, -1);
}

static void
a_folder_that_takes_no_file_is_named(void **state)
{
	struct problem why = { "" };
	struct spool s;
	int fd = open("/dev/null", O_RDONLY);

	(void)state;
	setenv("TMPDIR", "/nowhere", 1);
	assert_int_equal(spool_open(&s, fd, &nobody_looks, &why), ERR_NO_LOG);
	assert_non_null(strstr(why.text, "/nowhere"));
	assert_non_null(strstr(why.text, "TMPDIR"));
	unsetenv("TMPDIR");
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pipe_can_be_read_again_by_path),
		cmocka_unit_test(a_long_copy_says_how_far_it_is),
		cmocka_unit_test(an_input_that_cannot_be_read_is_refused),
		cmocka_unit_test(a_folder_that_takes_no_file_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
