/* Partials: every way of reading one gives the tally it was made of, and no
 * bytes whatever do harm. */
#include "common/shoplog/tally/partial.h"

#include "unit/shoplog/stream.h"

static struct span
between(struct bytes b, uint64_t from, uint64_t to)
{
	return span_of(b.data + from, to - from);
}

static void
append_by_sections(struct tally *t, struct bytes b)
{
	struct partial_layout l;
	struct span names;

	assert_int_equal(
	    partial_layout(between(b, 0, PARTIAL_HEADER_SIZE), &l), ERR_OK);
	assert_int_equal(l.end, b.len);
	names = between(b, l.names, l.common);
	for (unsigned i = 0; i < SHARDS; i++) {
		uint64_t end = i + 1 < SHARDS ? l.shard[i + 1] : l.end;

		assert_int_equal(partial_append_shard(t, i, names,
				     between(b, l.shard[i], end), NULL),
		    ERR_OK);
	}
	assert_int_equal(
	    partial_append_common(t, names, between(b, l.common, l.shard[0])),
	    ERR_OK);
}

static void
sections_read_alone_add_up_to_the_whole(void **state)
{
	uint64_t seed = 11;

	(void)state;
	for (int round = 0; round < 60; round++) {
		struct stream s = random_stream(&seed, STREAM_MAX);
		struct tally *whole = tally_of(NULL, s.events, s.len);
		struct tally *t = tally_new(NULL);
		size_t from = 0;

		do {
			size_t len = random_below(&seed, s.len - from + 1);
			struct tally *part =
			    tally_of(NULL, s.events + from, len);
			struct bytes b = encoded(part);

			append_by_sections(t, b);
			free(b.data);
			tally_free(part);
			from += len;
		} while (from < s.len);
		assert_same_tally(t, whole);
		tally_free(t);
		tally_free(whole);
	}
}

/* The merge of a parse: each shard in a tally of its own, the commit in
 * another, votes at the borders where the shard finds them. */
static void
shards_merged_apart_make_the_whole_when_put_together(void **state)
{
	uint64_t seed = 12;

	(void)state;
	for (int round = 0; round < 30; round++) {
		struct stream s = random_stream(&seed, STREAM_MAX);
		size_t half = s.len / 2;
		struct tally *whole = tally_of(NULL, s.events, s.len);
		struct tally *parts[] = { tally_of(NULL, s.events, half),
			tally_of(NULL, s.events + half, s.len - half) };
		struct bytes b[] = { encoded(parts[0]), encoded(parts[1]) };
		struct tally *sum = tally_new(NULL);
		struct partial_layout l;

		for (unsigned shard = 0; shard <= SHARDS; shard++) {
			struct tally *t = tally_new(NULL);

			for (int i = 0; i < 2; i++) {
				struct span names;

				assert_int_equal(
				    partial_layout(bytes_span(b[i]), &l),
				    ERR_OK);
				names = between(b[i], l.names, l.common);
				assert_int_equal(
				    shard == SHARDS
					? partial_append_common(t, names,
					      between(
						  b[i], l.common, l.shard[0]))
					: partial_append_shard(t, shard, names,
					      between(b[i], l.shard[shard],
						  shard + 1 < SHARDS
						      ? l.shard[shard + 1]
						      : l.end),
					      NULL),
				    ERR_OK);
			}
			assert_int_equal(tally_append(sum, t), ERR_OK);
			tally_free(t);
		}
		assert_same_tally(sum, whole);
		tally_free(sum);
		for (int i = 0; i < 2; i++) {
			free(b[i].data);
			tally_free(parts[i]);
		}
		tally_free(whole);
	}
}

static void
an_empty_tally_survives_as_well(void **state)
{
	struct tally *empty = tally_new(NULL), *t = tally_new(NULL);
	struct bytes b = encoded(empty);

	(void)state;
	assert_int_equal(partial_append(t, bytes_span(b)), ERR_OK);
	assert_same_tally(t, empty);
	free(b.data);
	tally_free(t);
	tally_free(empty);
}

static void
malformed_places_survive(void **state)
{
	struct tally *t = tally_new(NULL), *copy = tally_new(NULL);
	struct bytes b;

	(void)state;
	tally_add_malformed(t, 3, UINT64_MAX);
	b = encoded(t);
	assert_int_equal(partial_append(copy, bytes_span(b)), ERR_OK);
	assert_int_equal(tally_summary(copy)->places_len, 1);
	assert_int_equal(tally_summary(copy)->places[0].file, 3);
	assert_true(tally_summary(copy)->places[0].offset == UINT64_MAX);
	free(b.data);
	tally_free(t);
	tally_free(copy);
}

