#include "common/base/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
bytes_stay_in_order_however_many_there_are(void **state)
{
	struct buffer b = { 0 };

	(void)state;
	for (int i = 0; i < 10000; i++) {
		char byte = (char)(i * 7);

		assert_true(buffer_add(&b, span_of(&byte, 1)));
	}
	assert_int_equal(b.len, 10000);
	for (int i = 0; i < 10000; i++)
		assert_int_equal(b.data[i], (char)(i * 7));
	buffer_cleanup(&b);
	assert_null(b.data);
	assert_int_equal(b.len + b.room, 0);
}

static void
nothing_added_takes_no_memory(void **state)
{
	struct buffer b = { 0 };

	(void)state;
	assert_true(buffer_add(&b, span_of(NULL, 0)));
	assert_null(b.data);
}

static void
room_is_there_to_be_written_to_and_is_kept(void **state)
{
	struct buffer b = { 0 };
	char *data;

	(void)state;
	assert_true(buffer_reserve(&b, 100000));
	assert_true(b.room >= 100000);
	assert_int_equal(b.len, 0);
	memset(b.data, 'a', 100000);
	b.len = 100000;
	b.len = 0;
	data = b.data;
	assert_true(buffer_reserve(&b, 100000));
	assert_ptr_equal(b.data, data);
	buffer_cleanup(&b);
}

static void
more_than_memory_holds_leaves_it_as_it_was(void **state)
{
	struct buffer b = { 0 };

	(void)state;
	assert_true(buffer_add(&b, span_text("abc")));
	assert_false(buffer_reserve(&b, SIZE_MAX));
	assert_false(buffer_reserve(&b, SIZE_MAX / 2));
	assert_int_equal(b.len, 3);
	assert_memory_equal(b.data, "abc", 3);
	buffer_cleanup(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_stay_in_order_however_many_there_are),
		cmocka_unit_test(nothing_added_takes_no_memory),
		cmocka_unit_test(room_is_there_to_be_written_to_and_is_kept),
		cmocka_unit_test(more_than_memory_holds_leaves_it_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
