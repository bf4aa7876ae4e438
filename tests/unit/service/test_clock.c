#include "worker/service/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void
text_is_the_time_in_utc(void **state)
{
	struct req r;
	struct tm tm = { 0 };
	struct span text;
	const char *end;
	time_t now = time(NULL);

	(void)state;
	memset(&r, 0, sizeof(r));
	text = clock_text(&r);
	end = strptime(text.data, "%Y-%m-%dT%H:%M:%SZ", &tm);
	assert_ptr_equal(end, text.data + text.len);
	assert_true(timegm(&tm) >= now);
	assert_true(timegm(&tm) <= clock_unix_s());
	arena_reset(&r.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_the_time_in_utc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
