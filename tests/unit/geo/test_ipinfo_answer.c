/* What IPinfo says, and what it must not say. */
#include "common/geo/ipinfo_answer.h"

#include "common/geo/country.h"
#include "unit/geo/geo_files.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { ASKED = 3 };

static enum err
read_answer(const char *body, uint16_t countries[ASKED], struct problem *why)
{
	const struct address asked[ASKED] = { address_of("8.8.8.8"),
		address_of("1.2.3.4"), address_of("2a02:6b8::1") };

	*why = (struct problem){ "" };
	return ipinfo_answer_read(
	    span_text(body), asked, ASKED, countries, why);
}

static void
an_answer_in_any_order_and_spelling_is_read(void **state)
{
	static const char *const answers[] = {
		"{\"8.8.8.8/country\":\"US\",\"1.2.3.4/country\":\"\","
		"\"2a02:6b8::1/country\":\"ru\"}",
		" {\r\n\t\"2a02:06B8:0::0:1\\/country\" : \"\\u0052U\" ,"
		"\"8.8.8.8/country\":\"US\",\"1.2.3.4/country\":null } \n",
		"{\"8.8.8.8/country\":\"US\",\"x\":\"y\",\"9.9.9.9/country\":"
		"\"DE\",\"1.2.3.4/country\":\"EU\","
		"\"2a02:6b8::1/country\":\"RU\"}",
	};
	uint16_t countries[ASKED];
	struct problem why;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		if (read_answer(answers[i], countries, &why))
			fail_msg("%s: %s", answers[i], why.text);
		assert_string_equal(
		    country_name(countries[0]), "United States");
		assert_int_equal(countries[1], COUNTRY_UNKNOWN);
		assert_int_equal(
		    countries[2], country_from_code(span_text("RU")));
	}
}

static void
an_answer_that_is_not_whole_is_none(void **state)
{
	static const struct {
		const char *body, *words;
	} answers[] = {
		{ "", "its answer is no JSON object" },
		{ "[]", "its answer is no JSON object" },
		{ "{}", "its answer leaves out 1.2.3.4" },
		{ "{\"8.8.8.8/country\":\"US\"",
		    "its answer is cut or no JSON" },
		{ "{\"8.8.8.8/country\":\"US\",}",
		    "its answer is cut or no JSON" },
		{ "{\"8.8.8.8/country\":\"US\",\"1.2.3.4/country\":\"AU\"}",
		    "its answer leaves out 2a02:6b8::1" },
		{ "{\"8.8.8.8/country\":\"Utopia\"}",
		    "its answer for 8.8.8.8 is no code of a country" },
		{ "{\"8.8.8.8/country\":{\"status\":404}}",
		    "its answer has no country for 8.8.8.8" },
		{ "{\"8.8.8.8/country\":\"U\\u00\"}",
		    "its answer has no country for 8.8.8.8" },
		{ "{\"8.8.8.8/country\":\"US\",\"1.2.3.4/country\":\"AU\","
		  "\"2a02:6b8::1/country\":\"RU\"} {",
		    "something follows its answer" },
	};
	uint16_t countries[ASKED];
	struct problem why;

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		assert_int_equal(read_answer(answers[i].body, countries, &why),
		    ERR_NO_COUNTRIES);
		assert_string_equal(why.text, answers[i].words);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_in_any_order_and_spelling_is_read),
		cmocka_unit_test(an_answer_that_is_not_whole_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
