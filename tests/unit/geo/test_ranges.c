/* The compiled range tables: what they answer, and that a file which is not
 * exactly what was written is refused. */
#include "common/geo/ranges.h"

#include "common/geo/country.h"
#include "common/geo/ranges_compile.h"
#include "common/geo/ranges_layout.h"
#include "unit/geo/geo_files.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void
compile(const char *ipv4, const char *ipv6)
{
	struct problem why = { "" };
	char ipv4_path[128];

	assert_int_equal(file_write(in_folder("geoip"), ipv4, strlen(ipv4)), 0);
	assert_int_equal(
	    file_write(in_folder("geoip6"), ipv6, strlen(ipv6)), 0);
	strcpy(ipv4_path, in_folder("geoip"));
	if (ranges_compile(
		ipv4_path, in_folder("geoip6"), in_folder("geo.tables"), &why))
		fail_msg("%s", why.text);
}

static struct ranges *
tables(const char *ipv4, const char *ipv6)
{
	struct problem why = { "" };
	struct ranges *r = NULL;

	compile(ipv4, ipv6);
	if (ranges_open(&r, in_folder("geo.tables"), &why))
		fail_msg("%s", why.text);
	return r;
}

static void
assert_country(const struct ranges *r, const char *ip, const char *expected)
{
	struct address a = address_of(ip);
	char code[3];

	country_code(ranges_country(r, &a), code);
	if (strcmp(code, expected))
		fail_msg("%s is of %s, not of %s", ip, code, expected);
}

