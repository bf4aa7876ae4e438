#include "common/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct row {
	const char *text;
	bool is_utf8;
	size_t length; /* characters */
	bool has_control;
};

#define AND_NOT false, 0, false

static const struct row rows[] = {
	{ "", true, 0, false }, { "Ann", true, 3, false },
	{ "\xd0\x91\xd0\xbe\xd0\xb1", true, 3, false }, /* Cyrillic */
	{ "\xe2\x82\xac", true, 1, false },             /* U+20AC */
	{ "\xf0\x9f\x98\x80", true, 1, false },         /* U+1F600 */
	{ "\xf4\x8f\xbf\xbf", true, 1, false },         /* U+10FFFF */
	{ "\xed\x9f\xbf", true, 1, false },             /* U+D7FF */
	{ "\xc2\xa0", true, 1, false },                 /* U+00A0 */
	{ "\t", true, 1, true }, { "a\x7f", true, 2, true },
	{ "\xc2\x80", true, 1, true },   /* U+0080 */
	{ "x\xc2\x9fy", true, 3, true }, /* U+009F */
	{ "\xc3\x9f", true, 1, false },  /* U+00DF */
	{ "\x80", AND_NOT },             /* continuation alone */
	{ "\xc0\x80", AND_NOT },         /* overlong U+0000 */
	{ "\xc1\xbf", AND_NOT },         /* overlong U+007F */
	{ "\xe0\x9f\xbf", AND_NOT },     /* overlong U+07FF */
	{ "\xf0\x8f\xbf\xbf", AND_NOT }, /* overlong U+FFFF */
	{ "\xed\xa0\x80", AND_NOT },     /* surrogate U+D800 */
	{ "\xf4\x90\x80\x80", AND_NOT }, /* U+110000 */
	{ "\xf5\x80\x80\x80", AND_NOT }, { "\xff", AND_NOT },
	{ "\xe2\x82", AND_NOT },         /* cut short */
	{ "a\xf0\x9f\x98", AND_NOT },    /* cut short */
	{ "\xe2\x28\xa1", AND_NOT },     /* second byte wrong */
	{ "\xf0\x9f\x28\x80", AND_NOT }, /* third byte wrong */
};

static void
texts_are_told_apart(void **state)
{
	struct span s;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		s = span_text(rows[i].text);
		if (text_is_utf8(s) != rows[i].is_utf8)
			fail_msg("row %zu: UTF-8 or not", i);
		if (!rows[i].is_utf8)
			continue;
		if (text_length(s) != rows[i].length)
			fail_msg("row %zu: length %zu", i, text_length(s));
		if (text_has_control(s) != rows[i].has_control)
			fail_msg("row %zu: control or not", i);
	}
}

static void
null_character_is_a_control(void **state)
{
	(void)state;
	assert_true(text_is_utf8(span_of("a\0b", 3)));
	assert_int_equal(text_length(span_of("a\0b", 3)), 3);
	assert_true(text_has_control(span_of("a\0b", 3)));
}

static void
what_is_no_character_is_shown_as_such(void **state)
{
#define NONE "\xef\xbf\xbd"
	static const char *const texts[][2] = {
		{ "", "" },
		{ "Ann", "Ann" },
		{ "\xe2\x82\xac\xf0\x9f\x98\x80",
		    "\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ "gr\xfc\xdf.log", "gr" NONE NONE ".log" },
		{ "\xff", NONE },
		{ "cut \xe2\x82", "cut " NONE NONE },
		{ "\xed\xa0\x80\xc3\xa9", NONE NONE NONE "\xc3\xa9" },
	};
#undef NONE
	char out[TEXT_SHOWN_MAX * 20];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		size_t len = text_show(span_text(texts[i][0]), out);

		assert_int_equal(len, strlen(texts[i][1]));
		assert_memory_equal(out, texts[i][1], len);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_told_apart),
		cmocka_unit_test(null_character_is_a_control),
		cmocka_unit_test(what_is_no_character_is_shown_as_such),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
