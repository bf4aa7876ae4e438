#include "worker/transport/http/body.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
pieces_make_a_whole_up_to_the_limit(void **state)
{
	struct body b = { 0 };

	(void)state;
	for (int i = 0; i < 10000; i++)
		assert_int_equal(body_add(&b, span_text("abc"), 30000), ERR_OK);
	assert_int_equal(b.len, 30000);
	assert_memory_equal(b.data + 29994, "abcabc", 6);
	assert_int_equal(
	    body_add(&b, span_text("d"), 30000), ERR_BODY_TOO_LARGE);
	assert_int_equal(b.len, 30000);
	body_cleanup(&b);
	assert_null(b.data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_make_a_whole_up_to_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
