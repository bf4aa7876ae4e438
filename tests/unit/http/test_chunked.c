/* Chunked bodies, each cut at every byte. */
#include "worker/transport/http/chunked.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct result {
	char body[256];
	size_t body_len, used;
	enum chunked_state state;
	size_t trailers_len;
};

/* Reads `text` in two pieces. */
static void
read_in_two(const char *text, size_t len, size_t cut, struct result *out)
{
	struct chunked c = { 0 };
	const char *at = text;
	const char *const ends[] = { text + cut, text + len };

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < 2; i++) {
		while (at < ends[i] && c.state < CHUNKED_OVER) {
			struct span data;

			at = chunked_read(&c, at, ends[i], &data);
			if (data.len > 0)
				memcpy(out->body + out->body_len, data.data,
				    data.len);
			out->body_len += data.len;
		}
	}
	out->used = (size_t)(at - text);
	out->state = c.state;
	out->trailers_len = c.trailers_len;
}

static void
read_all(const char *text, size_t len, struct result *out)
{
	struct result other;

	read_in_two(text, len, len, out);
	for (size_t cut = 0; cut < len; cut++) {
		read_in_two(text, len, cut, &other);
		if (memcmp(&other, out, sizeof(other)) != 0)
			fail_msg("\"%s\" cut at %zu", text, cut);
	}
}

static void
what_the_grammar_allows_is_read(void **state)
{
	static const struct {
		const char *text, *body;
		size_t trailers_len;
	} cases[] = {
		{ "0\r\n\r\n", "", 0 },
		{ "2\r\n{}\r\n0\r\n\r\n", "{}", 0 },
		{ "1\r\na\r\n1\r\nb\r\n0\r\n\r\n", "ab", 0 },
		{ "a\r\n0123456789\r\nA\r\n0123456789\r\n00\r\n\r\n",
		    "01234567890123456789", 0 },
		{ "00000000000000000000000000000002\r\n\r\n\r\n0\r\n\r\n",
		    "\r\n", 0 },
		{ "2;a\r\n{}\r\n0;b\r\n\r\n", "{}", 0 },
		{ "2;a=b\r\n{}\r\n0\r\n\r\n", "{}", 0 },
		{ "2;a=b;c=d\r\n{}\r\n0\r\n\r\n", "{}", 0 },
		{ "2;a;b;c=d;e\r\n{}\r\n0\r\n\r\n", "{}", 0 },
		{ "2;a=\"\"\r\n{}\r\n0\r\n\r\n", "{}", 0 },
		{ "2;a=\"b;c\\\"\\\\ d\";e=f\r\n{}\r\n0\r\n\r\n", "{}", 0 },
		{ "2 \t; a = b\r\n{}\r\n0 ;\ta\r\n\r\n", "{}", 0 },
		{ "2;a = \"b\" ; c\r\n{}\r\n0\r\n\r\n", "{}", 0 },
		{ "2\r\n{}\r\n0\r\nName: value\r\nOther:\r\n\r\n", "{}", 2 },
		{ "0\r\nA: \xc3\xa9 \t\r\n\r\n", "", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[128];
		struct result got;

		/* What follows is another request's. */
		snprintf(text, sizeof(text), "%sGET", cases[i].text);
		read_all(text, strlen(text), &got);
		if (got.state != CHUNKED_OVER ||
		    got.used != strlen(cases[i].text))
			fail_msg("\"%s\": state %d", cases[i].text, got.state);
		assert_string_equal(got.body, cases[i].body);
		assert_int_equal(got.trailers_len, cases[i].trailers_len);
	}
}

static void
what_it_does_not_is_broken(void **state)
{
	static const char *const cases[] = { "\r\n", "g\r\n", "-1\r\n",
		"+1\r\n", "0x1\r\n", " 1\r\n", "1_0\r\n", "1.\r\n",
		"10000000000000000\r\n", "fffffffffffffffff\r\n", "1 \r\n",
		"1\t\r\n", "1\n", "1\r\r\n", "1;\r\n", "1; \r\n", "1;=b\r\n",
		"1;a=\r\n", "1;a=b=c\r\n", "1;a b\r\n", "1;a \r\n",
		"1;a=b \r\n", "1;a=b c\r\n", "1;a\nb\r\n", "1;a\rb\r\n",
		"1;a=\"b\r\n", "1;a=\"b\nc\"\r\n", "1;a=\"\\\r\"\r\n",
		"1;a=\"b\"c\r\n", "1;a=\"b\" \r\n", "1;\"a\"\r\n",
		"1;a=\x7f\r\n", "1;;a\r\n", "1;a;\r\n", "1\r\nab\r\n",
		"1\r\na\n", "1\r\na\rb", "1\r\na0\r\n\r\n", "0\r\n\n",
		"0\r\n\rx", "0\r\n:x\r\n", "0\r\n a: b\r\n", "0\r\nName\r\n",
		"0\r\nName : x\r\n", "0\r\nA b: x\r\n", "0\r\nA: b\r\n c\r\n",
		"0\r\nA: b\n\r\n", "0\r\nA: b\rc\r\n", "0\r\nA: \x01\r\n" };
	struct result got;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		read_all(cases[i], strlen(cases[i]), &got);
		if (got.state != CHUNKED_BROKEN)
			fail_msg("\"%s\": state %d", cases[i], got.state);
	}
	read_all("1;a=\0\r\n", 7, &got);
	assert_int_equal(got.state, CHUNKED_BROKEN);
}

static void
the_largest_size_is_no_fault_yet(void **state)
{
	struct chunked c = { 0 };
	struct span data;
	static const char text[] = "ffffffffffffffff\r\n12345";

	(void)state;
	chunked_read(&c, text, text + strlen(text), &data);
	assert_int_equal(data.len, 5);
	assert_true(c.left == UINT64_MAX - 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_grammar_allows_is_read),
		cmocka_unit_test(what_it_does_not_is_broken),
		cmocka_unit_test(the_largest_size_is_no_fault_yet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