static void
a_range_ends_with_its_last_address(void **state)
{
	struct ranges *r = tables("16777216,16777471,AU\n16777472,16778239,CN\n"
				  "16779264,16779264,JP\n",
	    "2a00::,2a00::ff,DE\n2a00::100,2a00::ffff,FR\n"
	    "2a00:0:0:1::,2a00:0:0:1::,NO\n");

	(void)state;
	assert_country(r, "0.0.0.0", "??");
	assert_country(r, "0.255.255.255", "??");
	assert_country(r, "1.0.0.0", "AU");
	assert_country(r, "1.0.0.255", "AU");
	assert_country(r, "1.0.1.0", "CN");
	assert_country(r, "1.0.3.255", "CN");
	assert_country(r, "1.0.4.0", "??");
	assert_country(r, "1.0.7.255", "??");
	assert_country(r, "1.0.8.0", "JP");
	assert_country(r, "1.0.8.1", "??");
	assert_country(r, "255.255.255.255", "??");
	assert_country(r, "29ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "??");
	assert_country(r, "2a00::", "DE");
	assert_country(r, "2a00::ff", "DE");
	assert_country(r, "2a00::100", "FR");
	assert_country(r, "2a00::ffff", "FR");
	assert_country(r, "2a00::1:0", "??");
	assert_country(r, "2a00:0:0:1::", "NO");
	assert_country(r, "2a00:0:0:1::1", "??");
	assert_country(r, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "??");
	ranges_close(r);
}

static void
a_range_may_reach_over_many_blocks_or_begin_inside_one(void **state)
{
	struct ranges *r = tables("65535,196608,AU\n196610,4294967295,US\n",
	    "::,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,SE\n");

	(void)state;
	assert_country(r, "0.0.255.254", "??");
	assert_country(r, "0.0.255.255", "AU");
	assert_country(r, "0.1.0.0", "AU");
	assert_country(r, "0.2.255.255", "AU");
	assert_country(r, "0.3.0.0", "AU");
	assert_country(r, "0.3.0.1", "??");
	assert_country(r, "0.3.0.2", "US");
	assert_country(r, "0.4.0.0", "US");
	assert_country(r, "255.255.255.255", "US");
	assert_country(r, "::", "SE");
	assert_country(r, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "SE");
	ranges_close(r);
}

static void
somewhere_is_unknown(void **state)
{
	struct ranges *r = tables(
	    "10,19,EU\n20,29,DE\n30,39,AP\n40,49,??\n", "2a00::,2a00::ff,??\n");

	(void)state;
	assert_country(r, "0.0.0.19", "??");
	assert_country(r, "0.0.0.20", "DE");
	assert_country(r, "0.0.0.30", "??");
	assert_country(r, "0.0.0.40", "??");
	assert_country(r, "2a00::1", "??");
	ranges_close(r);
}

/* A few thousand short ranges with and without gaps, asked at every border and
 * compared with a reading from first to last. */
static void
many_ranges_answer_as_a_linear_reading_does(void **state)
{
	enum { RANGES = 3000 };
	static struct {
		uint32_t low, high;
		char code[3];
	} rows[RANGES];
	static char text[RANGES * 32];
	uint32_t next = 0, seed = 1;
	size_t len = 0;
	struct ranges *r;

	(void)state;
	for (int i = 0; i < RANGES; i++) {
		seed = seed * 1664525 + 1013904223;
		rows[i].low = next + (seed >> 30 ? (seed >> 8) % 5000 : 0);
		rows[i].high = rows[i].low + (seed >> 4) % 9000;
		rows[i].code[0] = (char)('B' + (seed >> 12) % 4);
		rows[i].code[1] = (char)('A' + (seed >> 16) % 4);
		next = rows[i].high + 1;
		len += (size_t)sprintf(text + len, "%u,%u,%s\n", rows[i].low,
		    rows[i].high, rows[i].code);
	}
	r = tables(text, "::,::,DE\n");
	for (int i = 0; i < RANGES; i++) {
		uint32_t asked[] = { rows[i].low, rows[i].high,
			rows[i].high + 1 };

		for (int k = 0; k < 3; k++) {
			const char *expected = "??";
			char ip[INET_ADDRSTRLEN];
			uint32_t wire = htonl(asked[k]);

			for (int j = i; j < RANGES && j < i + 2; j++)
				if (asked[k] >= rows[j].low &&
				    asked[k] <= rows[j].high)
					expected = rows[j].code;
			inet_ntop(AF_INET, &wire, ip, sizeof(ip));
			assert_country(r, ip, expected);
		}
	}
	ranges_close(r);
}

/* Addresses of both families in any mixture and number. */
static void
many_at_a_time_are_of_the_countries_that_each_is_of(void **state)
{
	enum { RANGES = 500, ASKED = 300 };
	static char ipv4[RANGES * 40], ipv6[RANGES * 40];
	size_t ipv4_len = 0, ipv6_len = 0;
	struct address asked[ASKED];
	uint16_t countries[ASKED];
	struct ranges *r;
	uint32_t seed = 1;

	(void)state;
	for (unsigned i = 0; i < RANGES; i++) {
		const char *code = i % 3 ? "DE" : "FR";

		ipv4_len += (size_t)sprintf(ipv4 + ipv4_len, "%u,%u,%s\n",
		    i << 20, (i << 20) + (i << 10), code);
		ipv6_len += (size_t)sprintf(ipv6 + ipv6_len,
		    "2a00:%x::,2a00:%x::%x,%s\n", i, i, i, code);
	}
	r = tables(ipv4, ipv6);
	for (size_t len = 0; len <= ASKED; len++) {
		for (size_t i = 0; i < len; i++) {
			char ip[64];

			seed = seed * 1664525 + 1013904223;
			if (seed >> 31)
				sprintf(ip, "%u.%u.%u.0", seed >> 8 & 31,
				    seed >> 16 & 255, seed >> 24 & 31);
			else
				sprintf(ip, "2a00:%x::%x", seed >> 8 & 511,
				    seed >> 18 & 511);
			asked[i] = address_of(ip);
		}
		for (size_t i = 0; i < len; i++)
			ranges_fetch(r, &asked[i]);
		ranges_countries(r, asked, len, countries);
		for (size_t i = 0; i < len; i++)
			assert_int_equal(
			    countries[i], ranges_country(r, &asked[i]));
	}
	ranges_close(r);
}

static void
assert_refused(const uint8_t *bytes, size_t len, const char *words)
{
	struct problem why = { "" };
	struct ranges *r = NULL;

	assert_int_equal(file_write(in_folder("geo.tables"), bytes, len), 0);
	assert_int_equal(
	    ranges_open(&r, in_folder("geo.tables"), &why), ERR_INVALID);
	assert_null(r);
	assert_non_null(strstr(why.text, words));
	assert_non_null(strstr(why.text, in_folder("geo.tables")));
}

static void
a_damaged_byte_anywhere_is_noticed(void **state)
{
	uint8_t *bytes;
	size_t len;

	(void)state;
	compile("16777216,16777471,AU\n", "2a00::,2a00::ff,DE\n");
	bytes = file_read(in_folder("geo.tables"), &len);
	assert_non_null(bytes);
	for (size_t i = 0; i < len; i += i < 64 || i + 8 > len ? 1 : 16411) {
		bytes[i] ^= 0x20;
		assert_refused(bytes, len, "build it again");
		bytes[i] ^= 0x20;
	}
	free(bytes);
}

static void
a_file_of_another_length_is_refused(void **state)
{
	size_t header = sizeof(struct ranges_header);
	uint8_t *bytes;
	size_t len;

	(void)state;
	compile("16777216,16777471,AU\n", "2a00::,2a00::ff,DE\n");
	bytes = file_read(in_folder("geo.tables"), &len);
	assert_non_null(bytes);
	assert_refused(bytes, 0, "is no table of countries");
	assert_refused(bytes, header - 1, "is no table of countries");
	assert_refused(bytes, header, "bytes of");
	assert_refused(bytes, len - 1, "bytes of");
	bytes[len] = 0;
	assert_refused(bytes, len + 1, "bytes of");
	free(bytes);
}

/* A checksum is no proof against somebody who makes one: what a look-up relies
 * on is checked by itself. */
static void
a_table_that_leads_astray_is_refused_though_its_checksum_is_right(void **state)
{
	struct ranges_header *h;
	address_number *start;
	uint32_t *block;
	size_t len;

	(void)state;
	compile("16777216,16777471,AU\n", "2a00::,2a00::ff,DE\n");
	h = (struct ranges_header *)file_read(in_folder("geo.tables"), &len);
	assert_non_null(h);
	start = (address_number *)(h + 1);
	block = (uint32_t *)(start + h->ipv6_len);

	block[7] += 1000000;
	h->checksum = ranges_checksum(h, len);
	assert_refused((uint8_t *)h, len, "is damaged");
	block[7] -= 1000000;
	start[0] = 1;
	h->checksum = ranges_checksum(h, len);
	assert_refused((uint8_t *)h, len, "is damaged");
	start[0] = 0;
	block[RANGES_BLOCKS + 1] = COUNTRIES;
	h->checksum = ranges_checksum(h, len);
	assert_refused((uint8_t *)h, len, "is damaged");
	free(h);
}

static void
a_table_of_another_version_is_called_so(void **state)
{
	struct ranges_header *h;
	size_t len;

	(void)state;
	compile("16777216,16777471,AU\n", "2a00::,2a00::ff,DE\n");
	h = (struct ranges_header *)file_read(in_folder("geo.tables"), &len);
	assert_non_null(h);
	h->version = RANGES_VERSION + 1;
	assert_refused((uint8_t *)h, len, "is of version 2");
	free(h);
}

static void
a_missing_file_or_a_folder_is_refused_by_name(void **state)
{
	struct problem why = { "" };
	struct ranges *r = NULL;

	(void)state;
	unlink(in_folder("geo.tables"));
	assert_int_equal(
	    ranges_open(&r, in_folder("geo.tables"), &why), ERR_INVALID);
	assert_non_null(strstr(why.text, "geo.tables: No such file"));
	assert_int_equal(ranges_open(&r, folder, &why), ERR_INVALID);
	assert_non_null(strstr(why.text, "is no table of countries"));
}

static void
the_digest_names_the_content(void **state)
{
	uint8_t first[RANGES_DIGEST_SIZE];
	struct ranges *r = tables("1,2,DE\n", "2a00::,2a00::ff,DE\n");

	(void)state;
	memcpy(first, ranges_digest(r), sizeof(first));
	ranges_close(r);
	r = tables("1,2,FR\n", "2a00::,2a00::ff,DE\n");
	assert_memory_not_equal(first, ranges_digest(r), sizeof(first));
	ranges_close(r);
	r = tables("1,2,DE\n", "2a00::,2a00::ff,DE\n");
	assert_memory_equal(first, ranges_digest(r), sizeof(first));
	ranges_close(r);
	ranges_close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_range_ends_with_its_last_address),
		cmocka_unit_test(
		    a_range_may_reach_over_many_blocks_or_begin_inside_one),
		cmocka_unit_test(somewhere_is_unknown),
		cmocka_unit_test(many_ranges_answer_as_a_linear_reading_does),
		cmocka_unit_test(
		    many_at_a_time_are_of_the_countries_that_each_is_of),
		cmocka_unit_test(a_damaged_byte_anywhere_is_noticed),
		cmocka_unit_test(a_file_of_another_length_is_refused),
		cmocka_unit_test(
		    a_table_that_leads_astray_is_refused_though_its_checksum_is_right),
		cmocka_unit_test(a_table_of_another_version_is_called_so),
		cmocka_unit_test(a_missing_file_or_a_folder_is_refused_by_name),
		cmocka_unit_test(the_digest_names_the_content),
	};

	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
