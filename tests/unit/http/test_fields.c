#include "worker/transport/http/fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Reads "Name:value" lines as they would come: in pieces of one byte. */
static enum err
read_lines(struct fields *f, const char *text, struct arena *arena)
{
	enum err e = ERR_OK;
	const char *at = text;

	while (*at != '\0' && e == ERR_OK) {
		for (; *at != ':'; at++)
			part_extend(&f->name, text, at, 1);
		for (at++; *at != '\n'; at++)
			part_extend(&f->value, text, at, 1);
		at++;
		e = fields_end(f, text, arena);
	}
	return e;
}

static void
known_names_are_kept_in_any_case(void **state)
{
	static const char text[] = "hOsT:a \t\nOther:b\nexpect:\n";
	struct fields f = { 0 };
	struct arena arena = { 0 };
	struct span host;

	(void)state;
	assert_int_equal(read_lines(&f, text, &arena), ERR_OK);
	host = fields_get(&f, text, FIELD_HOST);
	assert_true(span_is_equal(host, span_text("a")));
	assert_true(fields_is(&f, text, FIELD_HOST, "A"));
	assert_true(f.has[FIELD_EXPECT]);
	assert_int_equal(fields_get(&f, text, FIELD_EXPECT).len, 0);
	assert_false(f.has[FIELD_PREFER]);
	assert_false(fields_is(&f, text, FIELD_PREFER, ""));
}

static void
a_second_one_of_its_kind_is_refused(void **state)
{
	static const char *const texts[] = { "host:a\nHost:a\n",
		"content-length:1\ncontent-length:1\n",
		"transfer-encoding:chunked\ntransfer-encoding:chunked\n",
		"authorization:a\nauthorization:b\n" };
	struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct fields f = { 0 };

		assert_int_equal(
		    read_lines(&f, texts[i], &arena), ERR_BAD_REQUEST);
	}
}

static void
lists_are_joined_in_order(void **state)
{
	static const char text[] = "prefer:a\nX-Forwarded-For:1\n"
				   "x-forwarded-for:\nx-forwarded-for:3\n";
	struct fields f = { 0 };
	struct arena arena = { 0 };
	struct span list;

	(void)state;
	assert_int_equal(read_lines(&f, text, &arena), ERR_OK);
	list = fields_get(&f, text, FIELD_X_FORWARDED_FOR);
	assert_true(span_is_equal(list, span_text("1, , 3")));
	arena_reset(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_names_are_kept_in_any_case),
		cmocka_unit_test(a_second_one_of_its_kind_is_refused),
		cmocka_unit_test(lists_are_joined_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
