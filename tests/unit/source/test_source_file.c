/* A file of a log that changes after it was identified: noticed, unless it grew. */
#include "common/shoplog/source/source_file.h"

#include "support/few_files.h"
#include "unit/shoplog/log_files.h"

#include <errno.h>
#include <sys/syscall.h>

static char log_name[] = "log";
static bool is_disk_failing;
static bool appends_meanwhile; /* while it is waited for that */
static int writes_anew_behind; /* so many reads; 0: never */

static void
write_text(const char *name, const char *text)
{
	log_file_write(name, span_text(text));
}

ssize_t
pread(int fd, void *to, size_t len, off_t offset)
{
	if (writes_anew_behind > 0 && --writes_anew_behind == 0)
		write_text("log", "one\nTWO\nthree\n");
	if (!is_disk_failing)
		return syscall(SYS_pread64, fd, to, len, offset);
	errno = EIO;
	return -1;
}

int
nanosleep(const struct timespec *time, struct timespec *left)
{
	(void)time;
	(void)left;
	if (appends_meanwhile)
		write_text("log", "one\ntwo\n");
	appends_meanwhile = false;
	return 0;
}

static void
format_is_told_by_the_first_bytes(void **state)
{
	static const struct {
		const char *bytes;
		enum source_format format;
	} files[] = {
		{ "", SOURCE_PLAIN },
		{ "\x1f", SOURCE_PLAIN },
		{ "\x1f\x8b", SOURCE_GZIP },
		{ "\x28\xb5\x2f", SOURCE_PLAIN },
		{ "\x28\xb5\x2f\xfd more", SOURCE_ZSTD },
		{ "\x4f\x2a\x4d\x18 more", SOURCE_PLAIN },
		{ "\x50\x2a\x4d\x18 more", SOURCE_ZSTD },
		{ "\x5f\x2a\x4d\x18 more", SOURCE_ZSTD },
		{ "\x60\x2a\x4d\x18 more", SOURCE_PLAIN },
	};
	struct source_file f = { .path = log_name };

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		write_text("log", files[i].bytes);
		assert_int_equal(source_file_identify(&f, NULL), ERR_OK);
		assert_int_equal(f.id.format, files[i].format);
		assert_int_equal(f.id.size, strlen(files[i].bytes));
		assert_int_equal(
		    source_file_is_plain(&f), files[i].format == SOURCE_PLAIN);
	}
}

static enum err
reopen(const struct source_file *f)
{
	struct problem why = { "" };
	enum err e;
	int fd;

	e = source_file_open(f, &fd, &why);
	if (e == ERR_OK)
		close(fd);
	else
		assert_non_null(strstr(why.text, f->path));
	return e;
}

static void
what_the_disk_refuses_is_no_missing_log(void **state)
{
	struct problem why = { "" };
	struct source_file f = { .path = log_name };
	enum err e;

	(void)state;
	write_text("log", "one\n");
	is_disk_failing = true;
	e = source_file_identify(&f, &why);
	is_disk_failing = false;
	assert_int_equal(e, ERR_LOG_UNREADABLE);
	assert_string_equal(
	    why.text, "log: cannot be read: Input/output error");
}

/* It is there, so "no such log" would be wrong. */
static void
a_process_without_descriptors_says_so(void **state)
{
	struct problem why = { "" };
	struct source_file f = { .path = log_name };
	enum err e;
	int fd;

	(void)state;
	write_text("log", "one\n");
	assert_int_equal(source_file_identify(&f, NULL), ERR_OK);
	assert_int_equal(few_files_begin(), 0);
	e = source_file_open(&f, &fd, &why);
	assert_int_equal(few_files_end(), 0);
	assert_int_equal(e, ERR_NO_FILES);
	assert_non_null(strstr(why.text, "too many files"));
}

static void
growing_is_no_change_all_else_is(void **state)
{
	struct source_file f = { .path = log_name };

	(void)state;
	write_text("log", "one\ntwo\n");
	assert_int_equal(source_file_identify(&f, NULL), ERR_OK);
	assert_int_equal(reopen(&f), ERR_OK);
	write_text("log", "one\ntwo\nthree\n");
	assert_int_equal(reopen(&f), ERR_OK);
	write_text("log", "one\nTwo\nthree\n");
	assert_int_equal(reopen(&f), ERR_LOG_CHANGED);
	write_text("log", "one\n");
	assert_int_equal(reopen(&f), ERR_LOG_CHANGED);
	assert_int_equal(unlink("log"), 0);
	assert_int_equal(reopen(&f), ERR_LOG_CHANGED);
}

static void
written_to_without_growing_is_a_change_on_the_same_host(void **state)
{
	char bytes[3 * SOURCE_PROBE_SIZE];
	struct source_file f = { .path = log_name };

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	log_file_write("log", span_of(bytes, sizeof(bytes)));
	log_file_set_time("log", 100);
	assert_int_equal(source_file_identify(&f, NULL), ERR_OK);
	assert_int_equal(reopen(&f), ERR_OK);
	memset(bytes + SOURCE_PROBE_SIZE, 'y', SOURCE_PROBE_SIZE);
	log_file_write("log", span_of(bytes, sizeof(bytes)));
	assert_int_equal(reopen(&f), ERR_LOG_CHANGED);
	f.id.device = f.id.inode = 0;
	assert_int_equal(reopen(&f), ERR_OK);
}

