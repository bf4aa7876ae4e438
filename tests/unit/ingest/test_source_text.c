#include "worker/ingest/source_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct source_file files[2];
static const struct source two = { files, 2, 123 + 7 };

static void
fill(void)
{
	static char odd[] = "/var/log/a b%\n\xff.txt", plain[] = "/logs.txt";

	memset(files, 0, sizeof(files));
	files[0].path = odd;
	files[0].id = (struct source_identity){ .device = 1,
		.inode = UINT64_MAX,
		.mtime_ns = -5,
		.size = 123,
		.format = SOURCE_GZIP,
		.head = { 0xab, 0x01 },
		.end = { 0xcd, 0x02 } };
	files[1].path = plain;
	files[1].id.size = 7;
}

static void
a_source_comes_back_as_it_was(void **state)
{
	struct arena a;
	struct source back;
	struct span text;

	(void)state;
	fill();
	arena_init(&a);
	assert_int_equal(source_to_text(&two, &a, &text), ERR_OK);
	assert_int_equal(source_of_text(text, &back), ERR_OK);
	assert_int_equal(back.files_len, 2);
	assert_true(back.bytes == 130);
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(back.files[i].path, files[i].path);
		assert_memory_equal(
		    &back.files[i].id, &files[i].id, sizeof(files[i].id));
	}
	source_cleanup(&back);
	arena_reset(&a);
}

#define DIGESTS \
	"000102030405060708090a0b0c0d0e0f 101112131415161718191a1b1c1d1e1f"
#define ENDS  " " DIGESTS " 0 "
#define LINES "9 -8 7 6" ENDS "/a\n1 2 3 4" ENDS "/b\n"

static void
one_log_is_known_from_another_kernel(void **state)
{
	static const char *const same[] = {
		"kernel x\n" LINES,
		"kernel y\n" LINES,
		"kernel y\n9 -8 70 61" ENDS "/a\n1 2 30 40" ENDS "/b\n",
	};
	static const char *const others[] = {
		"",
		"kernel y",
		"kernel y\n",
		"kernel x\n9 -8 7 5" ENDS "/a\n1 2 3 4" ENDS "/b\n",
		"kernel y\n8 -8 7 6" ENDS "/a\n1 2 3 4" ENDS "/b\n",
		"kernel y\n9 -7 7 6" ENDS "/a\n1 2 3 4" ENDS "/b\n",
		"kernel y\n9 -8 7 6 1" ENDS "/a\n1 2 3 4" ENDS "/b\n",
		"kernel y\n9 -8 7 6" ENDS "/c\n1 2 3 4" ENDS "/b\n",
		"kernel y\n9 -8 7 6" ENDS "/a\n",
		"kernel y\n" LINES "5 5 5 5" ENDS "/c\n",
	};
	struct span known = span_text("kernel x\n" LINES);

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		assert_true(source_text_is_same(known, span_text(same[i])));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_false(source_text_is_same(known, span_text(others[i])));
		assert_false(source_text_is_same(span_text(others[i]), known));
	}
}

static void
inodes_of_another_kernel_mean_nothing(void **state)
{
	struct source back;

	(void)state;
	assert_int_equal(
	    source_of_text(span_text("kernel of another host\n9 -8 7 6 " DIGESTS
				     " 2 /l\n"),
		&back),
	    ERR_OK);
	assert_true(back.files[0].id.device == 0);
	assert_true(back.files[0].id.inode == 0);
	assert_true(back.files[0].id.mtime_ns == -8);
	assert_int_equal(back.files[0].id.head[15], 15);
	assert_int_equal(back.files[0].id.end[15], 31);
	source_cleanup(&back);
}

static void
what_has_another_form_is_corrupt(void **state)
{
	static const char *const texts[] = { "", "kernel x\n", "kernel x",
		"kernel x\n9 8 7 6 " DIGESTS " 2 /l",
		"kernel x\n9 8 7 6 " DIGESTS " 2 \n",
		"kernel x\n9 8 7 6 000102030405060708090a0b0c0d0e0g "
		"101112131415161718191a1b1c1d1e1f 2 /l\n",
		"kernel x\n9 8 7 6 000102030405060708090a0b0c0d0e0f 2 /l\n",
		"kernel x\n9 8 7 6 0001 2 /l\n", "kernel x\n9 8 7 /l\n",
		"kernel x\n9 8 7 6 " DIGESTS " 3 /l\n",
		"kernel x\n-9 8 7 6 " DIGESTS " 2 /l\n",
		"kernel x\n9 8 7 6 " DIGESTS " 2 /l%4\n",
		"kernel x\n9 8 7 6 " DIGESTS " 2 /l%00\n",
		"kernel x\n18446744073709551615 8 7 6 " DIGESTS " 2 /l\n"
		"1 8 7 6 " DIGESTS " 2 /l\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct source back;

		assert_int_equal(
		    source_of_text(span_text(texts[i]), &back), ERR_CORRUPT);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_source_comes_back_as_it_was),
		cmocka_unit_test(one_log_is_known_from_another_kernel),
		cmocka_unit_test(inodes_of_another_kernel_mean_nothing),
		cmocka_unit_test(what_has_another_form_is_corrupt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
