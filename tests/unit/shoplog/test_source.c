/* source_resolve and the reading of a source: names and globs in their order,
 * whatever is no log refused by name, files that change noticed. */
#include "common/shoplog/source.h"

#include "log_files.h"
#include "support/few_files.h"

#include <sys/socket.h>
#include <sys/un.h>

static void
write_text(const char *name, const char *text)
{
	log_file_write(name, span_text(text));
}

/* The names in order, blank between; the caller frees it. */
static char *
resolve(const char *names)
{
	struct problem why = { "" };
	char *out = calloc(1, 4096);
	struct source s;

	assert_non_null(out);
	if (source_resolve(&s, names, &why) != ERR_OK)
		fail_msg("%s: %s", names, why.text);
	for (size_t i = 0; i < s.files_len; i++) {
		if (i)
			strcat(out, " ");
		strcat(out, s.files[i].path);
	}
	source_cleanup(&s);
	return out;
}

static void
assert_resolves(const char *names, const char *want)
{
	char *got = resolve(names);

	assert_string_equal(got, want);
	free(got);
}

/* The problem names `what` and says `words`. */
static void
assert_no_log(const char *names, const char *what, const char *words)
{
	struct problem why = { "" };
	struct source s;

	assert_int_equal(source_resolve(&s, names, &why), ERR_NO_LOG);
	if (!strstr(why.text, what) || !strstr(why.text, words))
		fail_msg("%s: %s", names, why.text);
	assert_null(s.files);
}

static void
names_are_read_in_their_order(void **state)
{
	struct source s;

	(void)state;
	write_text("b", "two\n");
	write_text("a", "one\n");
	write_text("c d", "");
	assert_resolves("b,a", "b a");
	assert_resolves(" a ,\tc d,b ", "a c d b");
	assert_int_equal(source_resolve(&s, "b,c d,a", NULL), ERR_OK);
	assert_int_equal(s.bytes, 8);
	assert_int_equal(s.files[1].id.size, 0);
	source_cleanup(&s);
}

static void
a_file_that_is_named_like_a_list_is_that_file(void **state)
{
	const char *lists[] = { "b,a", "e,f" };
	struct source s;

	(void)state;
	write_text("a", "one\n");
	write_text("b", "two\n");
	assert_resolves("b,a", "b a");
	write_text("e,f", "three\n");
	assert_resolves("e,f", "e,f");
	assert_int_equal(source_of_lists(&s, lists, 2, NULL), ERR_OK);
	assert_int_equal(s.files_len, 3);
	assert_string_equal(s.files[2].path, "e,f");
	source_cleanup(&s);
}

static void
glob_goes_by_time_then_name(void **state)
{
	(void)state;
	write_text("log.1", "");
	write_text("log.2", "");
	write_text("log.3", "");
	write_text("log.4", "");
	log_file_set_time("log.1", 300);
	log_file_set_time("log.2", 200);
	log_file_set_time("log.3", 200);
	log_file_set_time("log.4", 100);
	assert_resolves("log.*", "log.4 log.2 log.3 log.1");
	assert_resolves("log.[12],log.?", "log.2 log.1 log.4 log.3");
}

static void
file_named_twice_counts_once(void **state)
{
	(void)state;
	write_text("a", "one\n");
	write_text("b", "two\n");
	assert_int_equal(symlink("a", "same"), 0);
	assert_int_equal(link("a", "hard"), 0);
	assert_resolves("same,b,a,./a,hard", "same b");
}

static void
name_of_a_file_is_no_glob(void **state)
{
	(void)state;
	write_text("log[1]", "");
	write_text("log1", "");
	assert_resolves("log[1]", "log[1]");
}

static void
what_is_no_log_is_refused_by_name(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX,
		.sun_path = "socket" };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	write_text("a", "one\n");
	assert_int_equal(mkdir("folder", 0755), 0);
	assert_int_equal(mkfifo("pipe", 0644), 0);
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(symlink("loop", "loop"), 0);
	assert_no_log("none", "none", "no such file");
	assert_no_log("a,none", "none", "name another one");
	assert_no_log("a/none", "a/none", "no such file");
	assert_no_log("folder", "folder", "directory");
	assert_no_log("pipe", "pipe", "FIFO");
	assert_no_log("socket", "socket", "socket");
	assert_no_log("/dev/null", "/dev/null", "device");
	assert_no_log("loop", "loop", "cannot be opened");
	assert_no_log("x*", "x*", "matches no file");
	assert_no_log("f*", "folder", "directory");
	assert_no_log("", "", "empty");
	assert_no_log("a,,a", "a,,a", "empty");
	close(fd);
}

static void
unreadable_file_is_refused_by_name(void **state)
{
	const uid_t nobody = 65534;
	bool is_root = geteuid() == 0; /* who reads everything */

	(void)state;
	write_text("secret", "one\n");
	assert_int_equal(chmod("secret", 0), 0);
	assert_int_equal(chmod(".", 0755), 0);
	if (is_root)
		assert_int_equal(seteuid(nobody), 0);
	assert_no_log("secret", "secret", "permissions");
	if (is_root)
		assert_int_equal(seteuid(0), 0);
}

