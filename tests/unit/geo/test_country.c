/* Countries: codes to numbers and back, and their names. */
#include "common/geo/country.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static uint16_t
country(const char *code)
{
	return country_from_code(span_text(code));
}

static void
every_code_comes_back_from_its_number(void **state)
{
	char code[3];

	(void)state;
	for (uint16_t i = 1; i < COUNTRIES; i++) {
		country_code(i, code);
		assert_int_equal(strlen(code), 2);
		if (!strcmp(code, "AP") || !strcmp(code, "EU"))
			assert_int_equal(country(code), COUNTRY_UNKNOWN);
		else
			assert_int_equal(country(code), i);
	}
	assert_int_equal(country("00"), 1);
	assert_int_equal(country("ZY"), COUNTRIES - 2);
}

static void
lower_case_is_the_same_country(void **state)
{
	(void)state;
	assert_int_equal(country("us"), country("US"));
	assert_int_equal(country("eu"), COUNTRY_UNKNOWN);
}

static void
what_is_no_code_is_unknown(void **state)
{
	static const char *const texts[] = { "", "U", "USA", "??", "U ", " S",
		"-1", "\xc3\xa9", "@A", "[Z", "`a", "{z", "/0", ":9" };
	char code[3];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(country(texts[i]), COUNTRY_UNKNOWN);
	country_code(COUNTRY_UNKNOWN, code);
	assert_string_equal(code, "??");
}

static void
a_country_is_called_by_its_common_name(void **state)
{
	(void)state;
	assert_string_equal(country_name(country("US")), "United States");
	assert_string_equal(country_name(country("TW")), "Taiwan");
	assert_string_equal(country_name(country("AD")), "Andorra");
	assert_string_equal(country_name(country("ZW")), "Zimbabwe");
	assert_string_equal(
	    country_name(country("CI")), "C\xc3\xb4te d'Ivoire");
}

static void
a_code_without_a_name_is_its_own(void **state)
{
	(void)state;
	assert_string_equal(country_name(country("XK")), "XK");
	assert_string_equal(country_name(country("00")), "00");
	assert_string_equal(country_name(COUNTRY_UNKNOWN), "??");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_comes_back_from_its_number),
		cmocka_unit_test(lower_case_is_the_same_country),
		cmocka_unit_test(what_is_no_code_is_unknown),
		cmocka_unit_test(a_country_is_called_by_its_common_name),
		cmocka_unit_test(a_code_without_a_name_is_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
