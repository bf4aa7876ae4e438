/* Visits: what of a line goes into one. What makes a line well-formed is tested
 * with events (test_event.c), which are made of them. */
#include "common/shoplog/scan/visit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
a_line_gives_its_fields_and_the_rest_of_its_url(void **state)
{
	const char *line = "\tshop | 2018-08-01 01:00:02 [A] INFO: 1.2.3.4 "
			   "https://shop.com?a=b ";
	static const char *const want[] = { "shop", "|", "2018-08-01",
		"01:00:02", "[A]", "INFO:", "1.2.3.4", "https://shop.com?a=b" };
	struct span field[VISIT_FIELDS];
	struct visit v;

	(void)state;
	assert_true(visit_read(span_text(line), &v, field));
	for (int i = 0; i < VISIT_FIELDS; i++)
		assert_true(span_is_equal(field[i], span_text(want[i])));
	assert_true(span_is_equal(v.rest, span_text("?a=b")));
	assert_int_equal(v.second, 3602);
	assert_int_equal(v.ip.high, 0);
	assert_int_equal(v.ip.low, 0xffff01020304);
}

static void
a_url_is_cut_behind_its_host(void **state)
{
	struct span rest;

	(void)state;
	assert_true(visit_read_url(span_text("h+2://s/fish/"), &rest));
	assert_true(span_is_equal(rest, span_text("/fish/")));
	assert_true(visit_read_url(span_text("h://s"), &rest));
	assert_int_equal(rest.len, 0);
	assert_false(visit_read_url(span_text("h:///fish"), &rest));
	assert_false(visit_read_url(span_text("2h://s"), &rest));
	assert_false(visit_read_url(span_text("h:/s"), &rest));
}

static void
a_key_becomes_its_address_again(void **state)
{
	struct address ip;

	(void)state;
	for (uint8_t i = 0; i < 16; i++)
		ip.bytes[i] = i;
	assert_int_equal(visitor_key(&ip).high, 0x0001020304050607);
	ip = visitor_address(visitor_key(&ip));
	for (uint8_t i = 0; i < 16; i++)
		assert_int_equal(ip.bytes[i], i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_line_gives_its_fields_and_the_rest_of_its_url),
		cmocka_unit_test(a_url_is_cut_behind_its_host),
		cmocka_unit_test(a_key_becomes_its_address_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
