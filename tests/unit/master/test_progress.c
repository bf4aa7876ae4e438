/* The line that says how far a long work is. */
#include "master/progress.h"

#include "common/base/clock.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

/* What `p` writes for `done` bytes of 4 MB, `ago_ms` after its beginning. */
static char *
shown(int64_t ago_ms, uint64_t done, bool is_ended)
{
	struct progress p;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	progress_init(&p, out, 4000000);
	p.began_ms = clock_ms() - ago_ms;
	progress_show(&p, done);
	if (is_ended)
		progress_end(&p);
	fclose(out);
	return text;
}

static void
a_short_work_says_nothing(void **state)
{
	char *text = shown(500, 1000000, true);

	(void)state;
	assert_string_equal(text, "");
	free(text);
}

static void
a_long_one_says_bytes_speed_and_time_left(void **state)
{
	char *text = shown(10000, 1000000, false);

	(void)state;
	assert_int_equal(strncmp(text, "\r1.0 MB of 4.0 MB, ", 19), 0);
	assert_non_null(strstr(text, " kB/s, "));
	assert_non_null(strstr(text, " s left\033[K"));
	free(text);
}

static void
the_line_goes_away_at_the_end(void **state)
{
	char *text = shown(10000, 1000000, true);
	size_t len = strlen(text);

	(void)state;
	assert_true(len > 4);
	assert_string_equal(text + len - 4, "\r\033[K");
	free(text);
}

static void
more_than_all_is_never_said(void **state)
{
	char *text = shown(10000, 9000000, false);

	(void)state;
	assert_non_null(strstr(text, "4.0 MB of 4.0 MB"));
	assert_non_null(strstr(text, " 0 s left"));
	free(text);
}

static void
without_a_total_no_time_is_said(void **state)
{
	struct progress p;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(out);
	progress_init(&p, out, 0);
	p.began_ms -= 10000;
	progress_show(&p, 3000000);
	fclose(out);
	assert_int_equal(strncmp(text, "\r3.0 MB, ", 9), 0);
	assert_non_null(strstr(text, " kB/s\033[K"));
	free(text);
}

static void
the_line_is_not_written_at_every_call(void **state)
{
	struct progress p;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(out);
	progress_init(&p, out, 100);
	p.began_ms -= 10000;
	progress_show(&p, 10);
	p.shown_ms += 1000000;
	progress_show(&p, 20);
	p.shown_ms -= 2000000;
	progress_show(&p, 30);
	fclose(out);
	assert_non_null(strstr(text, "\r10 B of"));
	assert_null(strstr(text, "20 B of"));
	assert_non_null(strstr(text, "\r30 B of"));
	free(text);
}

enum { DONE = 1540000000, ALL = 1600000000 };

/* What is written to a terminal of so many columns after 1000 s. */
static void
shown_at(unsigned short columns, uint64_t total, char text[256])
{
	struct winsize size = { .ws_row = 24, .ws_col = columns };
	int own = posix_openpt(O_RDWR | O_NOCTTY), theirs;
	struct progress p;
	ssize_t len;
	FILE *out;

	assert_int_equal(grantpt(own), 0);
	assert_int_equal(unlockpt(own), 0);
	theirs = open(ptsname(own), O_RDWR | O_NOCTTY);
	assert_int_equal(ioctl(theirs, TIOCSWINSZ, &size), 0);
	out = fdopen(theirs, "w");
	assert_non_null(out);
	progress_init(&p, out, total);
	p.began_ms -= 1000000;
	progress_show(&p, DONE);
	len = read(own, text, 255);
	assert_true(len > 0);
	text[len] = '\0';
	fclose(out);
	close(own);
}

static void
what_does_not_fit_the_terminal_is_left_out(void **state)
{
	static const struct {
		unsigned short columns;
		uint64_t total;
		const char *text;
	} rows[] = {
		/* nobody knows */
		{ 0, ALL, "\r1.5 GB of 1.6 GB, 1.5 MB/s, 39 s left\033[K" },
		{ 38, ALL, "\r1.5 GB of 1.6 GB, 1.5 MB/s, 39 s left\033[K" },
		{ 37, ALL, "\r1.5 GB of 1.6 GB, 1.5 MB/s\033[K" },
		{ 27, ALL, "\r1.5 GB of 1.6 GB, 1.5 MB/s\033[K" },
		{ 26, ALL, "\r1.5 GB of 1.6 GB\033[K" },
		{ 17, ALL, "\r1.5 GB of 1.6 GB\033[K" },
		{ 16, ALL, "\r\033[K" },
		{ 1, ALL, "\r\033[K" },
		{ 18, 0, "\r1.5 GB, 1.5 MB/s\033[K" },
		{ 16, 0, "\r1.5 GB\033[K" },
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		shown_at(rows[i].columns, rows[i].total, text);
		assert_string_equal(text, rows[i].text);
	}
}

static void
nobody_need_look(void **state)
{
	struct progress p;

	(void)state;
	progress_init(&p, NULL, 100);
	p.began_ms -= 10000;
	progress_show(&p, 50);
	progress_end(&p);
}

static void
bytes_have_the_unit_that_fits(void **state)
{
	static const struct {
		double bytes;
		const char *text;
	} rows[] = {
		{ 0, "0 B" },
		{ 999, "999 B" },
		{ 1000, "1.0 kB" },
		{ 2745918, "2.7 MB" },
		{ 1.07e9, "1.1 GB" },
		{ 3.2e12, "3.2 TB" },
		{ 1.8e19, "18000000.0 TB" },
	};
	char text[PROGRESS_BYTES_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		progress_format_bytes(rows[i].bytes, text);
		assert_string_equal(text, rows[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_short_work_says_nothing),
		cmocka_unit_test(a_long_one_says_bytes_speed_and_time_left),
		cmocka_unit_test(the_line_goes_away_at_the_end),
		cmocka_unit_test(more_than_all_is_never_said),
		cmocka_unit_test(without_a_total_no_time_is_said),
		cmocka_unit_test(the_line_is_not_written_at_every_call),
		cmocka_unit_test(what_does_not_fit_the_terminal_is_left_out),
		cmocka_unit_test(nobody_need_look),
		cmocka_unit_test(bytes_have_the_unit_that_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
