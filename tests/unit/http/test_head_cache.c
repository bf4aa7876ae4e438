/* Heads that are told by their bytes. */
#include "worker/transport/http/head_cache.h"

#include "worker/transport/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LINE   "GET /report/3 HTTP/1.1\r\nHost: a\r\n"
#define BEFORE LINE "Authorization: "
#define AFTER  "\r\nAccept: */*\r\n\r\n"

static struct head_cache cache;
static const struct route route;

static int
set_up(void **state)
{
	(void)state;
	memset(&cache, 0, sizeof(cache));
	return 0;
}

/* token  which of the text it is; may be empty */
static void
keep(const char *text, const char *token, int64_t id)
{
	size_t len = strlen(token);
	const char *at = len > 0 ? strstr(text, token) : NULL;

	head_cache_keep(&cache, span_text(text), span_of(at, len), &route, id);
}

/* The id of the head that it begins with; 0: none. */
static int64_t
find(struct span bytes, struct span *token, size_t *used)
{
	const struct cached_head *h =
	    head_cache_find(&cache, bytes, token, used);

	assert_true(h == NULL || h->route == &route);
	return h ? h->path_id : 0;
}

static int64_t
find_text(const char *text)
{
	struct span token;
	size_t used = 0;
	int64_t id = find(span_text(text), &token, &used);

	assert_true(id == 0 || used == strlen(text));
	return id;
}

static void
a_head_is_known_again_whatever_the_token(void **state)
{
	static const char next[] = BEFORE "12.other" AFTER "GET /";
	struct span token;
	size_t used;

	(void)state;
	keep(BEFORE "1.secret" AFTER, "1.secret", 3);
	assert_int_equal(
	    find(span_of(next, sizeof(next) - 1), &token, &used), 3);
	assert_true(span_is_equal(token, span_text("12.other")));
	assert_int_equal(used, strlen(next) - strlen("GET /"));
	/* Nobody keeps tokens. */
	assert_null(
	    memmem(&cache, sizeof(cache), "1.secret", strlen("1.secret")));
}

static void
every_other_byte_makes_it_another(void **state)
{
	char text[] = BEFORE "1.secret" AFTER;
	const size_t from = strlen(BEFORE), to = from + strlen("1.secret");
	struct span token;
	size_t used;

	(void)state;
	keep(text, "1.secret", 3);
	for (size_t at = 0; at < sizeof(text) - 1; at++) {
		char was = text[at];

		for (int byte = 0; byte < 256; byte++) {
			bool is_same = byte == (unsigned char)was ||
				       (at >= from && at < to && byte != '\r');

			text[at] = (char)byte;
			assert_int_equal(find(span_of(text, sizeof(text) - 1),
					     &token, &used),
			    is_same ? 3 : 0);
		}
		text[at] = was;
	}
}

/* Memory that ends where the bytes do: a sanitizer sees who reads on. */
static void
what_is_not_there_whole_is_not_known(void **state)
{
	static const char text[] = BEFORE "1.secret" AFTER;
	struct span token;
	size_t used;

	(void)state;
	keep(text, "1.secret", 3);
	for (size_t len = 0; len < sizeof(text); len++) {
		char *copy = malloc(len + 1);

		memmove(copy + 1, text, len);
		assert_int_equal(find(span_of(copy + 1, len), &token, &used),
		    len == sizeof(text) - 1 ? 3 : 0);
		free(copy);
	}
}

static void
one_without_a_token_ends_where_it_ended(void **state)
{
	static const char text[] = LINE "\r\n";
	struct span token;
	size_t used;

	(void)state;
	keep(text, "", 5);
	assert_int_equal(
	    find(span_text(LINE "\r\n" LINE "\r\n"), &token, &used), 5);
	assert_int_equal(token.len, 0);
	assert_int_equal(used, strlen(text));
	assert_int_equal(find_text(LINE "A: b\r\n\r\n"), 0);
	assert_int_equal(find_text(LINE "\r"), 0);
}

static void
unusual_ones_are_not_kept(void **state)
{
	char text[1024] = LINE "A: ";
	size_t at = strlen(text);

	(void)state;
	/* Blanks behind the token, a token too early to look for. */
	keep(BEFORE "1.secret \r\n\r\n", "1.secret", 1);
	assert_int_equal(find_text(BEFORE "1.secret \r\n\r\n"), 0);
	keep("GET /1.secret HTTP/1.1\r\nHost: a\r\n\r\n", "1.secret", 1);
	assert_int_equal(
	    find_text("GET /1.secret HTTP/1.1\r\nHost: a\r\n\r\n"), 0);
	keep("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "", 1);
	assert_int_equal(find_text("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), 0);
	/* The longest, and one byte more. */
	memset(text + at, 'b', HEAD_CACHE_MAX - at - 4);
	strcpy(text + HEAD_CACHE_MAX - 4, "\r\n\r\n");
	keep(text, "", 1);
	assert_int_equal(find_text(text), 1);
	strcpy(text + HEAD_CACHE_MAX - 4, "b\r\n\r\n");
	keep(text, "", 1);
	assert_int_equal(find_text(text), 0);
}

/* Ever new ones push out the oldest; none is kept twice. */
static void
there_is_room_for_a_few(void **state)
{
	char text[256];
	int known = 0;

	(void)state;
	keep(BEFORE "1.secret" AFTER, "1.secret", 1);
	for (int i = 0; i < 100; i++)
		keep(BEFORE "2.secret" AFTER, "2.secret", 1);
	for (int i = 0; i < HEAD_CACHE_PLACES - 1; i++) {
		snprintf(text, sizeof(text), LINE "A: %d\r\n\r\n", i);
		keep(text, "", 2);
	}
	assert_int_equal(find_text(BEFORE "3.secret" AFTER), 1);
	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), LINE "A: %d\r\n\r\n", i);
		keep(text, "", 2);
		assert_int_equal(find_text(text), 2);
	}
	assert_int_equal(find_text(BEFORE "3.secret" AFTER), 0);
	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), LINE "A: %d\r\n\r\n", i);
		known += find_text(text) != 0;
	}
	assert_int_equal(known, HEAD_CACHE_PLACES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
		    a_head_is_known_again_whatever_the_token, set_up),
		cmocka_unit_test_setup(
		    every_other_byte_makes_it_another, set_up),
		cmocka_unit_test_setup(
		    what_is_not_there_whole_is_not_known, set_up),
		cmocka_unit_test_setup(
		    one_without_a_token_ends_where_it_ended, set_up),
		cmocka_unit_test_setup(unusual_ones_are_not_kept, set_up),
		cmocka_unit_test_setup(there_is_room_for_a_few, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
