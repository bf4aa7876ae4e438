/* The checkpoint: a log that goes on from it has the votes of a log that was
 * read in one go, however many deltas lie between. */
#include "common/shoplog/tally/addresses.h"

#include "common/shoplog/answer/votes.h"
#include "common/shoplog/tally/tally_state.h"
#include "unit/shoplog/stream.h"

static struct bytes
segment_of(const struct tally *t, unsigned shard, bool keep_not)
{
	struct bytes b;

	assert_int_equal(
	    addresses_encode(t, shard, keep_not, &b.data, &b.len), ERR_OK);
	return b;
}

static void
append_segments(struct tally *t, const struct tally *part, bool keep_not)
{
	for (unsigned i = 0; i < SHARDS; i++) {
		struct bytes b = segment_of(part, i, keep_not);

		assert_int_equal(addresses_append(t, i, bytes_span(b)), ERR_OK);
		free(b.data);
	}
}

static struct bytes
votes_bytes(const struct tally *t)
{
	struct bytes b;

	assert_int_equal(votes_encode(t, &b.data, &b.len), ERR_OK);
	return b;
}

static void
a_log_that_goes_on_from_a_checkpoint_has_all_its_votes(void **state)
{
	uint64_t seed = 31;

	(void)state;
	for (int round = 0; round < 60; round++) {
		struct stream s = random_stream(&seed, STREAM_MAX);
		size_t base_len = random_below(&seed, s.len + 1);
		size_t len = random_below(&seed, s.len - base_len + 1);
		struct tally *whole = tally_of(NULL, s.events, s.len);
		struct tally *base = tally_of(NULL, s.events, base_len);
		struct tally *delta = tally_of(NULL, s.events + base_len, len);
		struct tally *grown = tally_of(
		    NULL, s.events + base_len + len, s.len - base_len - len);
		struct tally *now = tally_new(NULL);
		struct tally *before = tally_of(NULL, s.events, base_len + len);
		struct bytes old = votes_bytes(before), x, y;

		append_segments(now, base, false);
		append_segments(now, delta, true);
		assert_int_equal(tally_append(now, grown), ERR_OK);
		assert_int_equal(votes_append(now, bytes_span(old)), ERR_OK);
		x = votes_bytes(now);
		y = votes_bytes(whole);
		assert_int_equal(x.len, y.len);
		assert_memory_equal(x.data, y.data, x.len);
		free(x.data);
		free(y.data);
		free(old.data);
		tally_free(whole);
		tally_free(base);
		tally_free(delta);
		tally_free(grown);
		tally_free(now);
		tally_free(before);
	}
}

static void
a_base_and_its_deltas_compact_into_the_base_of_all(void **state)
{
	uint64_t seed = 32;

	(void)state;
	for (int round = 0; round < 30; round++) {
		struct stream s = random_stream(&seed, STREAM_MAX);
		size_t half = s.len / 2;
		struct tally *whole = tally_of(NULL, s.events, s.len);
		struct tally *base = tally_of(NULL, s.events, half);
		struct tally *delta =
		    tally_of(NULL, s.events + half, s.len - half);

		for (unsigned i = 0; i < SHARDS; i++) {
			struct bytes parts[] = { segment_of(base, i, false),
				segment_of(delta, i, true) };
			struct bytes expected = segment_of(whole, i, false);
			struct tally *both = tally_new(NULL);
			struct bytes one;

			for (size_t k = 0; k < 2; k++)
				assert_int_equal(addresses_append(both, i,
						     bytes_span(parts[k])),
				    ERR_OK);
			one = segment_of(both, i, false);
			tally_free(both);
			assert_int_equal(one.len, expected.len);
			assert_memory_equal(one.data, expected.data, one.len);
			free(one.data);
			free(expected.data);
			free(parts[0].data);
			free(parts[1].data);
		}
		tally_free(whole);
		tally_free(base);
		tally_free(delta);
	}
}

static void
a_base_leaves_out_who_is_not_on_a_goods_page(void **state)
{
	struct event e = {
		.kind = EVENT_HOME, .day = 1, .address = address_of("9.9.9.9")
	};
	struct tally *t = tally_of(NULL, &e, 1), *back = tally_new(NULL);

	(void)state;
	append_segments(back, t, false);
	assert_int_equal(visitors_len(&back->visitors), 0);
	append_segments(back, t, true);
	assert_int_equal(visitors_len(&back->visitors), 1);
	tally_free(t);
	tally_free(back);
}

static void
damaged_segments_are_corrupt_or_harmless(void **state)
{
	uint64_t seed = 33;
	struct stream s;
	struct tally *t;

	(void)state;
	do
		s = random_stream(&seed, STREAM_MAX);
	while (s.len < 100);
	t = tally_of(NULL, s.events, s.len);
	for (unsigned shard = 0; shard < SHARDS; shard++) {
		struct bytes b = segment_of(t, shard, true);

		for (size_t i = 0; i < 2 * b.len; i++) {
			struct tally *to = tally_new(NULL);
			size_t len = i < b.len ? i : b.len;
			char *part = malloc(len + 1);
			enum err e;

			memcpy(part, b.data, len);
			if (i >= b.len)
				part[i - b.len] ^= (char)(1 << i % 8);
			e = addresses_append(to, shard, span_of(part, len));
			assert_true(e == ERR_CORRUPT || (!e && i >= b.len));
			free(part);
			tally_free(to);
		}
		free(b.data);
	}
	tally_free(t);
}

static void
shards_together_are_as_each_alone_whatever_they_want(void **state)
{
	uint64_t seed = 32;
	struct stream s = random_stream(&seed, STREAM_MAX);
	struct tally *t = tally_of(NULL, s.events, s.len);

	(void)state;
	for (unsigned first = 0; first < SHARDS; first += 5) {
		struct addresses_shard all[SHARDS] = { 0 };
		unsigned len = SHARDS - first;

		for (unsigned i = 0; i < len; i++)
			all[i].keep_not = (i + first) % 3 == 0;
		assert_int_equal(
		    addresses_encode_shards(t, first, all, len), ERR_OK);
		for (unsigned i = 0; i < len; i++) {
			struct bytes one =
			    segment_of(t, first + i, all[i].keep_not);

			assert_int_equal(all[i].len, one.len);
			assert_memory_equal(all[i].bytes, one.data, one.len);
			free(all[i].bytes);
			free(one.data);
		}
	}
	tally_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_log_that_goes_on_from_a_checkpoint_has_all_its_votes),
		cmocka_unit_test(
		    a_base_and_its_deltas_compact_into_the_base_of_all),
		cmocka_unit_test(a_base_leaves_out_who_is_not_on_a_goods_page),
		cmocka_unit_test(
		    shards_together_are_as_each_alone_whatever_they_want),
		cmocka_unit_test(damaged_segments_are_corrupt_or_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