static enum err
reopen(const struct source *s)
{
	struct problem why = { "" };
	enum err e;
	int fd;

	e = source_file_open(&s->files[0], &fd, &why);
	if (e == ERR_OK)
		close(fd);
	else
		assert_non_null(strstr(why.text, s->files[0].path));
	return e;
}

/* It is there, so "no such log" would be wrong. */
static void
a_process_without_descriptors_says_so(void **state)
{
	struct problem why = { "" };
	struct source s;
	enum err e;
	int fd;

	(void)state;
	write_text("log", "one\n");
	assert_int_equal(source_resolve(&s, "log", NULL), ERR_OK);
	assert_int_equal(few_files_begin(), 0);
	e = source_file_open(&s.files[0], &fd, &why);
	assert_int_equal(few_files_end(), 0);
	assert_int_equal(e, ERR_NO_FILES);
	assert_non_null(strstr(why.text, "too many files"));
	source_cleanup(&s);
}

static void
growing_is_no_change_all_else_is(void **state)
{
	struct source s;

	(void)state;
	write_text("log", "one\ntwo\n");
	assert_int_equal(source_resolve(&s, "log", NULL), ERR_OK);
	assert_int_equal(reopen(&s), ERR_OK);
	write_text("log", "one\ntwo\nthree\n");
	assert_int_equal(reopen(&s), ERR_OK);
	write_text("log", "one\nTwo\nthree\n");
	assert_int_equal(reopen(&s), ERR_LOG_CHANGED);
	write_text("log", "one\n");
	assert_int_equal(reopen(&s), ERR_LOG_CHANGED);
	assert_int_equal(unlink("log"), 0);
	assert_int_equal(reopen(&s), ERR_NO_LOG);
	source_cleanup(&s);
}

static void
another_inode_is_a_change_on_the_same_host(void **state)
{
	struct source s;

	(void)state;
	write_text("log", "one\n");
	write_text("copy", "one\n");
	assert_int_equal(source_resolve(&s, "log", NULL), ERR_OK);
	assert_int_equal(rename("copy", "log"), 0);
	assert_int_equal(reopen(&s), ERR_LOG_CHANGED);
	s.files[0].id.device = s.files[0].id.inode = 0;
	assert_int_equal(reopen(&s), ERR_OK);
	source_cleanup(&s);
}

static void
digest_before_is_of_the_last_4_kib(void **state)
{
	uint8_t one[SOURCE_DIGEST_SIZE], two[SOURCE_DIGEST_SIZE];
	char bytes[10000];
	struct source s;

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	log_file_write("log", span_of(bytes, sizeof(bytes)));
	assert_int_equal(source_resolve(&s, "log", NULL), ERR_OK);
	assert_int_equal(source_digest_before(&s.files[0], 9000, one, NULL), 0);
	assert_memory_equal(one, s.files[0].id.head, sizeof(one));
	bytes[9000 - SOURCE_PROBE_SIZE - 1] = bytes[9000] = 'y';
	log_file_write("log", span_of(bytes, sizeof(bytes)));
	assert_int_equal(source_digest_before(&s.files[0], 9000, two, NULL), 0);
	assert_memory_equal(one, two, sizeof(one));
	bytes[9000 - SOURCE_PROBE_SIZE] = 'y';
	log_file_write("log", span_of(bytes, sizeof(bytes)));
	assert_int_equal(source_digest_before(&s.files[0], 9000, two, NULL), 0);
	assert_memory_not_equal(one, two, sizeof(one));
	assert_int_equal(source_digest_before(&s.files[0], 0, two, NULL), 0);
	assert_int_equal(source_digest_before(&s.files[0], 20000, two, NULL),
	    ERR_LOG_CHANGED);
	source_cleanup(&s);
}

#define IN_DIRECTORY(test)               \
	cmocka_unit_test_setup_teardown( \
	    test, log_directory_open, log_directory_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIRECTORY(names_are_read_in_their_order),
		IN_DIRECTORY(a_file_that_is_named_like_a_list_is_that_file),
		IN_DIRECTORY(glob_goes_by_time_then_name),
		IN_DIRECTORY(file_named_twice_counts_once),
		IN_DIRECTORY(name_of_a_file_is_no_glob),
		IN_DIRECTORY(what_is_no_log_is_refused_by_name),
		IN_DIRECTORY(unreadable_file_is_refused_by_name),
		IN_DIRECTORY(a_process_without_descriptors_says_so),
		IN_DIRECTORY(growing_is_no_change_all_else_is),
		IN_DIRECTORY(another_inode_is_a_change_on_the_same_host),
		IN_DIRECTORY(digest_before_is_of_the_last_4_kib),
	};

	return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}
