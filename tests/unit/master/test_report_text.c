/* The reports as text, to the character. */
#include "master/report_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROW(text, n)                                           \
	{                                                      \
		.name = { text, sizeof(text) - 1 }, .value = n \
	}

static void
assert_answer(const struct answer *a, const char *expected)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	report_text_answer(out, a);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

static void
rows_are_aligned_by_characters_and_not_by_bytes(void **state)
{
	struct answer_row rows[] = { ROW("C\xc3\xb4te d'Ivoire", 1200),
		ROW("Per\xc3\xba", 35) };
	struct answer a = { .report = 1,
		.ranking = rows,
		.ranking_len = 2,
		.is_named = true,
		.value = 1200,
		.unknown = 7 };

	(void)state;
	assert_answer(&a,
	    "\n1. Which country do visitors come from most often?\n"
	    "\n    C\xc3\xb4te d'Ivoire: 1200 requests\n"
	    "\n    C\xc3\xb4te d'Ivoire  1200"
	    "\n    Per\xc3\xba             35\n"
	    "    7 from addresses of no known country\n");
}

static void
only_the_first_rows_are_shown(void **state)
{
	struct answer_row rows[12];
	struct answer a = { .report = 7,
		.ranking = rows,
		.ranking_len = 12,
		.value = 11,
		.buyers = 12 };

	(void)state;
	for (int i = 0; i < 12; i++)
		rows[i] = (struct answer_row)ROW("3", 1);
	assert_answer(&a, "\n7. How many users bought more than once?\n"
			  "\n    11 users\n"
			  "\n    users by paid carts:\n"
			  "    3  1\n    3  1\n    3  1\n    3  1\n    3  1\n"
			  "    3  1\n    3  1\n    3  1\n    3  1\n    3  1\n"
			  "    and 2 more\n"
			  "    12 users bought anything\n");
}

static void
nothing_is_said_in_words(void **state)
{
	struct answer a = {
		.report = 5, .is_named = true, .category = { "caviar", 6 }
	};

	(void)state;
	assert_answer(&a,
	    "\n5. Which category is bought together with this one most often?"
	    " (caviar)\n"
	    "\n    No carts.\n"
	    "    0 paid carts with goods of it\n");
}

static void
a_name_cannot_speak_to_the_terminal(void **state)
{
	struct answer_row rows[] = { ROW("a\xc2\x9b"
					 "2Jb",
	    1) };
	struct answer a = { .report = 3,
		.ranking = rows,
		.ranking_len = 1,
		.is_named = true,
		.value = 1,
		.category = { "\033[31m\x7f", 6 } };

	(void)state;
	assert_answer(&a,
	    "\n3. At which time of day is this category viewed most often?"
	    " (?[31m?)\n"
	    "\n    a?2Jb: 1 category-page view\n"
	    "\n    a?2Jb  1\n");
}

static void
words_cannot_either(void **state)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(out);
	report_text_words(out, span_text("\xd1\x84 \x9b 1\n\xc2\x9b"));
	fclose(out);
	assert_string_equal(text, "\xd1\x84 ? 1??");
	free(text);
}

static void
the_source_is_described(void **state)
{
	static const char *const files[] = { "a.log", "b.log" };
	const struct report_source source = { .files = files,
		.files_len = 2,
		.lines = 24284,
		.malformed = 3,
		.first_s = 0,
		.last_s = 86399 };
	const struct period period = { 0, INT32_MAX };
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(out);
	report_text_source(out, &source, &period);
	fclose(out);
	assert_string_equal(text,
	    "a.log, b.log: 24284 lines, 3 of them malformed\n"
	    "0001-01-01T00:00:00 to 0001-01-01T23:59:59\n"
	    "counted: from 0001-01-01\n");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    rows_are_aligned_by_characters_and_not_by_bytes),
		cmocka_unit_test(only_the_first_rows_are_shown),
		cmocka_unit_test(nothing_is_said_in_words),
		cmocka_unit_test(a_name_cannot_speak_to_the_terminal),
		cmocka_unit_test(words_cannot_either),
		cmocka_unit_test(the_source_is_described),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
