/* MMDB files of every layout, and the ones that can answer nothing. */
#include "common/geo/mmdb.h"

#include "common/geo/country.h"
#include "unit/geo/mmdb_writer.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct mmdb_writer writer;

static int
start_afresh(void **state)
{
	(void)state;
	writer = (struct mmdb_writer){ 0 };
	return 0;
}

/* {"continent": {"code": "XX"}, "country": {"iso_code": code, "names": {}}} */
static uint32_t
put_maxmind(const char *code)
{
	uint32_t at = writer.data_len;

	mmdb_put(&writer, MMDB_MAP, 2);
	mmdb_put_text(&writer, "continent");
	mmdb_put_pair(&writer, "code", "XX");
	mmdb_put_text(&writer, "country");
	mmdb_put(&writer, MMDB_MAP, 2);
	mmdb_put_text(&writer, "iso_code");
	mmdb_put_text(&writer, code);
	mmdb_put_text(&writer, "names");
	mmdb_put(&writer, MMDB_MAP, 0);
	return at;
}

static struct mmdb *
written(void)
{
	struct problem why = { "" };
	struct mmdb *m = NULL;

	mmdb_write(&writer, in_folder("geo.mmdb"), "Test");
	if (mmdb_open(&m, in_folder("geo.mmdb"), &why))
		fail_msg("%s", why.text);
	return m;
}

static void
assert_country(const struct mmdb *m, const char *ip, const char *expected)
{
	struct address a = address_of(ip);
	char code[3];

	country_code(mmdb_country(m, &a), code);
	if (strcmp(code, expected))
		fail_msg("%s is of %s, not of %s", ip, code, expected);
}

static void
assert_refused(const char *words)
{
	struct problem why = { "" };
	struct mmdb *m = NULL;

	assert_int_equal(
	    mmdb_open(&m, in_folder("geo.mmdb"), &why), ERR_INVALID);
	assert_null(m);
	assert_non_null(strstr(why.text, in_folder("geo.mmdb")));
	if (!strstr(why.text, words))
		fail_msg("\"%s\" does not say \"%s\"", why.text, words);
}

static void
the_layout_of_maxmind_is_understood(void **state)
{
	struct mmdb *m;

	(void)state;
	mmdb_put_network(&writer, "1.0.0.0", 24, put_maxmind("AU"));
	mmdb_put_network(&writer, "8.8.0.0", 16, put_maxmind("US"));
	mmdb_put_network(&writer, "2a00::", 16, put_maxmind("DE"));
	m = written();
	assert_country(m, "1.0.0.0", "AU");
	assert_country(m, "1.0.0.255", "AU");
	assert_country(m, "1.0.1.0", "??");
	assert_country(m, "8.8.8.8", "US");
	assert_country(m, "2a00:1234::1", "DE");
	assert_country(m, "2a01::", "??");
	mmdb_close(m);
}

static void
a_flat_country_code_is_understood_beside_the_country_s_name(void **state)
{
	struct mmdb *m;
	uint32_t at;

	(void)state;
	at = writer.data_len;
	mmdb_put(&writer, MMDB_MAP, 2);
	mmdb_put_text(&writer, "country");
	mmdb_put_text(&writer, "United States");
	mmdb_put_text(&writer, "country_code");
	mmdb_put_text(&writer, "US");
	mmdb_put_network(&writer, "8.8.8.0", 24, at);
	m = written();
	assert_country(m, "8.8.8.8", "US");
	mmdb_close(m);
}

static void
a_flat_country_that_is_a_code_is_understood(void **state)
{
	struct mmdb *m;

	(void)state;
	mmdb_put_network(
	    &writer, "8.8.8.0", 24, mmdb_put_pair(&writer, "country", "US"));
	m = written();
	assert_country(m, "8.8.8.8", "US");
	assert_country(m, "9.9.9.9", "??");
	mmdb_close(m);
}

