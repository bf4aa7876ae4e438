/* utf8_is_plain: every code point there is, and every form that is none. */
#include "common/shoplog/scan/utf8.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* The bits of a code point in `len` bytes, whether that is its form or not. */
static void
encode(uint32_t point, size_t len, char *out)
{
	static const uint8_t lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = len; i-- > 1; point >>= 6)
		out[i] = (char)(0x80 | (point & 0x3f));
	out[0] = (char)(lead[len] | point);
}

static void
code_points_have_one_form_each(void **state)
{
	(void)state;
	for (uint32_t point = 0; point < 0x200000; point++) {
		bool exists =
		    point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
		bool is_control =
		    (point < 0x20 && point != '\t') || point == 0x7f;
		size_t right = point < 0x80      ? 1
			       : point < 0x800   ? 2
			       : point < 0x10000 ? 3
						 : 4;

		for (size_t len = right; len <= 4; len++) {
			char bytes[4];

			encode(point, len, bytes);
			if (utf8_is_plain(span_of(bytes, len)) !=
			    (len == right && exists && !is_control))
				fail_msg("U+%04X in %zu bytes", point, len);
		}
	}
}

static void
sequences_that_are_cut_or_loose_are_refused(void **state)
{
	static const char *const texts[] = { "\x80", "\xbf", "\xc1\xbf", "\xd0",
		"a\xd0", "\xd0 ", "\xe2\x82", "\xe2\x82 ", "\xe2 \xac",
		"\xf0\x9f\x90", "\xf0\x9f\x90 ", "\xf5\x80\x80\x80", "\xff",
		"\xfe", "\xd0\xb0\xb0" };
	static const char *const whole[] = { "\xd0\xb0 a", "\xe2\x82\xac a",
		"\xf0\x9f\x90\x9f a" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (utf8_is_plain(span_text(texts[i])))
			fail_msg("text %zu", i);
	/* Also where the rest stands behind the end. */
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		for (size_t len = 1; len < i + 2; len++)
			if (utf8_is_plain(span_of(whole[i], len)))
				fail_msg("%zu bytes of %zu", len, i + 2);
	assert_true(utf8_is_plain(span_text("a\t\xd0\xb0\xe2\x82\xac")));
	assert_true(utf8_is_plain(span_of("", 0)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(code_points_have_one_form_each),
		cmocka_unit_test(sequences_that_are_cut_or_loose_are_refused),
	};

	return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
