/* Which names are written, and in which order. */
#include "common/shoplog/table/names_order.h"

#include "common/shoplog/table/names_map.h"
#include "unit/shoplog/dictionary.h"

static void
only_used_names_are_written_and_come_back_in_byte_order(void **state)
{
	struct names n, back;
	struct names_order order;
	struct names_map map;
	struct writer w = { 0 };
	struct reader r;
	uint32_t b, a;

	(void)state;
	open_names(&n);
	open_names(&back);
	b = category(&n, "b");
	category(&n, "unused");
	a = page(&n, "a", "x");
	assert_int_equal(names_order_init(&order, &n), ERR_OK);
	names_order_use(&order, b);
	names_order_use(&order, a);
	names_order_use(&order, b);
	names_order_sort(&order);
	assert_int_equal(order.len, 2);
	assert_int_equal(order.rank[a], 0);
	assert_int_equal(order.rank[b], 1);
	names_write(&w, &order);
	r = reader_of(span_of(w.bytes.data, w.bytes.len));
	assert_int_equal(names_read(&back, &r, &map), ERR_OK);
	assert_true(reader_is_done(&r));
	assert_int_equal(map.len, 2);
	assert_true(
	    span_is_equal(names_text(&back, map.ids[0]), span_text("a/x")));
	assert_true(
	    span_is_equal(names_text(&back, map.ids[1]), span_text("b")));
	names_map_cleanup(&map);
	names_order_cleanup(&order);
	writer_cleanup(&w);
	names_cleanup(&n);
	names_cleanup(&back);
}

/* Names with many equal bytes, short and long ones, each the beginning of others. */
static void
many_names_with_equal_beginnings_are_in_byte_order(void **state)
{
	enum { NAMES = 3000, LONGEST = 2000 };
	static char text[LONGEST];
	struct names_order order;
	struct names n;
	uint32_t id;

	(void)state;
	open_names(&n);
	for (uint32_t i = 0; i < NAMES; i++) {
		/* 7 is prime to the number of names. */
		uint32_t mixed = i * 7 % NAMES;
		int begins = (int)(mixed % 5 ? mixed % 40 : LONGEST - 20);

		snprintf(text, sizeof(text), "%0*u", begins, mixed / 40);
		category(&n, text);
	}
	assert_int_equal(names_order_init(&order, &n), ERR_OK);
	for (id = 0; id < n.table.len; id++)
		names_order_use(&order, id);
	names_order_sort(&order);
	assert_int_equal(order.len, n.table.len);
	for (uint32_t rank = 0; rank < order.len; rank++) {
		id = order.ids[rank];
		assert_int_equal(order.rank[id], rank);
		assert_true(rank == 0 ||
			    span_compare(names_text(&n, order.ids[rank - 1]),
				names_text(&n, id)) < 0);
	}
	names_order_cleanup(&order);
	names_cleanup(&n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    only_used_names_are_written_and_come_back_in_byte_order),
		cmocka_unit_test(
		    many_names_with_equal_beginnings_are_in_byte_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
