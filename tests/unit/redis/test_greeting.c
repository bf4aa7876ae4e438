#include "worker/store/redis/greeting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NAME_AND_PING                                        \
	"*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$1\r\nn\r\n" \
	"*1\r\n$4\r\nPING\r\n"

static void
assert_greeting(const struct redis_address *to, const char *wanted)
{
	struct command_queue q = { 0 };
	struct command *c;
	size_t at = 0;

	assert_int_equal(greeting_make(&q, to, "n"), ERR_OK);
	while ((c = command_pop(&q))) {
		assert_null(c->fn);
		assert_true(strlen(wanted) - at >= c->len);
		assert_memory_equal(c->text, wanted + at, c->len);
		at += c->len;
		free(c);
	}
	assert_int_equal(at, strlen(wanted));
}

static void
greeting_says_only_what_is_set(void **state)
{
	struct redis_address to = { .db = 0 };

	(void)state;
	assert_greeting(&to, NAME_AND_PING);
	to.db = 12;
	assert_greeting(
	    &to, "*2\r\n$6\r\nSELECT\r\n$2\r\n12\r\n" NAME_AND_PING);
	to.db = 0;
	strcpy(to.password, "p w");
	assert_greeting(&to, "*2\r\n$4\r\nAUTH\r\n$3\r\np w\r\n" NAME_AND_PING);
	strcpy(to.user, "ann");
	assert_greeting(&to,
	    "*3\r\n$4\r\nAUTH\r\n$3\r\nann\r\n$3\r\np w\r\n" NAME_AND_PING);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(greeting_says_only_what_is_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
