/* A log read by several threads is the log read by one. */
#include "master/reading.h"

#include "common/shoplog/answer/day.h"
#include "common/shoplog/answer/votes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/trawl-test-reading.XXXXXX";

static int
make_file(void **state)
{
	(void)state;
	strcpy(path + sizeof(path) - 7, "XXXXXX");
	return close(mkstemp(path));
}

static int
remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

/* Some megabytes: several stretches. Every hundredth line is malformed, every
 * fifth adds to one of 300 carts behind a goods page, all over the log. */
static void
write_lines(int len)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	for (int i = 0; i < len; i++)
		fprintf(out,
		    "web | 2018-08-%02d 00:28:36 [A] %s 9.9.9.%d "
		    "https://shop.com/%s%d%s\n",
		    i % 28 + 1, i % 100 ? "INFO:" : "INFO", i / 5 % 200,
		    i % 5 == 4   ? "cart?goods_id=7&amount=1&cart_id="
		    : i % 5 == 3 ? "c/g"
				 : "c",
		    i % 5 == 4 ? i % 300 : i % 7, i % 5 == 4 ? "" : "/");
	assert_int_equal(fclose(out), 0);
}

static struct source
source_of_file(void)
{
	struct problem why = { "" };
	struct source s;

	if (source_resolve(&s, path, &why))
		fail_msg("%s", why.text);
	return s;
}

static enum err
read_asked(const struct source *s, unsigned threads,
    const struct reading_ask *ask, struct reading *out, struct problem *why)
{
	struct progress nobody_looks;

	progress_init(&nobody_looks, NULL, s->bytes);
	return reading_run(s, NULL, threads, ask, &nobody_looks, out, why);
}

/* All categories. */
static enum err
read_by(const struct source *s, unsigned threads, struct reading *out,
    struct problem *why)
{
	struct reading_ask ask = { .is_fallback_all = true };

	return read_asked(s, threads, &ask, out, why);
}

static void
assert_same_days(const struct tally *x, const struct tally *y)
{
	struct day_segment *left, *right;
	struct arena a;
	size_t left_len, right_len;

	arena_init(&a);
	assert_int_equal(
	    day_segments(x, NULL, 0, &a, &left, &left_len), ERR_OK);
	assert_int_equal(
	    day_segments(y, NULL, 0, &a, &right, &right_len), ERR_OK);
	assert_int_equal(left_len, 28);
	assert_int_equal(right_len, 28);
	for (size_t i = 0; i < left_len; i++) {
		assert_int_equal(left[i].fields_len, right[i].fields_len);
		for (size_t j = 0; j < left[i].fields_len; j++)
			assert_true(span_is_equal(
			    left[i].fields[j].value, right[i].fields[j].value));
	}
	arena_reset(&a);
}

static void
assert_same_carts(const struct reading *x, const struct reading *y)
{
	uint8_t *left, *right;
	size_t left_len, right_len;

	for (unsigned i = 0; i < SHARDS; i++) {
		assert_int_equal(
		    columns_encode(&x->carts[i], &left, &left_len), ERR_OK);
		assert_int_equal(
		    columns_encode(&y->carts[i], &right, &right_len), ERR_OK);
		assert_int_equal(left_len, right_len);
		assert_memory_equal(left, right, left_len);
		free(left);
		free(right);
	}
	assert_int_equal(votes_encode(x->tally, &left, &left_len), ERR_OK);
	assert_int_equal(votes_encode(y->tally, &right, &right_len), ERR_OK);
	assert_int_equal(left_len, right_len);
	assert_memory_equal(left, right, left_len);
	free(left);
	free(right);
}

