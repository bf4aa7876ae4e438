/* Files beside their packed copies: a glob counts them once. */
#include "common/shoplog/source/source_copies.h"

#include "unit/shoplog/log_files.h"

#include <zlib.h>
#include <zstd.h>

enum { TEXT_SIZE = 100000, PACKED_SIZE = 2 * TEXT_SIZE };

static char text[TEXT_SIZE];
static uint8_t packed[PACKED_SIZE];

/* As gzip(1) leaves it, or zstd(1); how many bytes. */
static size_t
gzip(void)
{
	z_stream z = { .zalloc = NULL };

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8,
			     Z_DEFAULT_STRATEGY),
	    Z_OK);
	z.next_in = (Bytef *)text;
	z.avail_in = TEXT_SIZE;
	z.next_out = packed;
	z.avail_out = PACKED_SIZE;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return z.total_out;
}

static size_t
zstd(void)
{
	size_t len = ZSTD_compress(packed, PACKED_SIZE, text, TEXT_SIZE, 3);

	assert_false(ZSTD_isError(len));
	return len;
}

static void
make_text(void)
{
	uint64_t random = 1;

	for (size_t i = 0; i < TEXT_SIZE; i++) {
		random = random * 6364136223846793005 + 1;
		text[i] = "abcdefgh\n"[(random >> 33) % 9];
	}
}

static void
assert_resolves(const char *names, const char *want)
{
	struct problem why = { "" };
	char got[256] = "";
	struct source s;

	if (source_resolve(&s, names, &why) != ERR_OK)
		fail_msg("%s: %s", names, why.text);
	for (size_t i = 0; i < s.files_len; i++) {
		strcat(got, i ? " " : "");
		strcat(got, s.files[i].path);
	}
	assert_string_equal(got, want);
	source_cleanup(&s);
}

/* From the first byte of the copy to the last. */
static void
a_file_that_is_being_packed_counts_once(void **state)
{
	size_t len;

	(void)state;
	make_text();
	log_file_write("log.1", span_of(text, TEXT_SIZE));
	len = gzip();
	for (size_t cut = 0; cut <= len; cut += cut ? len / 7 : 20) {
		log_file_write("log.1.gz", span_of(packed, cut));
		assert_resolves("log*", "log.1");
	}
	log_file_write("log.1.gz", span_of(packed, len));
	assert_resolves("log*", "log.1");
	len = zstd();
	for (size_t cut = 0; cut <= len; cut += cut ? len / 7 : 20) {
		log_file_write("log.1.zst", span_of(packed, cut));
		assert_resolves("log*", "log.1");
	}
	unlink("log.1");
	log_file_write("log.1.zst", span_of(packed, len));
	assert_resolves("log*", "log.1.gz log.1.zst");
}

static void
of_many_files_only_copies_are_left_out(void **state)
{
	static const char *const names[] = { "log", "log-0", "log.1", "log.2",
		"log.2.gz", "log.3.gz", "log.gz" };
	size_t len;

	(void)state;
	make_text();
	len = gzip();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		bool is_packed = strstr(names[i], ".gz");

		log_file_write(names[i], is_packed ? span_of(packed, len)
						   : span_of(text, TEXT_SIZE));
		log_file_set_time(names[i], 100);
	}
	assert_resolves("log*", "log log-0 log.1 log.2 log.3.gz");
	/* Who names it wants it. */
	assert_resolves("log.2,log.2.gz", "log.2 log.2.gz");
	assert_resolves("log.2,*.2.gz", "log.2 log.2.gz");
}

static void
another_log_is_no_copy(void **state)
{
	size_t len;

	(void)state;
	make_text();
	len = gzip();
	log_file_write("log.gz", span_of(packed, len));
	log_file_set_time("log.gz", 100);
	/* Begun anew: as yet empty, with a line, with more than was packed. */
	log_file_write("log", span_of(text, 0));
	assert_resolves("log*", "log.gz log");
	log_file_write("log", span_of(text, 100));
	assert_resolves("log*", "log.gz log");
	text[0] = 'x';
	log_file_write("log", span_of(text, TEXT_SIZE));
	assert_resolves("log*", "log.gz log");
	/* What only has the name. */
	log_file_write("log.gz", span_of(text, TEXT_SIZE));
	log_file_set_time("log.gz", 100);
	assert_resolves("log*", "log.gz log");
}

static void
what_is_damaged_is_not_passed_over(void **state)
{
	struct problem why = { "" };
	struct source s;
	size_t len;

	(void)state;
	make_text();
	len = gzip();
	memset(packed + 10, 0xff, 10);
	log_file_write("log", span_of(text, TEXT_SIZE));
	log_file_write("log.gz", span_of(packed, len));
	assert_int_equal(source_resolve(&s, "log*", &why), ERR_LOG_UNREADABLE);
	assert_non_null(strstr(why.text, "log.gz: is damaged"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIRECTORY(a_file_that_is_being_packed_counts_once),
		IN_DIRECTORY(of_many_files_only_copies_are_left_out),
		IN_DIRECTORY(another_log_is_no_copy),
		IN_DIRECTORY(what_is_damaged_is_not_passed_over),
	};

	return cmocka_run_group_tests_name("source_copies", tests, NULL, NULL);
}