static struct bytes
sample(void)
{
	uint64_t seed = 13;
	struct stream s = { .len = 60 };
	struct tally *t;
	struct bytes b;

	for (size_t i = 0; i < s.len; i++)
		s.events[i] = random_event(&seed, 700000 + (int32_t)i / 20);
	t = tally_of(NULL, s.events, s.len);
	tally_add_malformed(t, 0, 17);
	b = encoded(t);
	tally_free(t);
	return b;
}

/* Whether the bytes are a tally; if so it can be encoded like any other. */
static bool
is_taken(struct span bytes)
{
	struct tally *t = tally_new(NULL);
	enum err e = partial_append(t, bytes);

	if (!e) {
		struct bytes b = encoded(t);

		free(b.data);
	} else {
		assert_int_equal(e, ERR_CORRUPT);
	}
	tally_free(t);
	return !e;
}

static void
a_partial_cut_short_anywhere_is_corrupt(void **state)
{
	struct bytes b = sample();

	(void)state;
	for (size_t len = 0; len < b.len; len++) {
		/* A block of its own size, so that reading on is seen. */
		char *part = malloc(len + 1);

		memcpy(part + 1, b.data, len);
		assert_false(is_taken(span_of(part + 1, len)));
		free(part);
	}
	assert_true(is_taken(bytes_span(b)));
	free(b.data);
}

static void
a_longer_partial_is_corrupt(void **state)
{
	struct bytes b = sample();
	uint8_t *longer = malloc(b.len + 1);

	(void)state;
	memcpy(longer, b.data, b.len);
	longer[b.len] = 0;
	assert_false(is_taken(span_of(longer, b.len + 1)));
	free(longer);
	free(b.data);
}

static void
a_flipped_bit_is_noticed_or_gives_another_tally(void **state)
{
	struct bytes b = sample();

	(void)state;
	for (size_t i = 0; i < b.len; i++) {
		unsigned bit = i % 8;

		b.data[i] ^= (uint8_t)(1 << bit);
		is_taken(bytes_span(b));
		b.data[i] ^= (uint8_t)(1 << bit);
	}
	free(b.data);
}

static void
bytes_set_to_their_extremes_do_no_harm(void **state)
{
	static const uint8_t extremes[] = { 0, 0x7f, 0x80, 0xff };
	struct bytes b = sample();
	uint64_t seed = 14;

	(void)state;
	for (int round = 0; round < 1500; round++) {
		size_t from = random_below(&seed, b.len);
		size_t len = 1 + random_below(&seed, 9);
		uint8_t kept[9];

		if (len > b.len - from)
			len = b.len - from;
		memcpy(kept, b.data + from, len);
		memset(b.data + from, PICK(&seed, extremes), len);
		is_taken(bytes_span(b));
		memcpy(b.data + from, kept, len);
	}
	free(b.data);
}

static void
another_version_is_corrupt(void **state)
{
	struct bytes b = sample();
	struct partial_layout l;

	(void)state;
	b.data[0]++;
	assert_false(is_taken(bytes_span(b)));
	assert_int_equal(partial_layout(bytes_span(b), &l), ERR_CORRUPT);
	free(b.data);
}

static void
a_section_under_another_shard_is_corrupt(void **state)
{
	struct tally *empty = tally_new(NULL);
	struct bytes b = sample(), nothing = encoded(empty);
	struct partial_layout l, none;
	int sections = 0;

	(void)state;
	assert_int_equal(partial_layout(bytes_span(b), &l), ERR_OK);
	assert_int_equal(partial_layout(bytes_span(nothing), &none), ERR_OK);
	for (unsigned i = 0; i + 1 < SHARDS; i++) {
		uint64_t len = l.shard[i + 1] - l.shard[i];
		struct tally *t = tally_new(NULL);

		if (len > none.shard[1] - none.shard[0]) {
			assert_int_equal(
			    partial_append_shard(t, i + 1,
				between(b, l.names, l.common),
				between(b, l.shard[i], l.shard[i] + len), NULL),
			    ERR_CORRUPT);
			sections++;
		}
		tally_free(t);
	}
	assert_true(sections > 8); /* some have carts but no address */
	free(b.data);
	free(nothing.data);
	tally_free(empty);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections_read_alone_add_up_to_the_whole),
		cmocka_unit_test(
		    shards_merged_apart_make_the_whole_when_put_together),
		cmocka_unit_test(an_empty_tally_survives_as_well),
		cmocka_unit_test(malformed_places_survive),
		cmocka_unit_test(a_partial_cut_short_anywhere_is_corrupt),
		cmocka_unit_test(a_longer_partial_is_corrupt),
		cmocka_unit_test(
		    a_flipped_bit_is_noticed_or_gives_another_tally),
		cmocka_unit_test(bytes_set_to_their_extremes_do_no_harm),
		cmocka_unit_test(another_version_is_corrupt),
		cmocka_unit_test(a_section_under_another_shard_is_corrupt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