static void
any_number_of_threads_gives_the_same_tally(void **state)
{
	static const unsigned threads[] = { 2, 256 };
	struct problem why = { "" };
	const struct tally_summary *x, *y;
	struct reading one, many;
	struct source s;

	(void)state;
	write_lines(36000);
	s = source_of_file();
	assert_true(s.bytes > 2 << 20);
	assert_int_equal(read_by(&s, 1, &one, &why), ERR_OK);
	x = tally_summary(one.tally);
	assert_int_equal(x->lines, 36000);
	assert_int_equal(x->malformed, 360);
	assert_int_equal(x->bytes, s.bytes);
	for (size_t i = 0; i < sizeof(threads) / sizeof(threads[0]); i++) {
		assert_int_equal(read_by(&s, threads[i], &many, &why), ERR_OK);
		y = tally_summary(many.tally);
		assert_int_equal(y->lines, x->lines);
		assert_int_equal(y->malformed, x->malformed);
		assert_int_equal(y->bytes, x->bytes);
		assert_int_equal(y->places_len, x->places_len);
		for (uint32_t j = 0; j < x->places_len; j++)
			assert_int_equal(
			    y->places[j].offset, x->places[j].offset);
		assert_same_days(one.tally, many.tally);
		assert_same_carts(&one, &many);
		reading_cleanup(&many);
	}
	reading_cleanup(&one);
	source_cleanup(&s);
}

/* Fields of the category on all days. */
static size_t
days_with(const struct tally *t, const char *category)
{
	struct span wanted = span_text(category);
	struct day_segment *days;
	struct arena a;
	size_t len, fields = 0;

	arena_init(&a);
	assert_int_equal(
	    day_segments_of(t, &wanted, 1, NULL, 0, &a, &days, &len), ERR_OK);
	assert_int_equal(len, 28);
	for (size_t i = 0; i < len; i++)
		fields += days[i].fields_len - 5;
	arena_reset(&a);
	return fields;
}

static void
counts_that_nobody_wants_are_not_joined(void **state)
{
	/* The last line, which the second thread reads. */
	static const char late[] = "web | 2018-08-03 00:28:36 [A] INFO: "
				   "9.9.9.9 https://shop.com/late/\n";
	struct span wanted[] = { span_text("c1"), span_text("none") };
	struct reading_ask ask = { { wanted, 2 }, .is_fallback_all = true };
	struct problem why = { "" };
	struct reading r;
	struct source s;
	FILE *out;

	(void)state;
	write_lines(36000);
	out = fopen(path, "a");
	assert_non_null(out);
	fputs(late, out);
	assert_int_equal(fclose(out), 0);
	s = source_of_file();
	assert_int_equal(read_asked(&s, 2, &ask, &r, &why), ERR_OK);
	assert_int_equal(days_with(r.tally, "c1"), 4);
	assert_int_equal(days_with(r.tally, "late"), 0);
	reading_cleanup(&r);
	/* None is there, and so all are asked for. */
	ask.wanted = (struct tally_wanted){ &wanted[1], 1 };
	assert_int_equal(read_asked(&s, 2, &ask, &r, &why), ERR_OK);
	assert_int_equal(days_with(r.tally, "late"), 1);
	reading_cleanup(&r);
	ask.is_fallback_all = false;
	assert_int_equal(read_asked(&s, 2, &ask, &r, &why), ERR_OK);
	assert_int_equal(days_with(r.tally, "late"), 0);
	reading_cleanup(&r);
	source_cleanup(&s);
}

static void
an_empty_log_is_an_empty_tally(void **state)
{
	struct problem why = { "" };
	struct source s = source_of_file();
	struct reading r;

	(void)state;
	assert_int_equal(read_by(&s, 4, &r, &why), ERR_OK);
	assert_int_equal(tally_summary(r.tally)->lines, 0);
	reading_cleanup(&r);
	source_cleanup(&s);
}

static void
a_log_that_shrinks_is_no_log_any_more(void **state)
{
	struct problem why = { "" };
	struct source s;
	struct reading r;

	(void)state;
	write_lines(36000);
	s = source_of_file();
	assert_int_equal(truncate(path, 1000), 0);
	assert_int_equal(read_by(&s, 3, &r, &why), ERR_LOG_CHANGED);
	assert_null(r.tally);
	assert_non_null(strstr(why.text, path));
	source_cleanup(&s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_file, remove_file)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(any_number_of_threads_gives_the_same_tally),
		TEST(counts_that_nobody_wants_are_not_joined),
		TEST(an_empty_log_is_an_empty_tally),
		TEST(a_log_that_shrinks_is_no_log_any_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
