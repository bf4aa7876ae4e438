/* chunk_tally: whatever the split, every line and every byte is tallied by one
 * chunk; a line of any length costs one buffer; a file that changes is noticed. */
#include "common/shoplog/chunk.h"

#include "common/shoplog/scan/event.h"
#include "reference/reference.h"
#include "unit/shoplog/log_files.h"

#include <zstd.h>

#define FIT "web | 2018-08-03 10:00:00 [A] INFO: 8.8.8.8 https://s.com"

static const char nasty[] = FIT "/\n" FIT "/caviar/\r\n"
				"\n\r\n\n"
				"malformed\n"
				"\r\r\n"
				" \n" FIT "/cart\n" FIT "/a/b/c\r\n"
				"x";

static const char unterminated[] = FIT "/caviar/red/";

/* What one pass of the reference says, against all chunks of this size. */
static void
assert_like_one_pass(
    const struct source *s, const struct reference *want, uint64_t size)
{
	struct tally *all = tally_new(NULL);
	_Atomic uint64_t done = 0;
	const struct tally_summary *got;
	struct problem why = { "" };
	struct chunk *chunks;
	size_t len;

	assert_non_null(all);
	assert_int_equal(chunk_split(s, size, &chunks, &len), ERR_OK);
	for (size_t i = 0; i < len; i++) {
		struct tally *t = tally_new(NULL);

		assert_non_null(t);
		if (chunk_tally(s, &chunks[i], t, NULL, &done, NULL, &why))
			fail_msg("%s", why.text);
		assert_int_equal(tally_append(all, t), ERR_OK);
		tally_free(t);
	}
	free(chunks);
	got = tally_summary(all);
	assert_int_equal(got->bytes, s->bytes);
	assert_int_equal(done, s->bytes);
	assert_int_equal(got->lines, want->lines);
	assert_int_equal(got->malformed, want->malformed);
	assert_int_equal(got->other, want->other);
	assert_int_equal(got->places_len, want->places_len);
	for (size_t i = 0; i < want->places_len; i++) {
		assert_int_equal(got->places[i].file, want->places[i].file);
		assert_int_equal(got->places[i].offset, want->places[i].offset);
	}
	tally_free(all);
}

static void
every_split_gives_what_one_pass_gives(void **state)
{
	const struct span files[] = { span_of(nasty, sizeof(nasty) - 1),
		span_of("", 0), span_of("\n", 1),
		span_of(unterminated, sizeof(unterminated) - 1) };
	struct reference_query query = reference_query_default(NULL);
	struct reference want;
	struct arena arena;
	struct source s;

	(void)state;
	arena_init(&arena);
	reference_read(&arena, files, 4, &query, &want);
	assert_int_equal(want.lines, 9);
	assert_int_equal(want.malformed, 4);
	log_file_write("a", files[0]);
	log_file_write("b", files[1]);
	log_file_write("c", files[2]);
	log_file_write("d", files[3]);
	assert_int_equal(source_resolve(&s, "a,b,c,d", NULL), ERR_OK);
	for (uint64_t size = 1; size <= s.bytes; size++)
		assert_like_one_pass(&s, &want, size);
	assert_like_one_pass(&s, &want, UINT64_MAX);
	source_cleanup(&s);
	arena_reset(&arena);
}

