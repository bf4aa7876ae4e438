/* What is plain, and that it makes no difference: a head that comes whole is
 * read here, one that comes byte by byte is llhttp's. */
#include "worker/transport/http/plain_head.h"

#include "worker/transport/http/http.h"

#include "common/base/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define LINE "GET /a?b=c HTTP/1.1\r\n"
#define HOST "Host: a\r\n"

static struct config config;

static int
set_up(void **state)
{
	(void)state;
	assert_int_equal(config_defaults(&config), ERR_OK);
	config.header_limit = 256;
	config.target_limit = 64;
	config.header_count_limit = 8;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	config_cleanup(&config);
	return 0;
}

static size_t
read_plain(const char *bytes, size_t len)
{
	static const struct head none;
	struct arena arena = { 0 };
	enum req_method method;
	struct head head = { 0 };
	struct target target;
	size_t taken = plain_head_read(
	    span_of(bytes, len), &config, &head, &target, &method, &arena);

	if (taken == 0)
		assert_memory_equal(&head, &none, HEAD_EMPTY);
	arena_reset(&arena);
	return taken;
}

static void
usual_heads_are_plain(void **state)
{
	static const char *const texts[] = { LINE HOST "\r\n",
		"HEAD / HTTP/1.1\r\n\r\n", LINE "Host:a\r\n\r\n",
		LINE HOST "Connection: Keep-Alive\r\n\r\n",
		LINE HOST "User-Agent: curl/8 (a; b)\r\nAccept: */*\r\n\r\n",
		LINE HOST "Authorization: 42.abc\r\n\r\n",
		LINE HOST "A:\r\nB: \r\nC:\t x\ty \t\r\n\r\n",
		LINE HOST
		"If-None-Match: \"a\"\r\nIf-None-Match: \"b\"\r\n\r\n",
		LINE HOST "A: \x80\xff\r\n\r\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		size_t len = strlen(texts[i]);

		if (read_plain(texts[i], len) != len)
			fail_msg("not plain: %s", texts[i]);
		/* What is not there whole is not plain. */
		for (size_t cut = 0; cut < len; cut++)
			assert_int_equal(read_plain(texts[i], cut), 0);
	}
}

static void
its_parts_are_found(void **state)
{
	static const char bytes[] = LINE "hOST: a:80 \r\nAuthorization:\tb\r\n"
					 "Prefer: c\r\nPrefer: d\r\n\r\nGET";
	struct arena arena = { 0 };
	struct head head = { 0 };
	struct req req = { 0 };
	struct target target;
	enum req_method method;

	(void)state;
	assert_int_equal(plain_head_read(span_of(bytes, sizeof(bytes) - 1),
			     &config, &head, &target, &method, &arena),
	    sizeof(bytes) - 1 - 3);
	assert_int_equal(method, METHOD_GET);
	assert_false(head.is_old);
	assert_int_equal(head_take(&head, bytes, &target, &req), ERR_OK);
	assert_true(span_is_equal(req.path, span_text("/a")));
	assert_true(span_is_equal(req.query, span_text("b=c")));
	assert_true(span_is_equal(req.host, span_text("a:80")));
	assert_true(span_is_equal(req.authorization, span_text("b")));
	assert_true(span_is_equal(req.prefer, span_text("c, d")));
	arena_reset(&arena);
}

