#include "worker/store/redis/record.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void
a_field_is_found_and_replaced(void **state)
{
	struct arena a;
	struct record r;

	(void)state;
	arena_init(&a);
	record_init(&r, &a);
	assert_int_equal(record_put_text(&r, "mode", "full"), ERR_OK);
	assert_int_equal(record_put_number(&r, "lines", UINT64_MAX), ERR_OK);
	assert_int_equal(record_put_text(&r, "mode", "unchanged"), ERR_OK);
	assert_int_equal(r.len, 2);
	assert_true(
	    span_is_equal(record_get(&r, "mode"), span_text("unchanged")));
	assert_true(record_number(&r, "lines") == UINT64_MAX);
	assert_int_equal(record_get(&r, "none").len, 0);
	assert_int_equal(record_number(&r, "mode"), 0);
	arena_reset(&a);
}

static void
a_field_is_taken_away(void **state)
{
	struct arena a;
	struct record r;

	(void)state;
	arena_init(&a);
	record_init(&r, &a);
	record_remove(&r, "x");
	assert_int_equal(record_put_text(&r, "x", "1"), ERR_OK);
	assert_int_equal(record_put_text(&r, "y", "2"), ERR_OK);
	assert_int_equal(record_put_text(&r, "z", "3"), ERR_OK);
	record_remove(&r, "none");
	record_remove(&r, "x");
	assert_int_equal(r.len, 2);
	assert_int_equal(record_get(&r, "x").len, 0);
	assert_true(span_is_equal(r.fields[0].name, span_text("y")));
	assert_true(span_is_equal(r.fields[1].value, span_text("3")));
	record_remove(&r, "z");
	record_remove(&r, "y");
	assert_int_equal(r.len, 0);
	arena_reset(&a);
}

static void
a_thousand_fields_keep_their_order_and_bytes(void **state)
{
	struct arena a;
	struct record r;

	(void)state;
	arena_init(&a);
	record_init(&r, &a);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(
		    record_add(&r, span_of(&i, sizeof(i)), span_of(&i, 2)),
		    ERR_OK);
	for (uint32_t i = 0; i < 1000; i++) {
		assert_memory_equal(r.fields[i].name.data, &i, sizeof(i));
		assert_int_equal(r.fields[i].value.len, 2);
	}
	arena_reset(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_field_is_found_and_replaced),
		cmocka_unit_test(a_field_is_taken_away),
		cmocka_unit_test(a_thousand_fields_keep_their_order_and_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
