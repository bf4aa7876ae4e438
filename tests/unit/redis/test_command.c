#include "script_table.h"
#include "worker/store/redis/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
assert_text(const struct command *c, const char *text)
{
	assert_non_null(c);
	assert_int_equal(c->len, strlen(text));
	assert_memory_equal(c->text, text, c->len);
}

static struct command *
format(const char *words, ...)
{
	struct command *c;
	va_list args;

	va_start(args, words);
	c = command_format(words, args);
	va_end(args);
	return c;
}

static struct command *
format_script(int keys, const char *words, ...)
{
	struct command *c;
	va_list args;

	va_start(args, words);
	c = command_script_format(SCRIPT_LOGIN_RELEASE, keys, words, args);
	va_end(args);
	return c;
}

static void
arguments_become_bulk_strings(void **state)
{
	const char *argv[] = { "SET", "a b", "\r\n\0x" };
	const size_t lens[] = { 3, 3, 4 };
	struct command *c = command_new(NULL, 3, argv, lens);
	static const char wanted[] =
	    "*3\r\n$3\r\nSET\r\n$3\r\na b\r\n$4\r\n\r\n\0x\r\n";

	(void)state;
	assert_int_equal(c->len, sizeof(wanted) - 1);
	assert_memory_equal(c->text, wanted, c->len);
	free(c);
	argv[1] = "";
	c = command_new(NULL, 2, argv, NULL);
	assert_text(c, "*2\r\n$3\r\nSET\r\n$0\r\n\r\n");
	free(c);
}

static void
memory_of_a_short_one_is_the_next_ones(void **state)
{
	const char *argv[] = { "GET", "key" };
	struct command_pool pool = { 0 };
	struct command *first = command_new(&pool, 2, argv, NULL), *second;
	char large[1000] = { 0 };

	(void)state;
	command_free(&pool, first);
	assert_int_equal(pool.len, 1);
	argv[1] = "other";
	second = command_new(&pool, 2, argv, NULL);
	assert_ptr_equal(second, first);
	assert_int_equal(pool.len, 0);
	assert_text(second, "*2\r\n$3\r\nGET\r\n$5\r\nother\r\n");
	assert_null(second->fn);
	assert_int_equal(second->script, SCRIPTS);
	command_free(&pool, second);
	memset(large, 'x', sizeof(large) - 1);
	argv[1] = large;
	second = command_new(&pool, 2, argv, NULL);
	assert_int_equal(pool.len, 1);
	command_free(&pool, second);
	assert_int_equal(pool.len, 1);
	command_free(&pool, NULL);
	command_pool_cleanup(&pool);
	assert_int_equal(pool.len, 0);
}

static void
format_and_arguments_agree(void **state)
{
	struct command *c = format("SET %b:%d %s", "a b", (size_t)3, 7, "x");

	(void)state;
	assert_text(c, "*3\r\n$3\r\nSET\r\n$5\r\na b:7\r\n$1\r\nx\r\n");
	assert_int_equal(c->script, SCRIPTS);
	free(c);
}

static void
script_goes_by_its_digest_in_both_forms(void **state)
{
	const char *argv[] = { "login:ann", "42" };
	struct command *a =
	    command_script(SCRIPT_LOGIN_RELEASE, 1, 2, argv, NULL);
	struct command *b = format_script(1, "login:%s %d", "ann", 42);
	char wanted[256];

	(void)state;
	snprintf(wanted, sizeof(wanted),
	    "*5\r\n$7\r\nEVALSHA\r\n$40\r\n%s\r\n$1\r\n1\r\n"
	    "$9\r\nlogin:ann\r\n$2\r\n42\r\n",
	    script_table[SCRIPT_LOGIN_RELEASE].sha1);
	assert_text(a, wanted);
	assert_text(b, wanted);
	assert_int_equal(a->rest, b->rest);
	assert_int_equal(a->argc, b->argc);
	free(a);
	free(b);
}

static void
eval_has_the_text_and_the_same_arguments(void **state)
{
	const struct script_text *script = &script_table[SCRIPT_LOGIN_RELEASE];
	struct command *sha = format_script(1, "login:%s %d", "ann", 42);
	struct command *eval;
	char wanted[4096];

	(void)state;
	sha->due_ms = 77;
	eval = command_eval(sha);
	snprintf(wanted, sizeof(wanted),
	    "*5\r\n$4\r\nEVAL\r\n$%lu\r\n%s\r\n$1\r\n1\r\n"
	    "$9\r\nlogin:ann\r\n$2\r\n42\r\n",
	    script->len, script->text);
	assert_text(eval, wanted);
	assert_int_equal(eval->due_ms, 77);
	assert_int_equal(eval->script, sha->script);
	assert_true(eval->has_text);
	assert_false(sha->has_text);
	free(eval);
	free(sha);
}

static void
queue_gives_in_order_and_counts(void **state)
{
	struct command_queue q = { 0 };
	struct command *one = format("PING"), *two = format("PING");

	(void)state;
	assert_null(command_pop(&q));
	command_push(&q, one);
	command_push(&q, two);
	assert_int_equal(q.len, 2);
	assert_ptr_equal(command_pop(&q), one);
	assert_ptr_equal(command_pop(&q), two);
	assert_null(command_pop(&q));
	assert_int_equal(q.len, 0);
	command_push(&q, one);
	assert_ptr_equal(command_pop(&q), one);
	free(one);
	free(two);
}

static void
overdue_commands_leave_in_order(void **state)
{
	static const uint64_t due_ms[] = { 30, 10, 40, 20 };
	struct command_queue q = { 0 }, out = { 0 };
	struct command *c;

	(void)state;
	assert_true(command_queue_due(&q) == UINT64_MAX);
	for (int i = 0; i < 4; i++) {
		c = format("PING");
		c->due_ms = due_ms[i];
		command_push(&q, c);
	}
	assert_int_equal(command_queue_due(&q), 10);
	command_take_overdue(&q, 30, &out);
	assert_int_equal(q.len, 1);
	assert_int_equal(out.len, 3);
	assert_int_equal(command_queue_due(&q), 40);
	for (int i = 0; i < 3; i++) {
		c = command_pop(&out);
		assert_int_equal(c->due_ms, i == 0 ? 30 : 10 * i);
		free(c);
	}
	free(command_pop(&q));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arguments_become_bulk_strings),
		cmocka_unit_test(memory_of_a_short_one_is_the_next_ones),
		cmocka_unit_test(format_and_arguments_agree),
		cmocka_unit_test(script_goes_by_its_digest_in_both_forms),
		cmocka_unit_test(eval_has_the_text_and_the_same_arguments),
		cmocka_unit_test(queue_gives_in_order_and_counts),
		cmocka_unit_test(overdue_commands_leave_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