static void
what_is_unusual_or_wrong_is_not_plain(void **state)
{
	static const char *const texts[] = { "POST / HTTP/1.1\r\n" HOST "\r\n",
		"get / HTTP/1.1\r\n" HOST "\r\n", "\r\n" LINE HOST "\r\n",
		"GET * HTTP/1.1\r\n" HOST "\r\n",
		"GET http://a/ HTTP/1.1\r\n" HOST "\r\n",
		"GET / HTTP/1.0\r\n" HOST "\r\n",
		"GET / HTTP/1.1 \r\n" HOST "\r\n",
		"GET /  HTTP/1.1\r\n" HOST "\r\n",
		"GET  / HTTP/1.1\r\n" HOST "\r\n",
		"GET /#a HTTP/1.1\r\n" HOST "\r\n",
		"GET /\t HTTP/1.1\r\n" HOST "\r\n",
		"GET / HTTP/1.1\n" HOST "\r\n", LINE "Host: a\n\r\n",
		LINE HOST "\n", LINE HOST "\r\r\n",
		LINE HOST "Content-Length: 0\r\n\r\n",
		LINE HOST "transfer-encoding: chunked\r\n\r\n",
		LINE HOST "Expect: 100-continue\r\n\r\n",
		LINE HOST "Connection: close\r\n\r\n",
		LINE HOST "Connection: keep-alive, x\r\n\r\n",
		LINE HOST "Proxy-Connection: keep-alive\r\n\r\n",
		LINE HOST "Upgrade: x\r\n\r\n", LINE HOST HOST "\r\n",
		LINE HOST " A: b\r\n\r\n", LINE HOST "A: b\r\n c\r\n\r\n",
		LINE HOST ": b\r\n\r\n", LINE HOST "A : b\r\n\r\n",
		LINE HOST "A: b\x7f\r\n\r\n", LINE HOST "A: \x01\r\n\r\n",
		LINE HOST "A: b\rc\r\n\r\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (read_plain(texts[i], strlen(texts[i])) != 0)
			fail_msg("plain: %s", texts[i]);
}

/* A head with a header of `len` bytes. */
static size_t
with_header_of(size_t len)
{
	char bytes[1024] = LINE HOST "A: ";
	size_t at = strlen(bytes);

	memset(bytes + at, 'b', len);
	memcpy(bytes + at + len, "\r\n\r\n", 4);
	return read_plain(bytes, at + len + 4);
}

static void
limits_are_llhttps_to_judge(void **state)
{
	char bytes[1024] = "GET /";

	(void)state;
	assert_true(with_header_of(200) > 0);
	assert_int_equal(with_header_of(400), 0);
	memset(bytes + 5, 'a', 64);
	strcpy(bytes + 5 + 64, " HTTP/1.1\r\n" HOST "\r\n");
	assert_int_equal(read_plain(bytes, strlen(bytes)), 0);
	strcpy(bytes, LINE HOST);
	for (int i = 1; i < 9; i++)
		strcat(bytes, "A: b\r\n");
	strcat(bytes, "\r\n");
	assert_int_equal(read_plain(bytes, strlen(bytes)), 0);
}

struct outcome {
	enum http_event event;
	struct req req;
	struct http http;
	size_t used;
};

/* Whole, or byte by byte. */
static void
parse(struct outcome *o, const char *bytes, size_t len, size_t piece)
{
	size_t came = 0, parsed = 0, used;

	memset(o, 0, sizeof(*o));
	http_init(&o->http, &config, &o->req);
	o->event = EVENT_MORE;
	while (o->event == EVENT_MORE && came < len) {
		came += piece;
		o->event = http_parse(&o->http, bytes, parsed, came, &used);
		parsed += used;
	}
	o->used = parsed;
	http_cleanup(&o->http);
}

static void
assert_same(const struct outcome *a, const struct outcome *b, const char *bytes)
{
	if (a->event != b->event)
		fail_msg("%d, byte by byte %d: %s", a->event, b->event, bytes);
	if (a->event != EVENT_MESSAGE)
		return;
	assert_int_equal(a->used, b->used);
	assert_int_equal(a->req.method, b->req.method);
	assert_int_equal(a->http.keep_alive, b->http.keep_alive);
	assert_int_equal(a->http.head.is_old, b->http.head.is_old);
	assert_true(span_is_equal(a->req.path, b->req.path));
	assert_true(span_is_equal(a->req.query, b->req.query));
	assert_true(span_is_equal(a->req.host, b->req.host));
	assert_true(span_is_equal(a->req.authorization, b->req.authorization));
	assert_true(span_is_equal(a->req.if_none_match, b->req.if_none_match));
	assert_true(span_is_equal(a->req.user_agent, b->req.user_agent));
}

/* Every byte in turn made every other byte. */
static void
llhttp_says_the_same(void **state)
{
	char bytes[] = "GET /a/path-of/more.than_16?b=a-value.of/more-than_16 "
		       "HTTP/1.1\r\nHost: a.name-of-more.than-16:1\r\n"
		       "user-Agent:  x y \r\n"
		       "If-None-Match: \"a\"\r\nConnection: keep-alive\r\n"
		       "Authorization: 1.a\r\n\r\n";
	size_t len = sizeof(bytes) - 1;
	static struct outcome whole, cut;

	(void)state;
	for (size_t at = 0; at < len; at++) {
		char was = bytes[at];

		for (int byte = 0; byte < 256; byte++) {
			bytes[at] = (char)byte;
			parse(&whole, bytes, len, len);
			parse(&cut, bytes, len, 1);
			assert_same(&whole, &cut, bytes);
			arena_reset(&whole.req.arena);
			arena_reset(&cut.req.arena);
		}
		bytes[at] = was;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usual_heads_are_plain),
		cmocka_unit_test(its_parts_are_found),
		cmocka_unit_test(what_is_unusual_or_wrong_is_not_plain),
		cmocka_unit_test(limits_are_llhttps_to_judge),
		cmocka_unit_test(llhttp_says_the_same),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