/* A compressed file is one chunk, its tail its own, among plain ones. */
static void
a_compressed_file_is_read_as_its_text(void **state)
{
	static const char head[] = "x\n" FIT "/cart\n",
			  body[] = FIT "/caviar/\nmalformed\n" FIT "/cart\n" FIT
				       "/a";
	const struct span files[] = { span_text(head), span_text(body) };
	struct reference_query query = reference_query_default(NULL);
	struct tally *t = tally_new(NULL), *tail = tally_new(NULL);
	struct problem why = { "" };
	struct chunk *chunks;
	struct reference want;
	struct arena arena;
	struct source s;
	uint8_t packed[1000];
	size_t packed_len, len;

	(void)state;
	arena_init(&arena);
	reference_read(&arena, files, 2, &query, &want);
	packed_len =
	    ZSTD_compress(packed, sizeof(packed), body, sizeof(body) - 1, 3);
	assert_false(ZSTD_isError(packed_len));
	log_file_write("head", files[0]);
	log_file_write("packed", span_of(packed, packed_len));
	assert_int_equal(source_resolve(&s, "head,packed", &why), ERR_OK);
	assert_int_equal(chunk_split(&s, 1000, &chunks, &len), ERR_OK);
	assert_int_equal(len, 2);
	for (size_t i = 0; i < len; i++)
		if (chunk_tally(&s, &chunks[i], t, tail, NULL, NULL, &why))
			fail_msg("%s", why.text);
	assert_int_equal(tally_summary(t)->lines, want.lines);
	assert_int_equal(tally_summary(t)->other, want.other);
	assert_int_equal(
	    tally_summary(t)->bytes, sizeof(head) - 1 + sizeof(body) - 1);
	assert_int_equal(tally_summary(t)->places_len, 2);
	assert_int_equal(tally_summary(t)->places[1].offset,
	    strstr(body, "malformed") - body);
	assert_int_equal(tally_summary(tail)->lines, 0);
	free(chunks);
	tally_free(t);
	tally_free(tail);
	source_cleanup(&s);
	arena_reset(&arena);
}

/* Lines around the longest that is allowed, and one that fills buffers. */
static void
long_lines_are_malformed_and_counted_once(void **state)
{
	static const size_t lengths[] = { LINE_MAX_BYTES - 1, LINE_MAX_BYTES,
		LINE_MAX_BYTES + 1, LINE_MAX_BYTES + 2, 1000000, 3 };
	struct reference_query query = reference_query_default(NULL);
	char *bytes = malloc(3000000);
	struct reference want;
	struct arena arena;
	struct source s;
	size_t len = 0;

	(void)state;
	assert_non_null(bytes);
	for (size_t i = 0; i < 12; i++) {
		size_t line = lengths[i / 2];

		memset(bytes + len, 'x', line);
		if (line > sizeof(FIT))
			memcpy(bytes + len, FIT "/", sizeof(FIT "/") - 1);
		len += line;
		if (i % 2)
			bytes[len++] = '\r';
		bytes[len++] = '\n';
	}
	arena_init(&arena);
	reference_read(&arena, &(struct span){ bytes, len }, 1, &query, &want);
	assert_int_equal(want.lines, 12);
	assert_int_equal(want.malformed, 8);
	log_file_write("log", span_of(bytes, len));
	assert_int_equal(source_resolve(&s, "log", NULL), ERR_OK);
	for (uint64_t size = 32749; size < 600000; size += 65537)
		assert_like_one_pass(&s, &want, size);
	assert_like_one_pass(&s, &want, LINE_MAX_BYTES);
	/* Ends between "\r" and "\n" of the longest line that is allowed. */
	assert_like_one_pass(&s, &want, 4 * LINE_MAX_BYTES + 3);
	assert_like_one_pass(&s, &want, s.bytes);
	source_cleanup(&s);
	arena_reset(&arena);
	free(bytes);
}

/* Tallies all chunks; what the tail got is in *tail. */
static void
tally_with_tail(const struct source *s, uint64_t size,
    struct tally_summary *body, struct tally_summary *tail)
{
	struct tally *t = tally_new(NULL), *rest = tally_new(NULL);
	struct chunk *chunks;
	size_t len;

	assert_non_null(t);
	assert_non_null(rest);
	assert_int_equal(chunk_split(s, size, &chunks, &len), ERR_OK);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(
		    chunk_tally(s, &chunks[i], t, rest, NULL, NULL, NULL),
		    ERR_OK);
	*body = *tally_summary(t);
	*tail = *tally_summary(rest);
	free(chunks);
	tally_free(t);
	tally_free(rest);
}

