/* Compressed logs: whatever way they were written, their text is read, in any
 * pieces; what is cut off or damaged says so and names the file. */
#include "common/shoplog/source/unpack.h"

#include "unit/shoplog/log_files.h"

#include <zlib.h>
#include <zstd.h>

enum { TEXT_SIZE = 300000, PACKED_SIZE = 2 * TEXT_SIZE };

static char text[TEXT_SIZE];

/* Text that packs neither to nothing nor hardly at all. */
static void
write_text(void)
{
	uint64_t random = 1;

	for (size_t i = 0; i < TEXT_SIZE; i++) {
		random = random * 6364136223846793005 + 1;
		text[i] = "abcdefgh\n"[(random >> 33) % 9];
	}
}

typedef size_t pack(uint8_t *out, const char *from, size_t len);

static size_t
gzip(uint8_t *out, const char *from, size_t len)
{
	char copy[TEXT_SIZE];
	z_stream z = { .zalloc = NULL };

	memcpy(copy, from, len);
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8,
			     Z_DEFAULT_STRATEGY),
	    Z_OK);
	z.next_in = (Bytef *)copy;
	z.avail_in = (uInt)len;
	z.next_out = out;
	z.avail_out = PACKED_SIZE / 2;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return z.total_out;
}

static size_t
zstd(uint8_t *out, const char *from, size_t len)
{
	size_t packed = ZSTD_compress(out, PACKED_SIZE / 2, from, len, 3);

	assert_false(ZSTD_isError(packed));
	return packed;
}

/* As pzstd writes it: before each frame one to be skipped, with its size. */
static size_t
pzstd(uint8_t *out, const char *from, size_t len)
{
	static const uint8_t skipped[] = { 0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0 };
	size_t head = sizeof(skipped) + 4;
	size_t packed = zstd(out + head, from, len);

	memcpy(out, skipped, sizeof(skipped));
	for (size_t i = 0; i < 4; i++)
		out[sizeof(skipped) + i] = (uint8_t)(packed >> 8 * i);
	return head + packed;
}

/* Reads the file "log" in pieces of `step` bytes and compares; the error. */
static enum err
read_log(size_t step, size_t want, struct problem *why)
{
	char *out = malloc(TEXT_SIZE + step);
	struct unpack *u;
	struct source s;
	size_t len = 0, got;
	enum err e;
	int fd;

	assert_non_null(out);
	assert_int_equal(source_resolve(&s, "log", why), ERR_OK);
	assert_false(source_file_is_plain(&s.files[0]));
	assert_int_equal(source_file_open(&s.files[0], &fd, why), ERR_OK);
	u = unpack_new(&s.files[0], fd);
	assert_non_null(u);
	do {
		e = unpack_read(u, out + len, step, &got, why);
		if (e != ERR_OK)
			break;
		len += got;
		assert_true(len <= TEXT_SIZE);
	} while (got == step);
	if (e == ERR_OK) {
		assert_int_equal(len, want);
		assert_memory_equal(out, text, want);
		assert_int_equal(unpack_position(u), s.bytes);
	}
	unpack_free(u);
	close(fd);
	source_cleanup(&s);
	free(out);
	return e;
}

static void
assert_text_comes_back(pack *pack_it)
{
	static const size_t steps[] = { 1000, 65536, TEXT_SIZE, TEXT_SIZE + 1 };
	static uint8_t packed[PACKED_SIZE];
	struct problem why = { "" };
	size_t len;

	write_text();
	/* One member, then several, an empty one among them. */
	for (int several = 0; several < 2; several++) {
		size_t cut = several ? TEXT_SIZE / 3 : TEXT_SIZE;

		len = pack_it(packed, text, cut);
		if (several) {
			len += pack_it(packed + len, text, 0);
			len +=
			    pack_it(packed + len, text + cut, TEXT_SIZE - cut);
		}
		log_file_write("log", span_of(packed, len));
		for (size_t i = 0; i < 4; i++)
			if (read_log(steps[i], TEXT_SIZE, &why))
				fail_msg("%s", why.text);
	}
	len = pack_it(packed, text, 0);
	log_file_write("log", span_of(packed, len));
	assert_int_equal(read_log(100, 0, &why), ERR_OK);
}

static void
gzip_is_read(void **state)
{
	(void)state;
	assert_text_comes_back(gzip);
}

static void
zstd_is_read(void **state)
{
	(void)state;
	assert_text_comes_back(zstd);
	assert_text_comes_back(pzstd);
}

