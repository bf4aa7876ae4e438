/* What a question adds up of a patched shard is what it adds up of all its
 * segments in one. */
#include "common/shoplog/carts/columns_patch.h"

#include "common/shoplog/answer/question.h"
#include "common/shoplog/carts/columns_block.h"
#include "common/shoplog/carts/columns_part.h"
#include "common/shoplog/tally/tally_columns.h"
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

	assert_false(tally_columns(whole, i, &s->whole));
	assert_false(catalogue_of_tally(whole, &s->catalogue));
	tally_free(whole);
	s->len = len;
	for (size_t k = 0; k < len; k++) {
		size_t to = k < len - 1 ? cuts[k] : log->len;
		struct tally *t = tally_of(NULL, log->events + from, to - from);
		struct columns c;

		assert_false(tally_columns(t, i, &c));
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

static struct span
block_of(const struct shard *s, size_t i)
{
	return span_of((char *)s->blocks[i], s->sizes[i]);
}

static struct columns
read_part(const struct columns_part *part, struct span block)
{
	struct span bytes[COLUMNS_RANGES_MAX];
	struct columns out;

	for (size_t i = 0; i < part->ranges_len; i++)
		bytes[i] = span_of(
		    block.data + part->ranges[i].from, part->ranges[i].len);
	assert_false(columns_part_read(part, bytes, &out));
	return out;
}

/* The segments as a reader has them; returns the row that the ids of the base begin
 * with. */
static uint32_t
read_parts(const struct shard *s, const struct question *q,
    struct columns segments[SEGMENTS_MAX])
{
	struct columns_part parts[SEGMENTS_MAX];
	uint64_t least = UINT64_MAX;

	for (size_t i = 0; i < s->len; i++) {
		uint64_t id;

		assert_false(columns_part_plan(
		    &parts[i], question_columns(q, true), block_of(s, i)));
		id = columns_part_least(&parts[i], block_of(s, i));
		if (i > 0 && id < least)
			least = id;
	}
	columns_part_skip(&parts[0], block_of(s, 0), least);
	for (size_t i = 0; i < s->len; i++)
		segments[i] = read_part(&parts[i], block_of(s, i));
	return parts[0].ids_from;
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
	uint32_t ids_from = read_parts(s, &q, segments);

	assert_false(columns_patch_init(&patch, segments, s->len, ids_from));
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

/* Users whose numbers are those of their carts, each paid on the days 0 to 99. */
static void
put_block(struct shard *s, const uint64_t *ids, uint32_t len)
{
	struct columns_size size = { .carts_len = len };
	struct columns_block b;
	struct columns c;

	assert_int_equal(columns_block_new(&b, size), ERR_OK);
	for (uint32_t i = 0; i < len; i++) {
		b.cart_id[i] = ids[i];
		b.paid_day[i] = i % 100;
		b.owner[i] = OWNER_USER;
		b.owner_key[i] = ids[i] / 20;
	}
	columns_block_fill_sample(&b);
	columns_block_give(&b, &c);
	assert_int_equal(
	    columns_encode(&c, &s->blocks[s->len], &s->sizes[s->len]), ERR_OK);
	if (s->len++ > 0) {
		struct columns before = s->whole;

		assert_int_equal(
		    columns_append(&before, &c, &s->whole), ERR_OK);
		columns_cleanup(&before);
		columns_cleanup(&c);
	} else {
		s->whole = c;
	}
}

/* Of a base of thousand carts, 10 from one to the next, whose sample tells those
 * with the ids 0, 2560, 5120 and 7680. */
static void
ids_below_those_of_all_deltas_are_left_out(void **state)
{
	static const struct {
		uint64_t deltas[2][3];
		uint32_t ids_from;
	} cases[] = {
		{ { { 5130, 5135, 20000 }, { 5120, 9990, 20000 } }, 512 },
		{ { { 5119, 9990, 9999 }, { 5130, 9990, 20000 } }, 256 },
		{ { { 20000, 20010, 20020 }, { 20000, 20011, 20020 } }, 768 },
		{ { { 0, 5, 9990 }, { 5, 10, 20 } }, 0 },
		{ { { 2560, 2561, 2570 }, { 2559, 5120, 7680 } }, 0 },
	};
	static const struct question q = { 7, { NULL, 0 }, { 0, 0 } };
	uint64_t ids[1000];

	(void)state;
	for (uint32_t i = 0; i < 1000; i++)
		ids[i] = 10 * i;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct shard s = { .len = 0 };
		struct columns segments[SEGMENTS_MAX];

		put_block(&s, ids, 1000);
		put_block(&s, cases[i].deltas[0], 3);
		put_block(&s, cases[i].deltas[1], 3);
		assert_int_equal(
		    read_parts(&s, &q, segments), cases[i].ids_from);
		assert_int_equal(
		    segments[0].cart_id[0], ids[cases[i].ids_from]);
		assert_patched(&s, 7, PERIOD_ALL);
		assert_patched(&s, 7, (struct period){ 0, 60 });
		shard_close(&s);
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
	assert_int_equal(columns_patch_init(&p, segments, 2, 0), ERR_OK);
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
		cmocka_unit_test(ids_below_those_of_all_deltas_are_left_out),
		cmocka_unit_test(a_changed_cart_keeps_its_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
