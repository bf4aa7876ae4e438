/* Counts by day, category and slot. */
#include "common/shoplog/tally/counts.h"

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
	counts_init(&n->counts);
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
	const uint32_t most = HASH_ENTRIES_MAX - 1;
	struct count c;

	(void)state;
	open_numbers(&n);
	assert_int_equal(
	    counts_add(&n.counts, CIVIL_DAY_MAX, most, COUNT_SLOTS - 1, 5),
	    ERR_OK);
	c = counts_row(&n.counts, 0);
	assert_int_equal(c.day, CIVIL_DAY_MAX);
	assert_true(c.category == most);
	assert_int_equal(c.slot, COUNT_SLOTS - 1);
	assert_int_equal(c.value, 5);
	add(&n, 0, NULL, 0, 1);
	c = counts_row(&n.counts, 1);
	assert_int_equal(c.day, 0);
	assert_true(c.category == NAME_NONE);
	assert_int_equal(c.slot, 0);
	close_numbers(&n);
}

static void
counts_stop_at_the_greatest_number(void **state)
{
	struct numbers n;

	(void)state;
	open_numbers(&n);
	add(&n, 1, NULL, 2, UINT64_MAX - 1);
	add(&n, 1, NULL, 2, 3);
	assert_int_equal(n.counts.len, 1);
	assert_true(counts_row(&n.counts, 0).value == UINT64_MAX);
	close_numbers(&n);
}

static void
sorted_is_by_day_then_all_requests_then_categories_then_slot(void **state)
{
	static const uint64_t expected[] = { 1, 2, 3, 4, 5 };
	struct count *sorted;
	struct names_order o;
	struct numbers n;
	size_t len;

	(void)state;
	open_numbers(&n);
	add(&n, 8, NULL, 0, 5);
	add(&n, 7, "b", 3, 4);
	add(&n, 7, "a", 9, 3);
	add(&n, 7, "a", 1, 2);
	add(&n, 7, NULL, 23, 1);
	o = order_of(&n);
	assert_int_equal(counts_sorted(&n.counts, &o, &sorted, &len), ERR_OK);
	assert_int_equal(len, 5);
	for (int i = 0; i < 5; i++)
		assert_int_equal(sorted[i].value, expected[i]);
	free(sorted);
	names_order_cleanup(&o);
	close_numbers(&n);
}

static void
sorted_leaves_out_a_category_that_the_order_does_not_know(void **state)
{
	struct count *sorted;
	struct names_order o;
	struct numbers n;
	size_t len;

	(void)state;
	open_numbers(&n);
	add(&n, 7, "a", 9, 3);
	add(&n, 7, "b", 3, 4);
	add(&n, 7, NULL, 23, 1);
	assert_int_equal(names_order_init(&o, &n.names), ERR_OK);
	names_order_use(&o, 1);
	names_order_sort(&o);
	assert_int_equal(counts_sorted(&n.counts, &o, &sorted, &len), ERR_OK);
	assert_int_equal(len, 2);
	assert_true(sorted[0].category == NAME_NONE);
	assert_int_equal(sorted[1].category, 1);
	assert_int_equal(sorted[1].value, 4);
	free(sorted);
	names_order_cleanup(&o);
	close_numbers(&n);
}

/* Many numbers, each added to again and again, long after it was last: the list
 * is settled on the way, and says of each what adding says. */
static void
a_number_is_added_up_however_long_ago_it_was_counted(void **state)
{
	enum { DAYS = 3, CATEGORIES = 700, ROUNDS = 9 };
	struct count *sorted;
	struct names_order o;
	struct numbers n;
	char name[8];
	size_t len;

	(void)state;
	open_numbers(&n);
	for (unsigned i = 0; i < ROUNDS * DAYS * CATEGORIES; i++) {
		snprintf(name, sizeof(name), "%03u", i % CATEGORIES);
		add(&n, (int32_t)(i % DAYS), name, i % DAYS,
		    1 + i % CATEGORIES);
	}
	assert_true(n.counts.len <= 2 * DAYS * CATEGORIES);
	o = order_of(&n);
	assert_int_equal(counts_sorted(&n.counts, &o, &sorted, &len), ERR_OK);
	assert_int_equal(len, DAYS * CATEGORIES);
	for (size_t i = 0; i < len; i++) {
		assert_int_equal(sorted[i].day, i / CATEGORIES);
		assert_int_equal(sorted[i].slot, sorted[i].day);
		assert_int_equal(sorted[i].category, i % CATEGORIES);
		assert_int_equal(
		    sorted[i].value, ROUNDS * (1 + i % CATEGORIES));
	}
	free(sorted);
	names_order_cleanup(&o);
	close_numbers(&n);
}