static void
assert_cut_is_refused(pack *pack_it)
{
	static uint8_t packed[PACKED_SIZE];
	size_t len;

	write_text();
	len = pack_it(packed, text, TEXT_SIZE);
	for (size_t cut = 4; cut < len; cut += cut < 40 ? 1 : 9973) {
		struct problem why = { "" };

		log_file_write("log", span_of(packed, cut));
		assert_int_equal(
		    read_log(TEXT_SIZE, TEXT_SIZE, &why), ERR_LOG_UNREADABLE);
		assert_non_null(strstr(why.text, "log: is cut off"));
	}
}

static void
what_is_cut_off_names_the_file(void **state)
{
	(void)state;
	assert_cut_is_refused(gzip);
	assert_cut_is_refused(zstd);
}

static void
what_is_damaged_names_the_file(void **state)
{
	static uint8_t packed[PACKED_SIZE];
	struct problem why = { "" };
	size_t len;

	(void)state;
	write_text();
	len = gzip(packed, text, TEXT_SIZE);
	packed[len / 2] ^= 0x55;
	log_file_write("log", span_of(packed, len));
	assert_int_equal(
	    read_log(TEXT_SIZE, TEXT_SIZE, &why), ERR_LOG_UNREADABLE);
	assert_non_null(strstr(why.text, "log: is damaged"));
	/* Something else behind a member is no member. */
	len = zstd(packed, text, 1000);
	memcpy(packed + len, "rubbish", 7);
	log_file_write("log", span_of(packed, len + 7));
	assert_int_equal(read_log(TEXT_SIZE, 1000, &why), ERR_LOG_UNREADABLE);
	assert_non_null(strstr(why.text, "log: is damaged"));
}

/* Writes `packed`, `zeros` and `rest` behind each other and reads all of it. */
static enum err
read_padded(pack *pack_it, size_t zeros, const char *rest, size_t rest_len,
    struct problem *why)
{
	static uint8_t packed[PACKED_SIZE];
	size_t len = pack_it(packed, text, TEXT_SIZE);

	memset(packed + len, 0, zeros);
	memcpy(packed + len + zeros, rest, rest_len);
	log_file_write("log", span_of(packed, len + zeros + rest_len));
	return read_log(TEXT_SIZE, TEXT_SIZE, why);
}

/* As gzip itself, and zstd itself, do. */
static void
zeros_behind_the_last_member_are_nothing_to_gzip_alone(void **state)
{
	static const size_t zeros[] = { 1, 4, 512, 150000 };
	struct problem why = { "" };

	(void)state;
	write_text();
	for (size_t i = 0; i < 4; i++) {
		if (read_padded(gzip, zeros[i], "", 0, &why) != ERR_OK)
			fail_msg("%s", why.text);
		assert_int_equal(read_padded(zstd, zeros[i], "", 0, &why),
		    ERR_LOG_UNREADABLE);
	}
}

static void
what_follows_zeros_is_not_passed_over(void **state)
{
	static uint8_t member[PACKED_SIZE];
	struct problem why = { "" };
	size_t len;

	(void)state;
	write_text();
	len = gzip(member, text, 100);
	assert_int_equal(
	    read_padded(gzip, 512, "x", 1, &why), ERR_LOG_UNREADABLE);
	assert_non_null(strstr(why.text, "log: is damaged near byte "));
	assert_int_equal(
	    read_padded(gzip, 70000, "x", 1, &why), ERR_LOG_UNREADABLE);
	assert_non_null(strstr(why.text, "more than zeros behind its data"));
	assert_int_equal(read_padded(gzip, 512, (char *)member, len, &why),
	    ERR_LOG_UNREADABLE);
}

/* A frame whose header asks for 2 GB: nothing is wrong with it, but nobody gives
 * a log so much memory. */
static void
a_window_too_large_is_said_as_such(void **state)
{
	static const char frame[] = "\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00";
	struct problem why = { "" };

	(void)state;
	log_file_write("log", span_of(frame, sizeof(frame) - 1));
	assert_int_equal(read_log(TEXT_SIZE, 0, &why), ERR_LOG_UNREADABLE);
	assert_non_null(strstr(
	    why.text, "log: takes a window of more than 128 MB to read"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gzip_is_read),
		cmocka_unit_test(zstd_is_read),
		cmocka_unit_test(what_is_cut_off_names_the_file),
		cmocka_unit_test(what_is_damaged_names_the_file),
		cmocka_unit_test(
		    zeros_behind_the_last_member_are_nothing_to_gzip_alone),
		cmocka_unit_test(what_follows_zeros_is_not_passed_over),
		cmocka_unit_test(a_window_too_large_is_said_as_such),
	};

	return cmocka_run_group_tests(
	    tests, log_directory_open, log_directory_close);
}
