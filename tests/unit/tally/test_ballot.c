/* Votes, counted and in bytes. Whom they elect: test_votes.c. */
#include "common/shoplog/tally/ballot.h"

#include "unit/shoplog/stream.h"

struct booth {
	struct names names;
	struct ballot ballot;
};

static void
open_booth(struct booth *b)
{
	struct hash_secret secret;

	assert_true(hash_secret_new(&secret));
	names_init(&b->names, &secret);
	ballot_init(&b->ballot, &secret);
}

static void
close_booth(struct booth *b)
{
	names_cleanup(&b->names);
	ballot_cleanup(&b->ballot);
}

static void
vote(struct booth *b, uint64_t goods_id, const char *goods, uint64_t votes)
{
	uint32_t page;

	assert_int_equal(
	    names_page(&b->names, span_text("fish"), span_text(goods), &page),
	    ERR_OK);
	assert_int_equal(ballot_add(&b->ballot, goods_id, page, votes), ERR_OK);
}

static uint64_t
votes_for(struct booth *b, uint64_t goods_id, const char *goods)
{
	const struct vote *v;
	uint32_t page;

	assert_int_equal(
	    names_page(&b->names, span_text("fish"), span_text(goods), &page),
	    ERR_OK);
	v = hash_table_find(
	    &b->ballot.table, (struct hash_key){ goods_id, page });
	return v ? v->votes : 0;
}

static void
votes_add_up_by_goods_id_and_page(void **state)
{
	struct booth b;

	(void)state;
	open_booth(&b);
	vote(&b, 7, "eel", 2);
	vote(&b, 7, "eel", 3);
	vote(&b, 7, "cod", 1);
	vote(&b, 8, "eel", 4);
	assert_int_equal(votes_for(&b, 7, "eel"), 5);
	assert_int_equal(votes_for(&b, 7, "cod"), 1);
	assert_int_equal(votes_for(&b, 8, "eel"), 4);
	assert_int_equal(votes_for(&b, 8, "cod"), 0);
	close_booth(&b);
}

static void
pages_are_the_same_under_other_ids(void **state)
{
	struct names_map map;
	struct booth left, right;

	(void)state;
	open_booth(&left);
	open_booth(&right);
	vote(&left, 7, "cod", 1);
	vote(&right, 7, "eel", 2);
	vote(&right, 7, "cod", 3);
	assert_int_equal(names_map_init(&map, &right.names), ERR_OK);
	assert_int_equal(ballot_append(&left.ballot, &left.names, &right.ballot,
			     &right.names, &map),
	    ERR_OK);
	assert_int_equal(votes_for(&left, 7, "cod"), 4);
	assert_int_equal(votes_for(&left, 7, "eel"), 2);
	names_map_cleanup(&map);
	close_booth(&left);
	close_booth(&right);
}

/* More than are taken at once, the last of them not as many. */
static void
any_number_of_votes_is_appended(void **state)
{
	enum { GOODS = 2 * NAMES_AT_ONCE + 5 };
	struct names_map map;
	struct booth left, right;
	char goods[16];

	(void)state;
	open_booth(&left);
	open_booth(&right);
	for (unsigned i = 0; i < GOODS; i++) {
		snprintf(goods, sizeof(goods), "%u", i);
		if (i % 3 == 0)
			vote(&left, i, goods, 1);
		vote(&right, i, goods, 10 + i);
	}
	assert_int_equal(names_map_init(&map, &right.names), ERR_OK);
	assert_int_equal(ballot_append(&left.ballot, &left.names, &right.ballot,
			     &right.names, &map),
	    ERR_OK);
	assert_int_equal(left.ballot.table.len, GOODS);
	for (unsigned i = 0; i < GOODS; i++) {
		snprintf(goods, sizeof(goods), "%u", i);
		assert_int_equal(
		    votes_for(&left, i, goods), 10 + i + (i % 3 == 0));
	}
	names_map_cleanup(&map);
	close_booth(&left);
	close_booth(&right);
}

static void
a_vote_for_a_category_is_corrupt(void **state)
{
	/* One row: goods id 7, the first name, 1 vote. */
	static const uint8_t row[] = { 1, 7, 0, 1 };
	struct names_map map;
	struct booth b;
	struct reader r;
	uint32_t category;

	(void)state;
	open_booth(&b);
	assert_int_equal(
	    names_category(&b.names, span_text("fish"), &category), ERR_OK);
	map = (struct names_map){ &category, 1 };
	r = reader_of(span_of(row, sizeof(row)));
	assert_int_equal(
	    ballot_read(&b.ballot, &b.names, &r, &map), ERR_CORRUPT);
	close_booth(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(votes_add_up_by_goods_id_and_page),
		cmocka_unit_test(pages_are_the_same_under_other_ids),
		cmocka_unit_test(any_number_of_votes_is_appended),
		cmocka_unit_test(a_vote_for_a_category_is_corrupt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
