/* Memory for buckets. */
#include "common/shoplog/table/buckets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void
buckets_are_zeroed_and_on_lines_of_their_own(void **state)
{
	static const size_t sizes[] = { BUCKET_SIZE, 32 * BUCKET_SIZE,
		BUCKETS_HUGE, 2 * (size_t)BUCKETS_HUGE };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint8_t *buckets = buckets_new(sizes[i]);
		uint8_t bits = 0;

		assert_non_null(buckets);
		assert_int_equal((uintptr_t)buckets % BUCKET_SIZE, 0);
		for (size_t at = 0; at < sizes[i]; at++)
			bits |= buckets[at];
		assert_int_equal(bits, 0);
		free(buckets);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buckets_are_zeroed_and_on_lines_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