static void
a_line_that_is_being_written_is_no_change(void **state)
{
	struct source_file f = { .path = log_name };

	(void)state;
	write_text("log", "one\n");
	log_file_set_time("log", 100);
	assert_int_equal(source_file_identify(&f, NULL), ERR_OK);
	log_file_set_time("log", 200);
	appends_meanwhile = true;
	assert_int_equal(reopen(&f), ERR_OK);
	assert_false(appends_meanwhile);
}

/* The whole log is written anew right behind the first look. */
static void
what_is_digested_is_of_the_file_that_it_was(void **state)
{
	uint8_t digest[SOURCE_DIGEST_SIZE];
	struct source_file f = { .path = log_name };

	(void)state;
	write_text("log", "one\ntwo\nthr");
	log_file_set_time("log", 100);
	assert_int_equal(source_file_identify(&f, NULL), ERR_OK);
	assert_int_equal(source_file_digest_before(&f, 8, digest, NULL), 0);
	writes_anew_behind = 3; /* head, end, and what is asked for */
	assert_int_equal(
	    source_file_digest_before(&f, 8, digest, NULL), ERR_LOG_CHANGED);
	assert_int_equal(writes_anew_behind, 0);
}

static void
another_inode_is_a_change_on_the_same_host(void **state)
{
	struct source_file f = { .path = log_name };

	(void)state;
	write_text("log", "one\n");
	write_text("copy", "one\n");
	assert_int_equal(source_file_identify(&f, NULL), ERR_OK);
	assert_int_equal(rename("copy", "log"), 0);
	assert_int_equal(reopen(&f), ERR_LOG_CHANGED);
	f.id.device = f.id.inode = 0;
	assert_int_equal(reopen(&f), ERR_OK);
}

static void
digest_before_is_of_the_last_4_kib(void **state)
{
	uint8_t one[SOURCE_DIGEST_SIZE], two[SOURCE_DIGEST_SIZE];
	char bytes[20000];
	struct source_file f = { .path = log_name };

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	log_file_write("log", span_of(bytes, sizeof(bytes)));
	assert_int_equal(source_file_identify(&f, NULL), ERR_OK);
	assert_int_equal(source_file_digest_before(&f, 9000, one, NULL), 0);
	assert_memory_equal(one, f.id.head, sizeof(one));
	bytes[9000 - SOURCE_PROBE_SIZE - 1] = bytes[9000] = 'y';
	log_file_write("log", span_of(bytes, sizeof(bytes)));
	assert_int_equal(source_file_identify(&f, NULL), ERR_OK);
	assert_int_equal(source_file_digest_before(&f, 9000, two, NULL), 0);
	assert_memory_equal(one, two, sizeof(one));
	bytes[9000 - SOURCE_PROBE_SIZE] = 'y';
	log_file_write("log", span_of(bytes, sizeof(bytes)));
	assert_int_equal(source_file_identify(&f, NULL), ERR_OK);
	assert_int_equal(source_file_digest_before(&f, 9000, two, NULL), 0);
	assert_memory_not_equal(one, two, sizeof(one));
	assert_int_equal(source_file_digest_before(&f, 0, two, NULL), 0);
	assert_int_equal(
	    source_file_digest_before(&f, 20001, two, NULL), ERR_LOG_CHANGED);
}

static void
written_anew_behind_its_head_is_a_change(void **state)
{
	char bytes[3 * SOURCE_PROBE_SIZE];
	struct source_file f = { .path = log_name };

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	log_file_write("log", span_of(bytes, 2 * SOURCE_PROBE_SIZE));
	assert_int_equal(source_file_identify(&f, NULL), ERR_OK);
	log_file_write("log", span_of(bytes, sizeof(bytes)));
	assert_int_equal(reopen(&f), ERR_OK);
	bytes[2 * SOURCE_PROBE_SIZE - 1] = 'y';
	log_file_write("log", span_of(bytes, sizeof(bytes)));
	assert_int_equal(reopen(&f), ERR_LOG_CHANGED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIRECTORY(format_is_told_by_the_first_bytes),
		IN_DIRECTORY(what_the_disk_refuses_is_no_missing_log),
		IN_DIRECTORY(a_process_without_descriptors_says_so),
		IN_DIRECTORY(growing_is_no_change_all_else_is),
		IN_DIRECTORY(
		    written_to_without_growing_is_a_change_on_the_same_host),
		IN_DIRECTORY(a_line_that_is_being_written_is_no_change),
		IN_DIRECTORY(what_is_digested_is_of_the_file_that_it_was),
		IN_DIRECTORY(another_inode_is_a_change_on_the_same_host),
		IN_DIRECTORY(digest_before_is_of_the_last_4_kib),
		IN_DIRECTORY(written_anew_behind_its_head_is_a_change),
	};

	return cmocka_run_group_tests_name("source_file", tests, NULL, NULL);
}
