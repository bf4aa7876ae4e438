/* What is asked for is noted once, and answered from then on. */
#include "common/geo/address_table.h"

#include "common/geo/country.h"
#include "unit/geo/geo_files.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void
each_address_is_open_once_until_it_is_answered(void **state)
{
	static const char *const asked[] = { "8.8.8.8", "2001:4860::1",
		"8.8.8.8", "9.9.9.9", "::ffff:9.9.9.9" };
	const uint16_t countries[] = { 10, 20, 30 };
	struct address_table *t = address_table_new();
	const struct address *open;
	size_t len;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		struct address ip = address_of(asked[i]);

		assert_int_equal(
		    address_table_country(t, &ip), COUNTRY_UNKNOWN);
	}
	assert_int_equal(address_table_open(t, &open, &len), ERR_OK);
	assert_int_equal(len, 3);
	for (size_t i = 0; i < 2; i++) {
		struct address ip = address_of(asked[i]);

		assert_memory_equal(&open[i], &ip, sizeof(ip));
	}
	address_table_answer(t, countries);
	for (size_t i = 0; i < 5; i++) {
		static const uint16_t expected[] = { 10, 20, 10, 30, 30 };
		struct address ip = address_of(asked[i]);

		assert_int_equal(address_table_country(t, &ip), expected[i]);
	}
	assert_int_equal(address_table_open(t, &open, &len), ERR_OK);
	assert_int_equal(len, 0);
	address_table_free(t);
}

static void
many_addresses_keep_their_answers(void **state)
{
	enum { MANY = 100000 };
	struct address_table *t = address_table_new();
	uint16_t *countries = calloc(MANY, sizeof(*countries));
	const struct address *open;
	size_t len;

	(void)state;
	for (uint32_t round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < MANY; i++) {
			struct address ip = { { 0x20, 1 } };

			memcpy(ip.bytes + 8, &i, sizeof(i));
			assert_int_equal(address_table_country(t, &ip),
			    round ? i % COUNTRIES : COUNTRY_UNKNOWN);
			countries[i] = (uint16_t)(i % COUNTRIES);
		}
		assert_int_equal(address_table_open(t, &open, &len), ERR_OK);
		assert_int_equal(len, round ? 0 : MANY);
		address_table_answer(t, countries);
	}
	free(countries);
	address_table_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    each_address_is_open_once_until_it_is_answered),
		cmocka_unit_test(many_addresses_keep_their_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
