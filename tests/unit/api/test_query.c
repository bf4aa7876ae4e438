#include "support/decoding.h"
#include "worker/api/query.h"

/* What query_get(r, "name") finds in a query; NULL: nothing. */
struct row {
	const char *query, *value, *errors;
};

static const struct row rows[] = {
	{ "", NULL, "" },
	{ "name=x", "x", "" },
	{ "name=", "", "" },
	{ "name", "", "" },
	{ "other=1&name=x&more=2", "x", "" },
	{ "name=1&name=2", "1", "" },
	{ "names=1&nam=2", NULL, "" },
	{ "Name=1", NULL, "" },
	{ "name=a=b", "a=b", "" },
	{ "&&name=x&", "x", "" },
	{ "name=a%20b%2fc%2F", "a b/c/", "" },
	{ "name=a+b", "a+b", "" },
	{ "name=%2520", "%20", "" }, /* once */
	{ "n%61me=x", "x", "" },
	{ "n%zzme=x&name=y", "y", "" },
	{ "name=%E2%82%AC", "\xe2\x82\xac", "" },
	{ "name=%", NULL, "name: Not percent-encoded." },
	{ "name=%4", NULL, "name: Not percent-encoded." },
	{ "name=%4g", NULL, "name: Not percent-encoded." },
	{ "name=%g4&name=x", NULL, "name: Not percent-encoded." },
	{ "name=%ff", NULL, "name: Not a valid string." },
	{ "name=a%00b", NULL, "name: Not a valid string." },
};

static void
values_are_found_and_decoded_once(void **state)
{
	struct req *r = *state;
	struct span value;
	bool has;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		decoding_reset(r);
		r->query = span_text(rows[i].query);
		assert_int_equal(query_get(r, "name", &value, &has), ERR_OK);
		if (has != (rows[i].value != NULL) ||
		    (has && !span_is_equal(value, span_text(rows[i].value))))
			fail_msg("?%s: %s", rows[i].query,
			    has ? value.data : "nothing");
		assert_string_equal(decoding_errors(r), rows[i].errors);
	}
}

static void
flags_are_true_or_false(void **state)
{
	struct req *r = *state;
	bool flag = true;

	r->query = span_text("a=false&b=1&c=0&d=true&e=yes&f=");
	assert_int_equal(query_flag(r, "missing", &flag), ERR_OK);
	assert_true(flag);
	assert_int_equal(query_flag(r, "a", &flag), ERR_OK);
	assert_false(flag);
	assert_int_equal(query_flag(r, "b", &flag), ERR_OK);
	assert_true(flag);
	assert_int_equal(query_flag(r, "c", &flag), ERR_OK);
	assert_false(flag);
	assert_int_equal(query_flag(r, "d", &flag), ERR_OK);
	assert_true(flag);
	assert_int_equal(r->out.errors_len, 0);
	assert_int_equal(query_flag(r, "e", &flag), ERR_OK);
	assert_int_equal(query_flag(r, "f", &flag), ERR_OK);
	assert_true(flag);
	assert_string_equal(decoding_errors(r),
	    "e: Must be true or false.; f: Must be true or false.");
}

static void
numbers_keep_their_limits(void **state)
{
	static const struct {
		const char *query;
		bool is_good;
		int64_t number;
	} numbers[] = {
		{ "n=1", true, 1 },
		{ "n=1000", true, 1000 },
		{ "n=0010", true, 10 },
		{ "n=0", false, 0 },
		{ "n=1001", false, 0 },
		{ "n=-1", false, 0 },
		{ "n=+1", false, 0 },
		{ "n=1.0", false, 0 },
		{ "n=", false, 0 },
		{ "n=zero", false, 0 },
		{ "n=18446744073709551617", false, 0 },
	};
	struct req *r = *state;
	int64_t number;
	bool has;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		decoding_reset(r);
		number = 7;
		r->query = span_text(numbers[i].query);
		assert_int_equal(
		    query_number(r, "n", 1, 1000, &number, &has), ERR_OK);
		assert_int_equal(has, numbers[i].is_good);
		assert_int_equal(
		    number, numbers[i].is_good ? numbers[i].number : 7);
		assert_string_equal(decoding_errors(r),
		    numbers[i].is_good ? ""
				       : "n: Must be a number from 1 to 1000.");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(values_are_found_and_decoded_once),
		test(flags_are_true_or_false),
		test(numbers_keep_their_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
