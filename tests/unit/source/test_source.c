/* source_resolve: names and globs in their order, whatever is no log refused by
 * name. */
#include "common/shoplog/source/source.h"

#include "unit/shoplog/log_files.h"

#include <dlfcn.h>
#include <glob.h>
#include <sys/socket.h>
#include <sys/un.h>

/* What happens right behind the n-th glob(3) of a test, before anything that it
 * found is opened. */
static void (*behind_glob)(int n);
static int globs;

int
glob(const char *pattern, int flags, int (*on_error)(const char *, int),
    glob_t *out)
{
	int (*real)(const char *, int, int (*)(const char *, int), glob_t *);
	int status;

	*(void **)&real = dlsym(RTLD_NEXT, "glob");
	status = real(pattern, flags, on_error, out);
	globs++;
	if (behind_glob)
		behind_glob(globs);
	return status;
}

static void
let_happen(void (*fn)(int n))
{
	behind_glob = fn;
	globs = 0;
}

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
rename_and_create(int n)
{
	if (n != 1)
		return;
	assert_int_equal(rename("log", "log.1"), 0);
	write_text("log", "new\n");
	log_file_set_time("log", 300);
}

static void
rename_alone(int n)
{
	if (n == 1)
		assert_int_equal(rename("log", "log.1"), 0);
}

static void
drop_the_oldest(int n)
{
	if (n == 1)
		assert_int_equal(unlink("log.2"), 0);
}

/* Each look finds other names than the one before. */
static void
rename_always(int n)
{
	char from[16] = "log", to[16];

	if (n > 1)
		snprintf(from, sizeof(from), "log.%d", n + 1);
	snprintf(to, sizeof(to), "log.%d", n + 2);
	assert_int_equal(rename(from, to), 0);
}

static void
lay_log(void)
{
	write_text("log.2", "oldest\n");
	write_text("log", "old\n");
	log_file_set_time("log.2", 100);
	log_file_set_time("log", 200);
}

static void
glob_misses_no_file_that_is_renamed_meanwhile(void **state)
{
	static const struct {
		void (*fn)(int n);
		const char *names, *want;
	} rows[] = {
		{ rename_and_create, "log*", "log.2 log.1 log" },
		{ rename_and_create, "log.*,log", "log.2 log.1 log" },
		{ rename_alone, "log*", "log.2 log.1" },
		{ drop_the_oldest, "log*", "log" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unlink("log.1");
		lay_log();
		let_happen(rows[i].fn);
		assert_resolves(rows[i].names, rows[i].want);
	}
	let_happen(NULL);
}

static void
glob_of_what_never_rests_says_so(void **state)
{
	struct problem why = { "" };
	struct source s;

	(void)state;
	lay_log();
	let_happen(rename_always);
	assert_int_equal(source_resolve(&s, "log*", &why), ERR_LOG_CHANGED);
	let_happen(NULL);
	assert_non_null(strstr(why.text, "; parse again"));
	assert_null(s.files);
}

static void
glob_of_a_dead_link_is_looked_at_once(void **state)
{
	(void)state;
	assert_int_equal(symlink("nowhere", "log.1"), 0);
	let_happen(NULL);
	assert_no_log("log*", "log.1", "no such file");
	assert_int_equal(globs, 1);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIRECTORY(names_are_read_in_their_order),
		IN_DIRECTORY(a_file_that_is_named_like_a_list_is_that_file),
		IN_DIRECTORY(glob_goes_by_time_then_name),
		IN_DIRECTORY(glob_misses_no_file_that_is_renamed_meanwhile),
		IN_DIRECTORY(glob_of_what_never_rests_says_so),
		IN_DIRECTORY(glob_of_a_dead_link_is_looked_at_once),
		IN_DIRECTORY(file_named_twice_counts_once),
		IN_DIRECTORY(name_of_a_file_is_no_glob),
		IN_DIRECTORY(what_is_no_log_is_refused_by_name),
		IN_DIRECTORY(unreadable_file_is_refused_by_name),
	};

	return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}
