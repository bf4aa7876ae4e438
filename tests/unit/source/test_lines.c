/* lines: what a line says of itself, and a file that changes under its reader.
 * How lines go to chunks is in test_chunk.c. */
#include "common/shoplog/source/lines.h"

#include "common/shoplog/scan/event.h"
#include "unit/shoplog/log_files.h"

static void
open_lines(struct source *s, struct lines *l, struct span log)
{
	log_file_write("log", log);
	assert_int_equal(source_resolve(s, "log", NULL), ERR_OK);
	assert_int_equal(
	    lines_open(l, &s->files[0], 0, log.len, NULL, NULL, NULL), ERR_OK);
}

static void
assert_line(struct lines *l, uint64_t offset, const char *text, uint64_t bytes)
{
	struct line line;

	assert_int_equal(lines_next(l, &line, NULL), ERR_OK);
	assert_int_equal(line.offset, offset);
	assert_int_equal(line.bytes, bytes);
	assert_true(span_is_equal(line.text, span_text(text)));
	assert_false(line.is_too_long);
}

static void
line_ends_at_lf_and_one_cr_before_it(void **state)
{
	struct source s;
	struct lines l;
	struct line line;

	(void)state;
	open_lines(&s, &l, span_text("a\nb\r\n\n\r\n\r\r\nc\rd\ne\r"));
	assert_line(&l, 0, "a", 2);
	assert_line(&l, 2, "b", 3);
	assert_line(&l, 5, "", 1);
	assert_line(&l, 6, "", 2);
	assert_line(&l, 8, "\r", 3);
	assert_line(&l, 11, "c\rd", 4);
	assert_int_equal(lines_next(&l, &line, NULL), ERR_OK);
	assert_true(line.is_unterminated);
	assert_int_equal(line.bytes, 2);
	assert_true(span_is_equal(line.text, span_text("e")));
	assert_line(&l, 0, "", 0);
	assert_line(&l, 0, "", 0);
	lines_close(&l);
	source_cleanup(&s);
}

static void
too_long_line_says_so_and_has_no_text(void **state)
{
	static const size_t lengths[] = { LINE_MAX_BYTES, LINE_MAX_BYTES + 1,
		LINE_MAX_BYTES + 2, 1000000 };
	char *bytes = calloc(1, 1000001);

	(void)state;
	assert_non_null(bytes);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		bool is_long = lengths[i] > LINE_MAX_BYTES;
		struct source s;
		struct lines l;
		struct line line;

		memset(bytes, 'x', lengths[i]);
		bytes[lengths[i]] = '\n';
		open_lines(&s, &l, span_of(bytes, lengths[i] + 1));
		assert_int_equal(lines_next(&l, &line, NULL), ERR_OK);
		assert_int_equal(line.bytes, lengths[i] + 1);
		assert_int_equal(line.is_too_long, is_long);
		assert_int_equal(line.text.len, is_long ? 0 : lengths[i]);
		assert_false(line.is_unterminated);
		lines_close(&l);
		source_cleanup(&s);
	}
	free(bytes);
}

static void
file_that_shrinks_while_it_is_read_is_noticed(void **state)
{
	char *bytes = malloc(1000000);
	struct problem why = { "" };
	struct lines lines;
	struct line line;
	struct source s;
	enum err e;

	(void)state;
	assert_non_null(bytes);
	memset(bytes, '\n', 1000000);
	log_file_write("log", span_of(bytes, 1000000));
	free(bytes);
	assert_int_equal(source_resolve(&s, "log", NULL), ERR_OK);
	assert_int_equal(
	    lines_open(&lines, &s.files[0], 0, 1000000, NULL, NULL, &why),
	    ERR_OK);
	assert_int_equal(lines_next(&lines, &line, &why), ERR_OK);
	assert_int_equal(line.bytes, 1);
	assert_int_equal(truncate("log", 500000), 0);
	while ((e = lines_next(&lines, &line, &why)) == ERR_OK)
		assert_int_equal(line.bytes, 1);
	assert_int_equal(e, ERR_LOG_CHANGED);
	assert_non_null(strstr(why.text, "shrank"));
	lines_close(&lines);
	source_cleanup(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIRECTORY(line_ends_at_lf_and_one_cr_before_it),
		IN_DIRECTORY(too_long_line_says_so_and_has_no_text),
		IN_DIRECTORY(file_that_shrinks_while_it_is_read_is_noticed),
	};

	return cmocka_run_group_tests_name("lines", tests, NULL, NULL);
}
