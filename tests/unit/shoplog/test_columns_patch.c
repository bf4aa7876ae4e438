/* What a question adds up of a patched shard is what it adds up of all its
 * segments in one. */
#include "common/shoplog/columns_patch.h"

#include "common/shoplog/columns_part.h"
#include "common/shoplog/question.h"
#include "unit/shoplog/stream.h"

enum { SEGMENTS_MAX = 4 };

/* One shard of a log in stretches, and what all of it votes. */
struct shard {
	uint8_t *blocks[SEGMENTS_MAX]; /* as they lie in Redis */
	size_t sizes[SEGMENTS_MAX];
	size_t len;
	struct columns whole;
	struct catalogue *catalogue;
};

/* cuts  [len - 1], ascending */
static void
shard_open(struct shard *s, const struct stream *log, const size_t *cuts,
    size_t len, unsigned i)
{
	struct tally *whole = tally_of(NULL, log->events, log->len);
	size_t from = 0;

	assert_false(columns_of_tally(whole, i, &s->whole));
	assert_false(catalogue_of_tally(whole, &s->catalogue));
	tally_free(whole);
	s->len = len;
	for (size_t k = 0; k < len; k++) {
		size_t to = k < len - 1 ? cuts[k] : log->len;
		struct tally *t = tally_of(NULL, log->events + from, to - from);
		struct columns c;

		assert_false(columns_of_tally(t, i, &c));
		assert_false(columns_encode(&c, &s->blocks[k], &s->sizes[k]));
		columns_cleanup(&c);
		tally_free(t);
		from = to;
	}
}

static void
shard_close(struct shard *s)
{
	for (size_t i = 0; i < s->len; i++)
		free(s->blocks[i]);
	columns_cleanup(&s->whole);
	catalogue_free(s->catalogue);
}

/* A segment as a reader has it. */
static struct columns
part_of(struct span block, const struct question *q)
{
	struct span bytes[COLUMNS_RANGES_MAX];
	struct columns_part part;
	struct columns out;

	assert_false(
	    columns_part_plan(&part, question_columns(q, true), block));
	for (size_t i = 0; i < part.ranges_len; i++)
		bytes[i] = span_of(
		    block.data + part.ranges[i].from, part.ranges[i].len);
	assert_false(columns_part_read(&part, bytes, &out));
	return out;
}

static struct answer
ask(const struct question *q, const struct shard *s, struct arena *a,
    const struct columns *sets, size_t len, const struct columns *last)
{
	struct question_carts carts;
	struct answer out;

	assert_false(question_carts_init(&carts, q, s->catalogue));
	for (size_t i = 0; i < len; i++)
		assert_false(question_carts_add(&carts, &sets[i]));
	assert_false(question_carts_add(&carts, last));
	assert_false(question_carts_end(&carts, 2));
	assert_false(question_carts_answer(&carts, q->period, a, &out));
	question_carts_cleanup(&carts);
	return out;
}

static void
assert_patched(const struct shard *s, int report, struct period period)
{
	struct question q = { report, answer_default_category(report), period };
	struct columns segments[SEGMENTS_MAX];
	struct columns_patch patch;
	struct answer got, expected;
	struct arena a = { 0 };

	for (size_t i = 0; i < s->len; i++)
		segments[i] =
		    part_of(span_of((char *)s->blocks[i], s->sizes[i]), &q);
	assert_false(columns_patch_init(&patch, segments, s->len));
	assert_int_equal(patch.len, s->len);
	got = ask(&q, s, &a, patch.rest, patch.len, &patch.changed);
	expected = ask(&q, s, &a, NULL, 0, &s->whole);
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

static int
compare(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return (x > y) - (x < y);
}

static void
patched_segments_answer_as_all_in_one(void **state)
{
	uint64_t seed = 71;
	int32_t first;

	(void)state;
	assert_true(civil_day(2018, 8, 1, &first));
	for (int round = 0; round < 60; round++) {
		struct stream log = random_stream(&seed, STREAM_MAX);
		size_t len = 1 + random_below(&seed, SEGMENTS_MAX);
		size_t cuts[SEGMENTS_MAX];

		for (size_t i = 0; i + 1 < len; i++)
			cuts[i] = random_below(&seed, log.len + 1);
		qsort(cuts, len - 1, sizeof(*cuts), compare);
		for (unsigned i = 0; i < SHARDS; i++) {
			struct period p = { first,
				first + (int32_t)random_below(&seed, 10) };
			struct shard s;

			shard_open(&s, &log, cuts, len, i);
			assert_patched(&s, 5, PERIOD_ALL);
			assert_patched(&s, 7, PERIOD_ALL);
			assert_patched(&s, 5, p);
			assert_patched(&s, 7, p);
			shard_close(&s);
		}
	}
}

/* Two of the carts that addresses own are named again. */
static void
a_changed_cart_keeps_its_address(void **state)
{
	static const uint64_t ids[] = { 1, 2, 3, 4 }, keys[] = { 0, 1, 0, 2 };
	static const uint32_t days[] = { 5, 6, COLUMNS_NO_DAY, 7 },
			      unpaid[] = { COLUMNS_NO_DAY, COLUMNS_NO_DAY };
	static const uint8_t owners[] = { OWNER_IPV6, OWNER_IPV6, OWNER_NONE,
		OWNER_IPV6 };
	static const uint8_t nobody[] = { OWNER_NONE, OWNER_NONE };
	static const uint64_t later_ids[] = { 2, 4 }, no_keys[] = { 0, 0 };
	static const struct columns_ipv6 addresses[] = { { 1, 2 }, { 3, 4 },
		{ 5, 6 } };
	const struct columns segments[] = { { .carts_len = 4,
						.ipv6_len = 3,
						.cart_id = ids,
						.paid_day = days,
						.owner = owners,
						.owner_key = keys,
						.owner_ipv6 = addresses },
		{ .carts_len = 2,
		    .cart_id = later_ids,
		    .paid_day = unpaid,
		    .owner = nobody,
		    .owner_key = no_keys } };
	struct columns_patch p;

	(void)state;
	assert_int_equal(columns_patch_init(&p, segments, 2), ERR_OK);
	assert_int_equal(p.changed.carts_len, 2);
	assert_int_equal(p.changed.paid_day[0], 6);
	assert_int_equal(p.changed.paid_day[1], 7);
	assert_int_equal(p.changed.ipv6_len, 2);
	for (uint32_t i = 0; i < 2; i++) {
		assert_int_equal(p.changed.owner[i], OWNER_IPV6);
		assert_int_equal(p.changed.owner_key[i], i);
		assert_memory_equal(&p.changed.owner_ipv6[i], &addresses[i + 1],
		    sizeof(*addresses));
	}
	columns_patch_cleanup(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patched_segments_answer_as_all_in_one),
		cmocka_unit_test(a_changed_cart_keeps_its_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
