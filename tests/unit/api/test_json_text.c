#include "worker/api/json_text.h"

#include "support/decoding.h"

static void
broken_text_is_no_answer(void **state)
{
	struct req *r = *state;
	struct json_text text = { 0 };

	json_text_put(&text, "[", 1);
	json_text_take(&text, json_stringn("\xff", 1));
	assert_int_equal(json_text_answer(&text, r, 200), ERR_NO_MEMORY);
	assert_int_equal(r->out.status, 0);
}

/* A reader of JSON gets back what was written. */
static void
expect_back(struct span s)
{
	struct json_text text = { 0 };
	json_t *value;

	json_text_string(&text, s);
	assert_false(text.is_broken);
	value = json_loadb(text.bytes.data, text.bytes.len,
	    JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	assert_non_null(value);
	assert_true(span_is_equal(
	    span_of(json_string_value(value), json_string_length(value)), s));
	buffer_cleanup(&text.bytes);
	json_decref(value);
}

static void
strings_are_written_wherever_their_special_bytes_are(void **state)
{
	char bytes[20];

	(void)state;
	expect_back(span_of("", 0));
	expect_back(span_text("\xc3\xa9\xf0\x9f\x90\x9f and more text"));
	for (size_t len = 1; len <= sizeof(bytes); len++) {
		for (size_t at = 0; at < len; at++) {
			for (int c = 0; c < 0x80; c++) {
				memset(bytes, 'a', len);
				bytes[at] = (char)c;
				expect_back(span_of(bytes, len));
			}
		}
	}
}

static void
string_of_other_bytes_than_utf8_breaks_the_text(void **state)
{
	char bytes[20];

	(void)state;
	for (size_t at = 0; at < sizeof(bytes); at++) {
		struct json_text text = { 0 };

		memset(bytes, 'a', sizeof(bytes));
		bytes[at] = (char)0xe9;
		json_text_string(&text, span_of(bytes, sizeof(bytes)));
		assert_true(text.is_broken);
		buffer_cleanup(&text.bytes);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(broken_text_is_no_answer),
		test(strings_are_written_wherever_their_special_bytes_are),
		test(string_of_other_bytes_than_utf8_breaks_the_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
