/* Paths and methods, asked over a socket. */
#include "worker/transport/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/transport/client.h"

static void
paths_are_exact_and_methods_are_listed(void **state)
{
	struct served *s = served_open(NULL);

	(void)state;
	assert_has(ask(s, GET("/x"), "}"), "404 Not Found");
	assert_has(ask(s, GET("/user/all/"), "}"), "404 Not Found");
	assert_has(ask(s, GET("//"), "}"), "404 Not Found");
	assert_has(ask(s, GET("/report/"), "}"), "404 Not Found");
	assert_has(ask(s, GET("/report/1/2"), "}"), "404 Not Found");
	assert_has(ask(s, GET("/report/x"), "\r\n\r\n0"), OK);
	assert_has(
	    ask(s, GET("/report/12?a=b"), "\r\n\r\n12"), "ETag: \"1\"\r\n");
	for (size_t i = 0; i < 4; i++) {
		static const char *const ids[] = { "0", "01", "-1", "x" };
		char text[128];

		snprintf(text, sizeof(text),
		    "DELETE /user/%s HTTP/1.1\r\nHost: a\r\n\r\n", ids[i]);
		assert_has(ask(s, text, "}"), "404 Not Found");
	}
	assert_has(
	    ask(s,
		"DELETE /user/9223372036854775807 HTTP/1.1\r\nHost: a\r\n\r\n",
		"\r\n\r\n9223372036854775807"),
	    OK);
	/* Beyond all ids: an id all the same, and nobody's. */
	assert_has(ask(s,
		       "DELETE /user/99999999999999999999999 HTTP/1.1\r\n"
		       "Host: a\r\n\r\n",
		       "\r\n\r\n9223372036854775807"),
	    OK);
	const char *a = ask(s, GET("/user/5"), "}");
	assert_has(a, "405 Method Not Allowed");
	assert_has(a, "Allow: PATCH, DELETE, OPTIONS\r\n");
	a = ask(s, "PATCH /user/all HTTP/1.1\r\nHost: a\r\n\r\n", "}");
	assert_has(a, "Allow: GET, HEAD, OPTIONS\r\n");
	a = ask(s, "PUT / HTTP/1.1\r\nHost: a\r\n\r\n", "}");
	assert_has(a, "Allow: GET, HEAD, POST, OPTIONS\r\n");
	a = ask(s, "OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\n");
	assert_has(a, "204 No Content");
	assert_has(a, "Allow: GET, HEAD, POST, OPTIONS\r\n");
	assert_has_not(a, "Content-Length");
	a = ask(s, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\n");
	assert_has(a, "Allow: GET, HEAD, POST, PATCH, DELETE, OPTIONS\r\n");
	assert_has_not(a, "Accept-Patch");
	a = ask(s, "OPTIONS /user/5 HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\n");
	assert_has(a, "Accept-Patch: application/json\r\n");
	a = ask(s, "OPTIONS /x HTTP/1.1\r\nHost: a\r\n\r\n", "}");
	assert_has(a, "404 Not Found");
	served_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_are_exact_and_methods_are_listed),
	};

	return served_main(tests, sizeof(tests) / sizeof(tests[0]));
}
