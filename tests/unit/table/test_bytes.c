/* Numbers in bytes. */
#include "common/shoplog/table/bytes.h"

#include "unit/shoplog/stream.h"

static const uint64_t numbers[] = { 0, 1, 127, 128, 300, 16383, 16384,
	UINT32_MAX, (uint64_t)1 << 63, UINT64_MAX };
enum { NUMBERS = sizeof(numbers) / sizeof(numbers[0]) };

static void
what_is_written_is_read(void **state)
{
	struct writer w = { 0 };
	struct reader r;
	struct bytes b;

	(void)state;
	for (int i = 0; i < NUMBERS; i++) {
		writer_varint(&w, numbers[i]);
		writer_u64(&w, numbers[i]);
		writer_u32(&w, (uint32_t)numbers[i]);
		writer_u8(&w, (uint8_t)numbers[i]);
	}
	writer_bytes(&w, "end", 3);
	assert_int_equal(writer_give(&w, &b.data, &b.len), ERR_OK);
	r = reader_of(bytes_span(b));
	for (int i = 0; i < NUMBERS; i++) {
		assert_true(reader_varint(&r) == numbers[i]);
		assert_true(reader_u64(&r) == numbers[i]);
		assert_int_equal(reader_u32(&r), (uint32_t)numbers[i]);
		assert_int_equal(reader_u8(&r), (uint8_t)numbers[i]);
	}
	assert_false(reader_is_done(&r));
	assert_true(span_is_equal(reader_bytes(&r, 3), span_text("end")));
	assert_true(reader_is_done(&r));
	free(b.data);
}

static void
numbers_are_little_endian(void **state)
{
	static const uint8_t expected[] = { 4, 3, 2, 1, 0xac, 2 };
	struct writer w = { 0 };

	(void)state;
	writer_u32(&w, 0x01020304);
	writer_varint(&w, 300);
	assert_int_equal(w.bytes.len, sizeof(expected));
	assert_memory_equal(w.bytes.data, expected, sizeof(expected));
	writer_cleanup(&w);
}

static void
a_reader_that_ran_out_gives_zeros_and_is_not_done(void **state)
{
	struct reader r = reader_of(span_text("\1\1\1"));

	(void)state;
	assert_int_equal(reader_u32(&r), 0);
	assert_int_equal(reader_u8(&r), 0);
	assert_int_equal(reader_bytes(&r, 1).len, 0);
	assert_int_equal(reader_rows(&r, 1, 1), 0);
	assert_false(reader_is_done(&r));
}

static void
a_varint_of_more_than_64_bits_is_refused(void **state)
{
	static const char greatest[] = "\377\377\377\377\377\377\377\377\377\1";
	static const char beyond[] = "\377\377\377\377\377\377\377\377\377\2";
	static const char endless[] =
	    "\200\200\200\200\200\200\200\200\200\200\200";
	struct reader r = reader_of(span_text(greatest));

	(void)state;
	assert_true(reader_varint(&r) == UINT64_MAX);
	assert_true(reader_is_done(&r));
	r = reader_of(span_text(beyond));
	reader_varint(&r);
	assert_true(r.has_failed);
	r = reader_of(span_text(endless));
	reader_varint(&r);
	assert_true(r.has_failed);
}

static void
a_number_of_rows_that_cannot_be_there_is_refused(void **state)
{
	struct reader r = reader_of(span_text("123456"));

	(void)state;
	assert_int_equal(reader_rows(&r, 2, 3), 2);
	assert_int_equal(reader_rows(&r, 3, 3), 0);
	assert_true(r.has_failed);
	r = reader_of(span_text("123456"));
	assert_int_equal(reader_rows(&r, UINT64_MAX, 3), 0);
	assert_true(r.has_failed);
}

static void
nothing_is_bytes_too(void **state)
{
	struct reader r = reader_of((struct span){ 0 });
	struct writer w = { 0 };
	struct bytes b;

	(void)state;
	assert_true(reader_is_done(&r));
	assert_int_equal(reader_bytes(&r, 0).len, 0);
	assert_int_equal(writer_give(&w, &b.data, &b.len), ERR_OK);
	assert_int_equal(b.len, 0);
	free(b.data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(numbers_are_little_endian),
		cmocka_unit_test(
		    a_reader_that_ran_out_gives_zeros_and_is_not_done),
		cmocka_unit_test(a_varint_of_more_than_64_bits_is_refused),
		cmocka_unit_test(
		    a_number_of_rows_that_cannot_be_there_is_refused),
		cmocka_unit_test(nothing_is_bytes_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
