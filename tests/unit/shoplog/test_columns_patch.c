/* What a question adds up of a patched base is what it adds up of base and
 * delta in one. */
#include "common/shoplog/columns_patch.h"

#include "common/shoplog/columns_part.h"
#include "common/shoplog/question.h"
#include "unit/shoplog/stream.h"

/* One shard of a log in two stretches, and what all of it votes. */
struct shard {
	struct columns base, delta, both;
	struct catalogue *catalogue;
	uint8_t *block; /* of the base */
	size_t block_len;
};

static void
shard_open(struct shard *s, const struct stream *log, size_t cut, unsigned i)
{
	struct tally *whole = tally_of(NULL, log->events, log->len);
	struct tally *left = tally_of(NULL, log->events, cut);
	struct tally *right = tally_of(NULL, log->events + cut, log->len - cut);

	assert_false(columns_of_tally(left, i, &s->base));
	assert_false(columns_of_tally(right, i, &s->delta));
	assert_false(columns_of_tally(whole, i, &s->both));
	assert_false(catalogue_of_tally(whole, &s->catalogue));
	assert_false(columns_encode(&s->base, &s->block, &s->block_len));
	tally_free(whole);
	tally_free(left);
	tally_free(right);
}

static void
shard_close(struct shard *s)
{
	columns_cleanup(&s->base);
	columns_cleanup(&s->delta);
	columns_cleanup(&s->both);
	catalogue_free(s->catalogue);
	free(s->block);
}

/* The base as a reader has it. */
static struct columns
part_of(const struct shard *s, const struct question *q)
{
	struct span bytes[COLUMNS_RANGES_MAX];
	struct columns_part part;
	struct columns out;

	assert_false(columns_part_plan(&part, question_columns(q, true),
	    span_of((char *)s->block, s->block_len)));
	for (size_t i = 0; i < part.ranges_len; i++)
		bytes[i] = span_of(
		    (char *)s->block + part.ranges[i].from, part.ranges[i].len);
	assert_false(columns_part_read(&part, bytes, &out));
	return out;
}

static struct answer
ask(const struct question *q, const struct shard *s, struct arena *a,
    const struct columns *first, const struct columns *second)
{
	struct question_carts carts;
	struct answer out;

	assert_false(question_carts_init(&carts, q, s->catalogue));
	assert_false(question_carts_add(&carts, first));
	if (second)
		assert_false(question_carts_add(&carts, second));
	assert_false(question_carts_answer(&carts, a, &out));
	question_carts_cleanup(&carts);
	return out;
}

static void
assert_patched(const struct shard *s, int report, struct period period)
{
	struct question q = { report, answer_default_category(report), period };
	struct columns base = part_of(s, &q);
	struct columns_patch patch;
	struct answer got, expected;
	struct arena a = { 0 };

	assert_false(columns_patch_init(&patch, &base, &s->delta));
	got = ask(&q, s, &a, &patch.rest, &patch.changed);
	expected = ask(&q, s, &a, &s->both, NULL);
	assert_int_equal(got.value, expected.value);
	assert_int_equal(got.carts, expected.carts);
	assert_int_equal(got.buyers, expected.buyers);
	assert_int_equal(got.ranking_len, expected.ranking_len);
	for (size_t i = 0; i < got.ranking_len; i++) {
		assert_true(span_is_equal(
		    got.ranking[i].name, expected.ranking[i].name));
		assert_int_equal(
		    got.ranking[i].value, expected.ranking[i].value);
	}
	columns_patch_cleanup(&patch);
	arena_reset(&a);
}

static void
a_patched_base_answers_as_base_and_delta_in_one(void **state)
{
	uint64_t seed = 71;
	int32_t first;

	(void)state;
	assert_true(civil_day(2018, 8, 1, &first));
	for (int round = 0; round < 60; round++) {
		struct stream log = random_stream(&seed, STREAM_MAX);
		size_t cut = random_below(&seed, log.len + 1);

		for (unsigned i = 0; i < SHARDS; i++) {
			struct period p = { first,
				first + (int32_t)random_below(&seed, 10) };
			struct shard s;

			shard_open(&s, &log, cut, i);
			assert_patched(&s, 5, PERIOD_ALL);
			assert_patched(&s, 7, PERIOD_ALL);
			assert_patched(&s, 5, p);
			assert_patched(&s, 7, p);
			shard_close(&s);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_patched_base_answers_as_base_and_delta_in_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
