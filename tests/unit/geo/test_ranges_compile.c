/* The compiler of the range tables: what it takes and what it refuses. */
#include "common/geo/ranges_compile.h"

#include "unit/geo/geo_files.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char ipv4_good[] = "# IPv4\n\n16777216,16777471,AU\n";
static const char ipv6_good[] = "# IPv6\n2a00::,2a00:ffff::,DE\n";

static enum err
compile(const char *ipv4, const char *ipv6, struct problem *why)
{
	char ipv4_path[128];

	assert_int_equal(file_write(in_folder("geoip"), ipv4, strlen(ipv4)), 0);
	assert_int_equal(
	    file_write(in_folder("geoip6"), ipv6, strlen(ipv6)), 0);
	strcpy(ipv4_path, in_folder("geoip"));
	*why = (struct problem){ "" };
	unlink(in_folder("geo.tables"));
	return ranges_compile(
	    ipv4_path, in_folder("geoip6"), in_folder("geo.tables"), why);
}

static void
comments_and_empty_lines_are_skipped(void **state)
{
	struct problem why;

	(void)state;
	assert_int_equal(compile(ipv4_good, ipv6_good, &why), ERR_OK);
	assert_int_equal(access(in_folder("geo.tables"), F_OK), 0);
}

static void
a_line_that_is_no_range_is_refused_by_its_number(void **state)
{
	static const char *const lines[] = { "16777216,16777471", "16777216,AU",
		"16777216,16777471,AUS", "16777216,16777471,A",
		"16777216,16777471,AU,", " 16777216,16777471,AU",
		"16777471,16777216,AU", "1,4294967296,AU", "-1,2,AU", ",,AU",
		"1.0.0.0,1.0.0.255,AU", "2a00::,2a00::1,AU", "x" };
	struct problem why;
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(text, sizeof(text), "# one\n1,2,DE\n%s\n", lines[i]);
		assert_int_equal(compile(text, ipv6_good, &why), ERR_INVALID);
		assert_non_null(strstr(why.text, "geoip:3: "));
	}
	assert_int_equal(
	    compile(ipv4_good, "2a00::,2a00::g,DE\n", &why), ERR_INVALID);
	assert_non_null(strstr(why.text, "geoip6:1: "));
	assert_int_equal(compile(ipv4_good, "1,2,DE\n", &why), ERR_INVALID);
}

static void
overlapping_ranges_are_refused_by_both_lines(void **state)
{
	struct problem why;

	(void)state;
	assert_int_equal(
	    compile("10,20,DE\n30,40,AU\n20,25,FR\n", ipv6_good, &why),
	    ERR_INVALID);
	assert_non_null(strstr(why.text, "lines 1 and 3 overlap"));
	assert_int_equal(compile("0,4294967295,DE\n4294967295,4294967295,AU\n",
			     ipv6_good, &why),
	    ERR_INVALID);
	assert_int_equal(compile(ipv4_good,
			     "::,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,DE\n"
			     "1::,1::,AU\n",
			     &why),
	    ERR_INVALID);
}

static void
a_refused_table_leaves_no_file(void **state)
{
	struct problem why;

	(void)state;
	assert_int_equal(compile("x\n", ipv6_good, &why), ERR_INVALID);
	assert_int_not_equal(access(in_folder("geo.tables"), F_OK), 0);
	assert_int_not_equal(access(in_folder("geo.tables.new"), F_OK), 0);
}

static void
an_empty_or_missing_table_is_refused(void **state)
{
	struct problem why;

	(void)state;
	assert_int_equal(compile("# nothing\n", ipv6_good, &why), ERR_INVALID);
	assert_non_null(strstr(why.text, "geoip: has no range"));
	unlink(in_folder("geoip"));
	assert_int_equal(ranges_compile(in_folder("geoip"), "/dev/null",
			     "/dev/null/geo.tables", &why),
	    ERR_INVALID);
	assert_non_null(strstr(why.text, "geoip: No such file"));
}

static void
the_same_tables_give_the_same_file(void **state)
{
	struct problem why;
	uint8_t *first, *second;
	size_t first_len, second_len;

	(void)state;
	assert_int_equal(compile("1,2,DE\n5,6,AU\n", ipv6_good, &why), ERR_OK);
	first = file_read(in_folder("geo.tables"), &first_len);
	assert_non_null(first);
	assert_int_equal(
	    compile("5,6,AU\n2,2,DE\n1,1,DE\n", ipv6_good, &why), ERR_OK);
	second = file_read(in_folder("geo.tables"), &second_len);
	assert_non_null(second);
	assert_int_equal(first_len, second_len);
	assert_memory_equal(first, second, first_len);
	free(first);
	free(second);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comments_and_empty_lines_are_skipped),
		cmocka_unit_test(
		    a_line_that_is_no_range_is_refused_by_its_number),
		cmocka_unit_test(overlapping_ranges_are_refused_by_both_lines),
		cmocka_unit_test(a_refused_table_leaves_no_file),
		cmocka_unit_test(an_empty_or_missing_table_is_refused),
		cmocka_unit_test(the_same_tables_give_the_same_file),
	};

	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
