/* Votes and whom they elect. */
#include "common/shoplog/answer/votes.h"

#include "common/shoplog/tally/tally_state.h"
#include "unit/shoplog/stream.h"

static void
vote(struct tally *t, uint64_t goods_id, const char *category,
    const char *goods, uint64_t votes)
{
	uint32_t page;

	assert_int_equal(
	    names_page(&t->names, span_text(category), span_text(goods), &page),
	    ERR_OK);
	assert_int_equal(ballot_add(&t->ballot, goods_id, page, votes), ERR_OK);
}

static void
assert_category(const struct tally *t, uint64_t goods_id, const char *expected)
{
	struct catalogue *c;
	uint32_t index;

	assert_int_equal(catalogue_of_tally(t, &c), ERR_OK);
	catalogue_look_up(c, &goods_id, 1, &index);
	if (!expected) {
		assert_int_equal(index, NO_CATEGORY);
	} else {
		assert_in_range(index, 0, catalogue_categories(c) - 1);
		assert_true(span_is_equal(
		    catalogue_category(c, index), span_text(expected)));
	}
	catalogue_free(c);
}

static void
most_votes_win(void **state)
{
	struct tally *t = tally_new(NULL);

	(void)state;
	vote(t, 7, "caviar", "black", 2);
	vote(t, 7, "fish", "eel", 3);
	assert_category(t, 7, "fish");
	tally_free(t);
}

static void
a_tie_goes_to_the_smaller_category_and_goods_in_byte_order(void **state)
{
	struct tally *t = tally_new(NULL);

	(void)state;
	vote(t, 7, "a", "x", 2);
	vote(t, 7, "a!", "x", 2); /* '!' is before '/' */
	assert_category(t, 7, "a!");
	vote(t, 8, "b", "z", 1);
	vote(t, 8, "a", "z", 1);
	assert_category(t, 8, "a");
	tally_free(t);
}

static void
votes_are_for_pages_not_for_categories(void **state)
{
	struct tally *t = tally_new(NULL);

	(void)state;
	vote(t, 7, "fish", "eel", 2);
	vote(t, 7, "fish", "cod", 2);
	vote(t, 7, "caviar", "red", 3);
	assert_category(t, 7, "caviar");
	tally_free(t);
}

static void
goods_without_a_vote_are_of_no_category(void **state)
{
	struct tally *t = tally_new(NULL);

	(void)state;
	assert_category(t, 7, NULL);
	vote(t, 7, "fish", "eel", 1);
	assert_category(t, 8, NULL);
	tally_free(t);
	catalogue_free(NULL);
}

static void
segments_add_up(void **state)
{
	struct tally *base = tally_new(NULL), *delta = tally_new(NULL);
	struct tally *both = tally_new(NULL);
	struct bytes b;

	(void)state;
	vote(base, 7, "fish", "eel", 2);
	vote(base, UINT64_MAX, "fish", "cod", 1);
	vote(delta, 7, "caviar", "red", 1);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(
		    votes_encode(i ? delta : base, &b.data, &b.len), ERR_OK);
		assert_int_equal(votes_append(both, bytes_span(b)), ERR_OK);
		free(b.data);
		assert_category(both, 7, i < 2 ? "fish" : "caviar");
	}
	assert_category(both, UINT64_MAX, "fish");
	tally_free(base);
	tally_free(delta);
	tally_free(both);
}

static void
votes_stop_at_the_greatest_number(void **state)
{
	struct tally *t = tally_new(NULL);
	const struct vote *v;

	(void)state;
	vote(t, 7, "fish", "eel", UINT64_MAX);
	vote(t, 7, "fish", "eel", 1);
	v = hash_table_at(&t->ballot.table, 0);
	assert_true(v->votes == UINT64_MAX);
	tally_free(t);
}

static void
damaged_segments_are_corrupt_or_harmless(void **state)
{
	struct tally *t = tally_new(NULL);
	struct bytes b;

	(void)state;
	vote(t, 7, "fish", "eel", 300);
	vote(t, 900, "caviar", "red", 1);
	vote(t, UINT64_MAX, "caviar", "red", 1);
	assert_int_equal(votes_encode(t, &b.data, &b.len), ERR_OK);
	for (size_t i = 0; i < 9 * b.len; i++) {
		struct tally *to = tally_new(NULL);
		size_t len = i < b.len ? i : b.len;
		char *part = malloc(len + 1);
		enum err e;

		memcpy(part, b.data, len);
		if (i >= b.len)
			part[(i - b.len) / 8] ^= (char)(1 << (i - b.len) % 8);
		e = votes_append(to, span_of(part, len));
		assert_true(e == ERR_CORRUPT || (!e && i >= b.len));
		free(part);
		tally_free(to);
	}
	free(b.data);
	tally_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(most_votes_win),
		cmocka_unit_test(
		    a_tie_goes_to_the_smaller_category_and_goods_in_byte_order),
		cmocka_unit_test(votes_are_for_pages_not_for_categories),
		cmocka_unit_test(goods_without_a_vote_are_of_no_category),
		cmocka_unit_test(segments_add_up),
		cmocka_unit_test(votes_stop_at_the_greatest_number),
		cmocka_unit_test(damaged_segments_are_corrupt_or_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