static void
a_record_without_a_country_is_unknown_among_others(void **state)
{
	struct mmdb *m;

	(void)state;
	mmdb_put_network(
	    &writer, "1.0.0.0", 24, mmdb_put_pair(&writer, "asn", "AS13335"));
	mmdb_put_network(&writer, "2.0.0.0", 24, put_maxmind("EU"));
	mmdb_put_network(&writer, "3.0.0.0", 24, put_maxmind("FR"));
	m = written();
	assert_country(m, "1.0.0.1", "??");
	assert_country(m, "2.0.0.1", "??");
	assert_country(m, "3.0.0.1", "FR");
	mmdb_close(m);
}

static void
a_file_that_can_answer_no_country_is_refused(void **state)
{
	(void)state;
	mmdb_put_network(
	    &writer, "1.0.0.0", 24, mmdb_put_pair(&writer, "asn", "AS13335"));
	mmdb_put_network(&writer, "2.0.0.0", 24,
	    mmdb_put_pair(&writer, "country", "France"));
	mmdb_put_network(&writer, "3.0.0.0", 24, put_maxmind("EU"));
	mmdb_write(&writer, in_folder("geo.mmdb"), "Test-ASN");
	assert_refused("no record (of type \"Test-ASN\") has a country");
}

static void
a_file_without_a_network_is_refused(void **state)
{
	(void)state;
	writer.nodes_len = 1;
	mmdb_write(&writer, in_folder("geo.mmdb"), "Test");
	assert_refused("has a country");
}

static void
what_is_no_mmdb_file_is_refused_in_words(void **state)
{
	(void)state;
	unlink(in_folder("geo.mmdb"));
	assert_refused("No such file");
	assert_int_equal(file_write(in_folder("geo.mmdb"), "", 0), 0);
	assert_refused(": ");
	assert_int_equal(
	    file_write(in_folder("geo.mmdb"), "low,high,CC\n", 12), 0);
	assert_refused("MaxMind DB");
}

/* Any byte may be wrong: the file is refused or answers something, and nothing
 * is read that is not there (ASan watches). */
static void
a_damaged_file_does_no_harm(void **state)
{
	struct address a = address_of("8.8.8.8");
	struct problem why;
	struct mmdb *m;
	uint8_t *bytes;
	size_t len;

	(void)state;
	mmdb_put_network(&writer, "8.8.8.0", 24, put_maxmind("US"));
	mmdb_write(&writer, in_folder("geo.mmdb"), "Test");
	bytes = file_read(in_folder("geo.mmdb"), &len);
	assert_non_null(bytes);
	for (size_t i = 0; i < len; i++) {
		bytes[i] ^= 0x81;
		assert_int_equal(
		    file_write(in_folder("geo.mmdb"), bytes, len), 0);
		if (mmdb_open(&m, in_folder("geo.mmdb"), &why) == ERR_OK) {
			assert_in_range(mmdb_country(m, &a), 0, COUNTRIES - 1);
			mmdb_close(m);
		}
		bytes[i] ^= 0x81;
	}
	free(bytes);
}

static void
the_digest_names_the_file(void **state)
{
	uint8_t first[MMDB_DIGEST_SIZE];
	struct mmdb *m;

	(void)state;
	mmdb_put_network(&writer, "8.8.8.0", 24, put_maxmind("US"));
	m = written();
	memcpy(first, mmdb_digest(m), sizeof(first));
	mmdb_close(m);
	m = written();
	assert_memory_equal(first, mmdb_digest(m), sizeof(first));
	mmdb_close(m);
	mmdb_put_network(&writer, "9.9.9.0", 24, put_maxmind("CH"));
	m = written();
	assert_memory_not_equal(first, mmdb_digest(m), sizeof(first));
	mmdb_close(m);
	mmdb_close(NULL);
}

#define TEST(name) cmocka_unit_test_setup(name, start_afresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_layout_of_maxmind_is_understood),
		TEST(
		    a_flat_country_code_is_understood_beside_the_country_s_name),
		TEST(a_flat_country_that_is_a_code_is_understood),
		TEST(a_record_without_a_country_is_unknown_among_others),
		TEST(a_file_that_can_answer_no_country_is_refused),
		TEST(a_file_without_a_network_is_refused),
		TEST(what_is_no_mmdb_file_is_refused_in_words),
		TEST(a_damaged_file_does_no_harm),
		TEST(the_digest_names_the_file),
	};

	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
