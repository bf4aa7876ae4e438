#ifndef TRAWL_TESTS_UNIT_SHOPLOG_LOG_FILES_H
#define TRAWL_TESTS_UNIT_SHOPLOG_LOG_FILES_H

#include "common/base/span.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* A directory of its own for each test, which is the working directory while it
 * runs: cmocka's setup and teardown. */
static char log_directory[] = "/tmp/trawl-shoplog-XXXXXX";

static inline int
log_directory_open(void **state)
{
	(void)state;
	memcpy(log_directory + sizeof(log_directory) - 7, "XXXXXX", 6);
	return mkdtemp(log_directory) && chdir(log_directory) == 0 ? 0 : -1;
}

static inline int
log_directory_close(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", log_directory);
	return chdir("/") == 0 ? system(command) : -1;
}

#define IN_DIRECTORY(test)               \
	cmocka_unit_test_setup_teardown( \
	    test, log_directory_open, log_directory_close)

static inline void
log_file_write(const char *name, struct span bytes)
{
	FILE *f = fopen(name, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes.data, 1, bytes.len, f), bytes.len);
	assert_int_equal(fclose(f), 0);
}

static inline void
log_file_set_time(const char *name, time_t seconds)
{
	struct timespec times[2] = { { .tv_sec = seconds },
		{ .tv_sec = seconds } };

	assert_int_equal(utimensat(AT_FDCWD, name, times, 0), 0);
}

#endif
