/* Counts by day, category and slot. */
#include "common/shoplog/counts.h"

#include "unit/shoplog/stream.h"

struct numbers {
	struct names names;
	struct counts counts;
};

static void
open_numbers(struct numbers *n)
{
	struct hash_secret secret;

	assert_true(hash_secret_new(&secret));
	names_init(&n->names, &secret);
	counts_init(&n->counts, &secret);
}

static void
close_numbers(struct numbers *n)
{
	names_cleanup(&n->names);
	counts_cleanup(&n->counts);
}

static void
add(struct numbers *n, int32_t day, const char *category, uint32_t slot,
    uint64_t value)
{
	uint32_t id = NAME_NONE;

	if (category)
		assert_int_equal(
		    names_category(&n->names, span_text(category), &id),
		    ERR_OK);
	assert_int_equal(counts_add(&n->counts, day, id, slot, value), ERR_OK);
}

static struct names_order
order_of(struct numbers *n)
{
	struct names_order o;

	assert_int_equal(names_order_init(&o, &n->names), ERR_OK);
	counts_use_names(&n->counts, &o);
	names_order_sort(&o);
	return o;
}

static void
a_count_knows_its_day_category_and_slot(void **state)
{
	struct numbers n;
	const struct count *c;

	(void)state;
	open_numbers(&n);
	add(&n, CIVIL_DAY_MAX, "fish", COUNT_SLOTS - 1, 5);
	c = hash_table_at(&n.counts.table, 0);
	assert_int_equal(count_day(c), CIVIL_DAY_MAX);
	assert_int_equal(count_category(c), 0);
	assert_int_equal(count_slot(c), COUNT_SLOTS - 1);
	add(&n, 0, NULL, 0, 1);
	c = hash_table_at(&n.counts.table, 1);
	assert_int_equal(count_day(c), 0);
	assert_true(count_category(c) == NAME_NONE);
	close_numbers(&n);
}

static void
counts_stop_at_the_greatest_number(void **state)
{
	struct numbers n;
	const struct count *c;

	(void)state;
	open_numbers(&n);
	add(&n, 1, NULL, 2, UINT64_MAX - 1);
	add(&n, 1, NULL, 2, 3);
	assert_int_equal(n.counts.table.len, 1);
	c = hash_table_at(&n.counts.table, 0);
	assert_true(c->value == UINT64_MAX);
	close_numbers(&n);
}

static void
sorted_is_by_day_then_all_requests_then_categories_then_slot(void **state)
{
	static const uint64_t expected[] = { 1, 2, 3, 4, 5 };
	const struct count **sorted;
	struct names_order o;
	struct numbers n;

	(void)state;
	open_numbers(&n);
	add(&n, 8, NULL, 0, 5);
	add(&n, 7, "b", 3, 4);
	add(&n, 7, "a", 9, 3);
	add(&n, 7, "a", 1, 2);
	add(&n, 7, NULL, 23, 1);
	o = order_of(&n);
	sorted = counts_sorted(&n.counts, &o);
	assert_non_null(sorted);
	for (int i = 0; i < 5; i++)
		assert_int_equal(sorted[i]->value, expected[i]);
	free(sorted);
	names_order_cleanup(&o);
	close_numbers(&n);
}

static void
slots_and_days_that_are_none_are_corrupt(void **state)
{
	/* One group: step of the day, category, rows; slot, value. */
	static const struct {
		uint64_t day, category, slot, value;
		enum err expected;
	} cases[] = {
		{ CIVIL_DAY_MAX, 0, COUNT_SLOTS - 1, 1, ERR_OK },
		{ (uint64_t)CIVIL_DAY_MAX + 1, 0, 0, 1, ERR_CORRUPT },
		{ UINT64_MAX, 0, 0, 1, ERR_CORRUPT },
		{ 0, 1, 0, 1, ERR_CORRUPT },
		{ 0, 0, COUNT_SLOTS, 1, ERR_CORRUPT },
		{ 0, 0, 0, 0, ERR_CORRUPT },
	};
	struct names_map map = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct writer w = { 0 };
		struct numbers n;
		struct reader r;

		open_numbers(&n);
		writer_varint(&w, 1);
		writer_varint(&w, cases[i].day);
		writer_varint(&w, cases[i].category);
		writer_varint(&w, 1);
		writer_varint(&w, cases[i].slot);
		writer_varint(&w, cases[i].value);
		r = reader_of(span_of(w.data, w.len));
		assert_int_equal(counts_read(&n.counts, &n.names, &r, &map),
		    cases[i].expected);
		writer_cleanup(&w);
		close_numbers(&n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_count_knows_its_day_category_and_slot),
		cmocka_unit_test(counts_stop_at_the_greatest_number),
		cmocka_unit_test(
		    sorted_is_by_day_then_all_requests_then_categories_then_slot),
		cmocka_unit_test(slots_and_days_that_are_none_are_corrupt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