static void
unterminated_last_line_goes_to_the_tail(void **state)
{
	const uint64_t end = strlen(FIT "/\nx\n");
	struct tally_summary body, tail;
	struct source s;

	(void)state;
	log_file_write("a", span_text(FIT "/\nfinal"));
	log_file_write("b", span_text(FIT "/\nx\n" FIT "/a/b/c"));
	assert_int_equal(source_resolve(&s, "a,b", NULL), ERR_OK);
	for (uint64_t size = 1; size < 200; size++) {
		tally_with_tail(&s, size, &body, &tail);
		assert_int_equal(body.lines, 4);
		assert_int_equal(body.malformed, 2);
		assert_int_equal(body.bytes, s.files[0].id.size + end);
		assert_int_equal(tail.lines, 1);
		assert_int_equal(tail.other, 1);
		assert_int_equal(body.bytes + tail.bytes, s.bytes);
	}
	source_cleanup(&s);
}

static void
whole_last_line_leaves_the_tail_empty(void **state)
{
	static const char *const logs[] = { "", "\n", FIT "/\n", FIT "/\r\n" };
	struct tally_summary body, tail;
	struct source s;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		log_file_write("log", span_text(logs[i]));
		assert_int_equal(source_resolve(&s, "log", NULL), ERR_OK);
		tally_with_tail(&s, 7, &body, &tail);
		assert_int_equal(body.bytes, strlen(logs[i]));
		assert_int_equal(tail.bytes, 0);
		assert_int_equal(tail.lines, 0);
		source_cleanup(&s);
	}
}

static void
lone_cr_at_the_end_is_tail_but_no_line(void **state)
{
	struct tally_summary body, tail;
	struct source s;

	(void)state;
	log_file_write("log", span_text(FIT "/\n\r"));
	assert_int_equal(source_resolve(&s, "log", NULL), ERR_OK);
	tally_with_tail(&s, 10, &body, &tail);
	assert_int_equal(body.lines, 1);
	assert_int_equal(tail.lines, 0);
	assert_int_equal(tail.bytes, 1);
	source_cleanup(&s);
}

static enum err
tally_first_chunk(const struct source *s, const _Atomic int *stop)
{
	struct chunk all = { 0, 0, s->files[0].id.size };
	struct tally *t = tally_new(NULL);
	struct problem why = { "" };
	enum err e;

	assert_non_null(t);
	e = chunk_tally(s, &all, t, NULL, NULL, stop, &why);
	if (e == ERR_LOG_CHANGED)
		assert_non_null(strstr(why.text, "log"));
	tally_free(t);
	return e;
}

static void
file_that_changed_is_noticed(void **state)
{
	struct source s;

	(void)state;
	log_file_write("log", span_of(nasty, sizeof(nasty) - 1));
	assert_int_equal(source_resolve(&s, "log", NULL), ERR_OK);
	assert_int_equal(truncate("log", 100), 0);
	assert_int_equal(tally_first_chunk(&s, NULL), ERR_LOG_CHANGED);
	log_file_write("log", span_of(nasty + 1, sizeof(nasty) - 1));
	assert_int_equal(tally_first_chunk(&s, NULL), ERR_LOG_CHANGED);
	assert_int_equal(unlink("log"), 0);
	assert_int_equal(tally_first_chunk(&s, NULL), ERR_LOG_CHANGED);
	source_cleanup(&s);
}

static void
stop_ends_the_reading(void **state)
{
	_Atomic int stop = 0;
	struct source s;

	(void)state;
	log_file_write("log", span_of(nasty, sizeof(nasty) - 1));
	assert_int_equal(source_resolve(&s, "log", NULL), ERR_OK);
	assert_int_equal(tally_first_chunk(&s, &stop), ERR_OK);
	stop = 1;
	assert_int_equal(tally_first_chunk(&s, &stop), ERR_STALE);
	source_cleanup(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIRECTORY(every_split_gives_what_one_pass_gives),
		IN_DIRECTORY(a_compressed_file_is_read_as_its_text),
		IN_DIRECTORY(long_lines_are_malformed_and_counted_once),
		IN_DIRECTORY(unterminated_last_line_goes_to_the_tail),
		IN_DIRECTORY(whole_last_line_leaves_the_tail_empty),
		IN_DIRECTORY(lone_cr_at_the_end_is_tail_but_no_line),
		IN_DIRECTORY(file_that_changed_is_noticed),
		IN_DIRECTORY(stop_ends_the_reading),
	};

	return cmocka_run_group_tests_name("chunk", tests, NULL, NULL);
}