/* As a log has them: day after day, and now and then a line of an earlier one. */
static void
a_day_that_is_over_can_still_be_added_to(void **state)
{
	enum { DAYS = 60, SLOTS = 90, LATE = 7, ROUNDS = 3 };
	uint64_t expected[DAYS][SLOTS] = { { 0 } };
	struct count *sorted;
	struct names_order o;
	struct numbers n;
	size_t len, distinct = 0;

	(void)state;
	open_numbers(&n);
	for (unsigned i = 0; i < ROUNDS * DAYS * SLOTS; i++) {
		unsigned day = i / (ROUNDS * SLOTS), slot = i % SLOTS;

		if (i % 500 == 0)
			day = day * LATE % (day + 1);
		add(&n, (int32_t)day, NULL, slot, 1 + i % 3);
		distinct += expected[day][slot] == 0;
		expected[day][slot] += 1 + i % 3;
	}
	assert_true(n.counts.len <= 2 * distinct);
	o = order_of(&n);
	assert_int_equal(counts_sorted(&n.counts, &o, &sorted, &len), ERR_OK);
	assert_int_equal(len, distinct);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(
		    sorted[i].value, expected[sorted[i].day][sorted[i].slot]);
	free(sorted);
	names_order_cleanup(&o);
	close_numbers(&n);
}

static uint64_t
sum_of(const struct numbers *n, const char *category)
{
	uint32_t id = category
			  ? names_find_category(&n->names, span_text(category))
			  : NAME_NONE;
	uint64_t sum = 0;

	for (size_t i = 0; i < n->counts.len; i++) {
		struct count c = counts_row(&n->counts, i);

		if (c.category == id)
			sum += c.value;
	}
	return sum;
}

static void
all_requests_and_the_categories_that_are_asked_for_are_appended(void **state)
{
	struct numbers left, right;
	struct names_map map;
	uint32_t wanted[2] = { NAME_NONE, NAME_NONE };

	(void)state;
	open_numbers(&left);
	open_numbers(&right);
	add(&left, 7, "b", 1, 1);
	add(&left, 7, NULL, 1, 10);
	add(&right, 7, "a", 1, 100);
	add(&right, 7, "b", 1, 1000);
	add(&right, 8, "b", 1, 2000);
	add(&right, 8, NULL, 1, 10000);
	wanted[1] = names_find_category(&right.names, span_text("b"));
	assert_int_equal(names_map_init(&map, &right.names), ERR_OK);
	assert_int_equal(counts_append_of(&left.counts, &left.names,
			     &right.counts, &right.names, &map, wanted, 2),
	    ERR_OK);
	assert_int_equal(left.counts.len, 4);
	assert_int_equal(sum_of(&left, "b"), 3001);
	assert_int_equal(sum_of(&left, NULL), 10010);
	names_map_cleanup(&map);
	close_numbers(&left);
	close_numbers(&right);
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
		r = reader_of(span_of(w.bytes.data, w.bytes.len));
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
		cmocka_unit_test(
		    sorted_leaves_out_a_category_that_the_order_does_not_know),
		cmocka_unit_test(
		    a_number_is_added_up_however_long_ago_it_was_counted),
		cmocka_unit_test(a_day_that_is_over_can_still_be_added_to),
		cmocka_unit_test(
		    all_requests_and_the_categories_that_are_asked_for_are_appended),
		cmocka_unit_test(slots_and_days_that_are_none_are_corrupt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
