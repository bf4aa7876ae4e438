/* One interface over range tables and MMDB files. */
#include "common/geo/geo.h"

#include "common/geo/ranges_compile.h"
#include "unit/geo/mmdb_writer.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* A source that gives a country to every address. */
static struct geo *
open_ranges_of_everything(void)
{
	static const char ipv4[] = "0,4294967295,SE\n";
	static const char ipv6[] =
	    "::,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,NO\n";
	struct problem why = { "" };
	struct geo *g = NULL;
	char ipv4_path[128];

	file_write(in_folder("geoip"), ipv4, strlen(ipv4));
	file_write(in_folder("geoip6"), ipv6, strlen(ipv6));
	strcpy(ipv4_path, in_folder("geoip"));
	if (ranges_compile(ipv4_path, in_folder("geoip6"),
		in_folder("geo.tables"), &why) ||
	    geo_open_ranges(&g, in_folder("geo.tables"), &why))
		fail_msg("%s", why.text);
	return g;
}

static struct geo *
open_mmdb_of_everything(void)
{
	static struct mmdb_writer writer;
	struct problem why = { "" };
	struct geo *g = NULL;
	uint32_t at;

	writer = (struct mmdb_writer){ 0 };
	at = mmdb_put_pair(&writer, "country", "SE");
	mmdb_put_network(&writer, "::", 1, at);
	mmdb_put_network(&writer, "8000::", 1, at);
	mmdb_write(&writer, in_folder("geo.mmdb"), "Test");
	if (geo_open_mmdb(&g, in_folder("geo.mmdb"), &why))
		fail_msg("%s", why.text);
	return g;
}

static void
assert_country(const struct geo *g, const char *ip, const char *expected)
{
	struct address a = address_of(ip);
	char code[3];

	country_code(geo_country(g, &a), code);
	if (strcmp(code, expected))
		fail_msg("%s is of %s, not of %s", ip, code, expected);
}

static void
assert_reserved_is_unknown(const struct geo *g)
{
	static const char *const reserved[] = { "10.1.2.3", "192.168.0.1",
		"255.255.255.255", "::1", "2001:db8::1", "fe80::1",
		"::ffff:127.0.0.1" };

	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		assert_country(g, reserved[i], "??");
}

static void
range_tables_answer_both_families(void **state)
{
	struct geo *g = open_ranges_of_everything();

	(void)state;
	assert_country(g, "8.8.8.8", "SE");
	assert_country(g, "::ffff:8.8.8.8", "SE");
	assert_country(g, "2a00::1", "NO");
	assert_int_equal(strncmp(geo_source(g), "ranges ", 7), 0);
	assert_int_equal(strspn(geo_source(g) + 7, "0123456789abcdef"), 8);
	assert_int_equal(strlen(geo_source(g)), 15);
	geo_close(g);
}

static void
an_mmdb_file_answers_both_families(void **state)
{
	struct geo *g = open_mmdb_of_everything();

	(void)state;
	assert_country(g, "8.8.8.8", "SE");
	assert_country(g, "::ffff:8.8.8.8", "SE");
	assert_country(g, "2a00::1", "SE");
	assert_int_equal(strncmp(geo_source(g), "mmdb ", 5), 0);
	assert_int_equal(strlen(geo_source(g)), 13);
	geo_close(g);
}

static void
reserved_addresses_are_of_no_country_whatever_a_database_says(void **state)
{
	struct geo *g = open_ranges_of_everything();

	(void)state;
	assert_reserved_is_unknown(g);
	geo_close(g);
	g = open_mmdb_of_everything();
	assert_reserved_is_unknown(g);
	geo_close(g);
}

static void
without_a_source_every_address_is_of_no_country(void **state)
{
	(void)state;
	assert_country(NULL, "8.8.8.8", "??");
	geo_close(NULL);
}

static void
an_unusable_file_is_refused_in_words(void **state)
{
	struct problem why = { "" };
	struct geo *g = NULL;

	(void)state;
	assert_int_equal(
	    geo_open_ranges(&g, "/nowhere/geo.tables", &why), ERR_INVALID);
	assert_non_null(strstr(why.text, "/nowhere/geo.tables"));
	why = (struct problem){ "" };
	assert_int_equal(
	    geo_open_mmdb(&g, "/nowhere/geo.mmdb", &why), ERR_INVALID);
	assert_non_null(strstr(why.text, "/nowhere/geo.mmdb"));
	assert_null(g);
}

/* The build puts the real tables where it puts the programs, this one too. */
static void
the_tables_that_set_up_installed_are_beside_the_program(void **state)
{
	struct problem why = { "" };
	struct geo *g = NULL;
	char path[4096];
	char small[8];

	(void)state;
	if (geo_default_ranges_path(path, sizeof(path), &why) ||
	    geo_open_ranges(&g, path, &why))
		fail_msg("%s", why.text);
	assert_country(g, "8.8.8.8", "US");
	assert_country(g, "192.168.0.1", "??");
	geo_close(g);
	assert_int_equal(
	    geo_default_ranges_path(small, sizeof(small), &why), ERR_INVALID);
	assert_non_null(strstr(why.text, "share/trawl"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(range_tables_answer_both_families),
		cmocka_unit_test(an_mmdb_file_answers_both_families),
		cmocka_unit_test(
		    reserved_addresses_are_of_no_country_whatever_a_database_says),
		cmocka_unit_test(
		    without_a_source_every_address_is_of_no_country),
		cmocka_unit_test(an_unusable_file_is_refused_in_words),
		cmocka_unit_test(
		    the_tables_that_set_up_installed_are_beside_the_program),
	};

	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
