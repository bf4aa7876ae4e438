#include "support/decoding.h"
#include "worker/api/json.h"

static void
only_application_json_is_read(void **state)
{
	static const struct {
		const char *type;
		enum err err;
	} types[] = {
		{ "application/json", ERR_OK },
		{ "Application/JSON", ERR_OK },
		{ "application/json; charset=utf-8", ERR_OK },
		{ "application/json;charset=utf-8", ERR_OK },
		{ "application/json ", ERR_OK },
		{ "", ERR_NOT_JSON },
		{ "text/json", ERR_NOT_JSON },
		{ "application/jsonp", ERR_NOT_JSON },
		{ "application/jso", ERR_NOT_JSON },
		{ "application/problem+json", ERR_NOT_JSON },
		{ "application/x-www-form-urlencoded", ERR_NOT_JSON },
	};
	struct req *r = *state;
	const json_t *body;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		decoding_body(r, "{}");
		r->content_type = span_text(types[i].type);
		if (json_body(r, &body) != types[i].err)
			fail_msg("%s", types[i].type);
	}
}

/* The place where the text stops being JSON is named, its words are not. */
static void
malformed_bodies_are_refused_with_the_place(void **state)
{
	static const struct {
		const char *body, *detail;
	} rows[] = {
		{ "", "line 1, column 0: it ends too early" },
		{ "{\"a\":", "line 1, column 5: it ends too early" },
		{ "{\"password\" \"hunter2\"}",
		    "line 1, column 21: a syntax error" },
		{ "{\"a\":1,\n\"a\":2}",
		    "line 2, column 3: a key is given twice" },
		{ "{} x", "line 1, column 4: something follows its end" },
		{ "{\"a\":\"\xff\"}", "line 1, column 6: not UTF-8" },
		{ "{\"a\\u0000\":1}",
		    "line 1, column 10: a key has a null character" },
		{ "{\"a\":1e999}",
		    "line 1, column 10: a number is out of range" },
		{ "{\"a\":NaN}", "line 1, column 8: a syntax error" },
		{ "{'a':1}", "line 1, column 2: a syntax error" },
	};
	struct req *r = *state;
	const json_t *body;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		decoding_body(r, rows[i].body);
		assert_int_equal(json_body(r, &body), ERR_BAD_JSON);
		assert_string_equal(
		    r->out.detail, arena_printf(&r->arena,
				       "Malformed JSON at %s", rows[i].detail));
	}
}

static void
deep_nesting_is_refused(void **state)
{
	struct req *r = *state;
	char *deep = malloc(60001);

	assert_non_null(deep);
	memset(deep, '[', 60000);
	deep[60000] = '\0';
	decoding_body(r, deep);
	assert_int_equal(json_check(r), ERR_BAD_JSON);
	assert_non_null(strstr(r->out.detail, "nested too deeply"));
	free(deep);
}

static void
only_objects_are_bodies(void **state)
{
	static const char *const bodies[] = { "[1]", "1", "null", "\"{}\"" };
	struct req *r = *state;
	const json_t *body;

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		decoding_body(r, bodies[i]);
		assert_int_equal(json_body(r, &body), ERR_BAD_JSON);
		assert_string_equal(
		    r->out.detail, "The body must be a JSON object");
	}
}

static void
integers_may_be_of_any_length(void **state)
{
	struct req *r = *state;
	const json_t *body;

	decoding_body(r, "{\"a\":123456789012345678901234567890}");
	assert_int_equal(json_body(r, &body), ERR_OK);
	assert_int_equal(json_check(r), ERR_OK);
}

/* `unit` `count` times, as the member "f" of an object. */
static enum err
read_name(struct req *r, const char *unit, int count, struct span *out)
{
	json_t *object = json_object();
	char *text = calloc(1, strlen(unit) * (size_t)count + 1);

	assert_non_null(text);
	for (int i = 0; i < count; i++)
		strcat(text, unit);
	json_object_set_new(object, "f", json_string(text));
	free(text);
	decoding_reset(r);
	*out = span_of(NULL, 0);
	json_name(r, object, "f", true, out);
	json_decref(object);
	return r->out.errors_len ? ERR_INVALID : ERR_OK;
}

static void
names_are_counted_in_characters(void **state)
{
	struct req *r = *state;
	struct span out;

	assert_int_equal(read_name(r, "x", 255, &out), ERR_OK);
	assert_int_equal(out.len, 255);
	assert_int_equal(read_name(r, "\xf0\x9f\x98\x80", 255, &out), ERR_OK);
	assert_int_equal(out.len, 4 * 255);
	assert_int_equal(read_name(r, "x", 256, &out), ERR_INVALID);
	assert_string_equal(
	    decoding_errors(r), "f: Length must be between 1 and 255.");
	assert_int_equal(read_name(r, "x", 0, &out), ERR_INVALID);
	assert_null(out.data);
	assert_int_equal(read_name(r, "\xc2\x85", 1, &out), ERR_INVALID);
	assert_string_equal(
	    decoding_errors(r), "f: Control characters are not allowed.");
}

static void
passwords_are_counted_in_bytes_and_may_be_any_text(void **state)
{
	struct req *r = *state;
	struct span out;
	const json_t *body;

	decoding_body(r, "{\"p\":\"a\\u0000\\n\\u007f\"}");
	assert_int_equal(json_body(r, &body), ERR_OK);
	json_password(r, body, "p", true, &out);
	assert_int_equal(r->out.errors_len, 0);
	assert_true(span_is_equal(out, span_of("a\0\n\x7f", 4)));
	json_name(r, body, "p", true, &out);
	assert_string_equal(
	    decoding_errors(r), "p: Control characters are not allowed.");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(only_application_json_is_read),
		test(malformed_bodies_are_refused_with_the_place),
		test(deep_nesting_is_refused),
		test(only_objects_are_bodies),
		test(integers_may_be_of_any_length),
		test(names_are_counted_in_characters),
		test(passwords_are_counted_in_bytes_and_may_be_any_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
