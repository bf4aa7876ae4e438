/* The Prefer header, in every form of RFC 7240 and in others. */
#include "worker/api/prefer.h"

#include "support/decoding.h"

static void
assert_each(const char *const *headers, size_t len, bool expected)
{
	for (size_t i = 0; i < len; i++)
		if (prefer_has(span_text(headers[i]), "respond-async") !=
		    expected)
			fail_msg("Prefer: %s", headers[i]);
}

#define ASSERT_EACH(headers, expected) \
	assert_each(headers, sizeof(headers) / sizeof((headers)[0]), expected)

static void
a_preference_is_found_in_every_form(void **state)
{
	static const char *const headers[] = {
		"respond-async",
		"Respond-ASYNC",
		" \trespond-async\t ",
		"respond-async=",
		"respond-async=\"\"",
		"respond-async = \"\" ; a",
		"respond-async; foo=bar",
		"respond-async;foo=\"a, b; c\" ; d",
		"respond-async;",
		"respond-async; ;a",
		"respond-async, wait=10",
		"wait=10, respond-async",
		"wait=10,respond-async,",
		", ,respond-async",
		"a=\"\\\", x\", respond-async",
		"no preference, respond-async",
		"=, respond-async",
	};

	(void)state;
	ASSERT_EACH(headers, true);
}

static void
what_only_looks_like_it_is_none(void **state)
{
	static const char *const headers[] = {
		"",
		",",
		"respond",
		"respond-asynchronously",
		"x-respond-async",
		"foo; respond-async",
		"foo=respond-async",
		"foo=\"a, respond-async\"",
		"foo=\"a\\\", respond-async\"",
		"foo; bar=\", respond-async, \"",
		"foo=\"it does not end, respond-async",
		"foo=\"\\",
		"\"respond-async\"",
		"respond-async foo",
		"respond-async=yes",
		"respond-async=\" \"",
		"respond-async=yes, respond-async",
	};

	(void)state;
	ASSERT_EACH(headers, false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_preference_is_found_in_every_form),
		cmocka_unit_test(what_only_looks_like_it_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
