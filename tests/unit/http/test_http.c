/* Bytes in, requests out: every case is fed whole, in two pieces cut at every
 * byte, and byte by byte, and must come out the same. */
#include "worker/transport/http/http.h"

#include "common/base/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { NO_CUT = -1, EVERY_BYTE = -2 };

/* A parser and what a connection keeps for it. */
struct feed {
	struct config config;
	struct req req;
	struct http http;
	char input[65536];
	size_t parsed, len;
};

static void
feed_open(struct feed *f)
{
	memset(f, 0, sizeof(*f));
	assert_int_equal(config_defaults(&f->config), ERR_OK);
	f->config.header_limit = 1024;
	f->config.target_limit = 256;
	f->config.header_count_limit = 8;
	f->config.body_limit = 1024;
	http_init(&f->http, &f->config, &f->req);
}

static void
feed_close(struct feed *f)
{
	http_cleanup(&f->http);
	arena_reset(&f->req.arena);
	config_cleanup(&f->config);
}

/* Gives `piece`; stops at the first message or error. */
static enum http_event
give(struct feed *f, const char *piece, size_t len)
{
	enum http_event event = EVENT_MORE;
	size_t used;

	memcpy(f->input + f->len, piece, len);
	f->len += len;
	while (f->parsed < f->len) {
		event =
		    http_parse(&f->http, f->input, f->parsed, f->len, &used);
		f->parsed += used;
		if (event == EVENT_MESSAGE || event == EVENT_BROKEN)
			break;
	}
	return event;
}

static enum http_event
give_cut(struct feed *f, const char *bytes, size_t len, int cut)
{
	enum http_event event = EVENT_MORE;

	if (cut == NO_CUT)
		return give(f, bytes, len);
	if (cut >= 0) {
		event = give(f, bytes, (size_t)cut);
		if (event != EVENT_BROKEN && event != EVENT_MESSAGE)
			event = give(f, bytes + cut, len - (size_t)cut);
		return event;
	}
	for (size_t i = 0; i < len; i++) {
		event = give(f, bytes + i, 1);
		if (event == EVENT_BROKEN || event == EVENT_MESSAGE)
			break;
	}
	return event;
}

struct refusal {
	const char *name, *bytes;
	size_t len;
	enum err err;
};
#define R(name, bytes, err)                               \
	{                                                 \
		name, bytes, sizeof(bytes) - 1, ERR_##err \
	}
#define GET     "GET / HTTP/1.1\r\nHost: a\r\n"
#define POST    "POST / HTTP/1.1\r\nHost: a\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
#define A_32    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define A_256   A_32 A_32 A_32 A_32 A_32 A_32 A_32 A_32
/* As much as stands before the end of a method at the limit. */
#define A_1088 A_256 A_256 A_256 A_256 A_32 A_32

static const struct refusal refusals[] = {
	R("continued line", GET "A: b\r\n c\r\n\r\n", BAD_REQUEST),
	R("continued line, tab", GET "A: b\r\n\tc\r\n\r\n", BAD_REQUEST),
	R("continued line, nothing before", GET "A:\r\n c\r\n\r\n",
	    BAD_REQUEST),
	R("continued line, nothing in it", GET "A: b\r\n \r\n\r\n",
	    BAD_REQUEST),
	R("continued first header", "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
	    BAD_REQUEST),
	R("continued Transfer-Encoding",
	    POST "Transfer-Encoding:\r\n chunked\r\n\r\n", BAD_REQUEST),
	R("empty header name", GET ": b\r\n\r\n", BAD_REQUEST),
	R("header without colon", GET "abc\r\n\r\n", BAD_REQUEST),
	R("blank before colon", GET "A : b\r\n\r\n", BAD_REQUEST),
	R("blank in name", GET "A b: c\r\n\r\n", BAD_REQUEST),
	R("NUL in value", GET "A: b\0c\r\n\r\n", BAD_REQUEST),
	R("NUL in name", GET "A\0: b\r\n\r\n", BAD_REQUEST),
	R("control byte in value", GET "A: b\x01\r\n\r\n", BAD_REQUEST),
	R("DEL in value", GET "A: b\x7f\r\n\r\n", BAD_REQUEST),
	R("bare CR in value", GET "A: b\rTransfer-Encoding: chunked\r\n\r\n",
	    BAD_REQUEST),
	R("bare CR at the end of a value", GET "A: b\r\r\n\r\n", BAD_REQUEST),
	R("bare CR in request line", "GET / HTTP/1.1\rHost: a\r\n\r\n",
	    BAD_REQUEST),
	R("bare CR before request", "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n",
	    BAD_REQUEST),
	R("bare LF after request line", "GET / HTTP/1.1\nHost: a\r\n\r\n",
	    BAD_REQUEST),
	R("bare LF after header", "GET / HTTP/1.1\r\nHost: a\n\r\n",
	    BAD_REQUEST),
	R("bare LF at the end", GET "\n", BAD_REQUEST),
	R("bare LF before request", "\n" GET "\r\n", BAD_REQUEST),
	R("CR CR LF at the end", GET "\r\r\n", BAD_REQUEST),
	R("no Host", "GET / HTTP/1.1\r\nA: b\r\n\r\n", BAD_REQUEST),
	R("empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", BAD_REQUEST),
	R("blank Host", "GET / HTTP/1.1\r\nHost:   \r\n\r\n", BAD_REQUEST),
	R("two Hosts", GET "Host: a\r\n\r\n", BAD_REQUEST),
	R("Host with a blank", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
	    BAD_REQUEST),
	R("Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
	    BAD_REQUEST),
	R("Host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n",
	    BAD_REQUEST),
	R("Host with a list", "GET / HTTP/1.1\r\nHost: a:80:80\r\n\r\n",
	    BAD_REQUEST),
	R("Host with an odd port", "GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n",
	    BAD_REQUEST),
	R("Host, two gaps in an IPv6",
	    "GET / HTTP/1.1\r\nHost: [1::2::3]\r\n\r\n", BAD_REQUEST),
	R("Host, half an IPv6", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
	    BAD_REQUEST),
	R("HTTP/0.9 without version", "GET /\r\n\r\n", BAD_REQUEST),
	R("HTTP/0.9", "GET / HTTP/0.9\r\n\r\n", VERSION),
	R("HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", VERSION),
	R("HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", VERSION),
	R("HTTP/3.0", "GET / HTTP/3.0\r\nHost: a\r\n\r\n", VERSION),
	R("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", VERSION),
	R("version of words", "GET / HTTP/x.y\r\nHost: a\r\n\r\n", BAD_REQUEST),
	R("long version", "GET / HTTP/1.11\r\nHost: a\r\n\r\n", BAD_REQUEST),
	R("another protocol", "GET / HTTQ/1.1\r\nHost: a\r\n\r\n", BAD_REQUEST),
	R("small letters", "GET / http/1.1\r\nHost: a\r\n\r\n", BAD_REQUEST),
	R("RTSP", "GET / RTSP/1.0\r\nHost: a\r\n\r\n", BAD_REQUEST),
	R("RTSP method", "DESCRIBE / RTSP/1.0\r\nHost: a\r\n\r\n", BAD_REQUEST),
	R("RTSP method, HTTP", "DESCRIBE / HTTP/1.1\r\nHost: a\r\n\r\n",
	    BAD_REQUEST),
	R("ICE", "SOURCE / ICE/1.0\r\nHost: a\r\n\r\n", BAD_REQUEST),
	R("no such method", "FETCH / HTTP/1.1\r\nHost: a\r\n\r\n",
	    METHOD_UNKNOWN),
	R("method in small letters", "get / HTTP/1.1\r\nHost: a\r\n\r\n",
	    METHOD_UNKNOWN),
	R("method of one letter", "G / HTTP/1.1\r\nHost: a\r\n\r\n",
	    METHOD_UNKNOWN),
	R("method that goes on", "GETS / HTTP/1.1\r\nHost: a\r\n\r\n",
	    METHOD_UNKNOWN),
	R("method that is none at its end", "FETCH[] / HTTP/1.1\r\n\r\n",
	    BAD_REQUEST),
	R("NUL behind a method", "FETCH\0 / HTTP/1.1\r\n\r\n", BAD_REQUEST),
	R("longest method", A_1088 " ", METHOD_UNKNOWN),
	R("method beyond the limit", A_1088 "A ", BAD_REQUEST),
	R("no method", " / HTTP/1.1\r\nHost: a\r\n\r\n", BAD_REQUEST),
	R("a word", "hello\r\n", BAD_REQUEST),
	R("an answer", "HTTP/1.1 200 OK\r\n\r\n", BAD_REQUEST),
	R("bytes of TLS", "\x16\x03\x01\x02\x00\x01", BAD_REQUEST),
	R("CONNECT", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
	    METHOD_UNKNOWN),
	R("no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n", BAD_REQUEST),
	R("two blanks before target", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
	    BAD_REQUEST),
	R("two blanks after target", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n",
	    BAD_REQUEST),
	R("tab after target", "GET /\tHTTP/1.1\r\nHost: a\r\n\r\n",
	    BAD_REQUEST),
	R("blank after version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
	    BAD_REQUEST),
	R("fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", BAD_REQUEST),
	R("fragment in query", "GET /?a#b HTTP/1.1\r\nHost: a\r\n\r\n",
	    BAD_REQUEST),
	R("target without slash", "GET a HTTP/1.1\r\nHost: a\r\n\r\n",
	    BAD_REQUEST),
	R("target of another scheme",
	    "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", BAD_REQUEST),
	R("target with a user", "GET http://u:p@a/ HTTP/1.1\r\nHost: a\r\n\r\n",
	    BAD_REQUEST),
	R("control byte in target", "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n",
	    BAD_REQUEST),
	R("quote in target", "GET /\" HTTP/1.1\r\nHost: a\r\n\r\n",
	    BAD_REQUEST),
	R("bracket in query", "GET /?a<b HTTP/1.1\r\nHost: a\r\n\r\n",
	    BAD_REQUEST),
	R("backslash in target", "GET /\\a HTTP/1.1\r\nHost: a\r\n\r\n",
	    BAD_REQUEST),
	R("high byte in target", "GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n",
	    BAD_REQUEST),
	R("star of GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", BAD_REQUEST),
	R("empty Transfer-Encoding", POST "Transfer-Encoding:\r\n\r\n",
	    BAD_REQUEST),
	R("Transfer-Encoding of HTTP/1.0",
	    "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	    BAD_REQUEST),
	R("unknown Transfer-Encoding", POST "Transfer-Encoding: gzip\r\n\r\n",
	    BAD_REQUEST),
	R("list in Transfer-Encoding",
	    POST "Transfer-Encoding: gzip, chunked\r\n\r\n", ENCODING_UNKNOWN),
	R("list without blanks in Transfer-Encoding",
	    POST "Transfer-Encoding: br,gzip,CHUNKED\r\n\r\n",
	    ENCODING_UNKNOWN),
	R("chunked, not last", POST "Transfer-Encoding: chunked, gzip\r\n\r\n",
	    BAD_REQUEST),
	R("chunked twice around",
	    POST "Transfer-Encoding: chunked, gzip, chunked\r\n\r\n",
	    BAD_REQUEST),
	R("nothing before chunked", POST "Transfer-Encoding: ,chunked\r\n\r\n",
	    BAD_REQUEST),
	R("no name before chunked",
	    POST "Transfer-Encoding: g zip, chunked\r\n\r\n", BAD_REQUEST),
	R("nothing behind chunked",
	    POST "Transfer-Encoding: gzip, chunked,\r\n\r\n", BAD_REQUEST),
	R("chunked twice", POST "Transfer-Encoding: chunked, chunked\r\n\r\n",
	    BAD_REQUEST),
	R("identity", POST "Transfer-Encoding: identity\r\n\r\n", BAD_REQUEST),
	R("xchunked", POST "Transfer-Encoding: xchunked\r\n\r\n", BAD_REQUEST),
	R("quoted chunked", POST "Transfer-Encoding: \"chunked\"\r\n\r\n",
	    BAD_REQUEST),
	R("chunked with vertical tab",
	    POST "Transfer-Encoding: \x0b"
		 "chunked\r\n\r\n",
	    BAD_REQUEST),
	R("two Transfer-Encodings",
	    POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n",
	    BAD_REQUEST),
	R("both framings",
	    POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
	    BAD_REQUEST),
	R("both framings, other order",
	    POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
	    BAD_REQUEST),
	R("two Content-Lengths",
	    POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
	    BAD_REQUEST),
	R("two different Content-Lengths",
	    POST "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
	    BAD_REQUEST),
	R("list of Content-Lengths", POST "Content-Length: 5, 5\r\n\r\nhello",
	    BAD_REQUEST),
	R("signed Content-Length", POST "Content-Length: +5\r\n\r\nhello",
	    BAD_REQUEST),
	R("negative Content-Length", POST "Content-Length: -1\r\n\r\n",
	    BAD_REQUEST),
	R("hexadecimal Content-Length", POST "Content-Length: 0x5\r\n\r\n",
	    BAD_REQUEST),
	R("Content-Length with a blank in it",
	    POST "Content-Length: 1 2\r\n\r\n", BAD_REQUEST),
	R("empty Content-Length", POST "Content-Length:\r\n\r\n", BAD_REQUEST),
	R("Content-Length of 2^64",
	    POST "Content-Length: 18446744073709551616\r\n\r\n", BAD_REQUEST),
	R("Content-Length of 2^64-1",
	    POST "Content-Length: 18446744073709551615\r\n\r\n",
	    BODY_TOO_LARGE),
	R("chunk size with a sign", CHUNKED "+5\r\nhello\r\n0\r\n\r\n",
	    BAD_REQUEST),
	R("chunk size 0x", CHUNKED "0x5\r\nhello\r\n0\r\n\r\n", BAD_REQUEST),
	R("chunk size with a blank", CHUNKED "5 \r\nhello\r\n0\r\n\r\n",
	    BAD_REQUEST),
	R("chunk size with a blank before", CHUNKED " 5\r\nhello\r\n",
	    BAD_REQUEST),
	R("chunk size empty", CHUNKED "\r\nhello\r\n", BAD_REQUEST),
	R("chunk size of 2^64", CHUNKED "10000000000000005\r\nhello\r\n",
	    BAD_REQUEST),
	R("chunk size line with bare LF", CHUNKED "5\nhello\r\n0\r\n\r\n",
	    BAD_REQUEST),
	R("chunk without its end", CHUNKED "5\r\nhelloX0\r\n\r\n", BAD_REQUEST),
	R("chunk ended by bare LF", CHUNKED "5\r\nhello\n0\r\n\r\n",
	    BAD_REQUEST),
	R("chunk ended by bare CR", CHUNKED "5\r\nhello\rX0\r\n\r\n",
	    BAD_REQUEST),
	R("chunk extension with bare LF", CHUNKED "5;a\nhello\r\n0\r\n\r\n",
	    BAD_REQUEST),
	R("chunk extension with bare CR", CHUNKED "5;a\rb\r\nhello\r\n",
	    BAD_REQUEST),
	R("chunk extension with NUL", CHUNKED "5;a\0\r\nhello\r\n",
	    BAD_REQUEST),
	R("last chunk ended by bare LF", CHUNKED "0\n\r\n", BAD_REQUEST),
	R("bare LF behind the last chunk", CHUNKED "0\r\n\n", BAD_REQUEST),
	R("trailer with bare LF", CHUNKED "0\r\nA: b\n\r\n", BAD_REQUEST),
	R("continued trailer", CHUNKED "0\r\nA: b\r\n c\r\n\r\n", BAD_REQUEST),
	R("empty trailer name", CHUNKED "0\r\n: b\r\n\r\n", BAD_REQUEST),
	R("another expectation", POST "Expect: 200-ok\r\n\r\n", EXPECTATION),
	R("another expectation besides",
	    POST "Expect: 100-continue, a=\",\"\r\n\r\n", EXPECTATION),
	R("another expectation in another line",
	    POST "Expect:\r\nExpect: 100-continue\r\nExpect: a\r\n\r\n",
	    EXPECTATION),
	R("two tokens", GET "Authorization: a\r\nAuthorization: b\r\n\r\n",
	    BAD_REQUEST),
	R("more headers than allowed",
	    GET "A:b\r\nA:b\r\nA:b\r\nA:b\r\nA:b\r\nA:b\r\nA:b\r\nA:b\r\n\r\n",
	    HEADERS_TOO_LARGE),
	R("more trailers than allowed",
	    CHUNKED
	    "0\r\nA:b\r\nA:b\r\nA:b\r\nA:b\r\nA:b\r\nA:b\r\nA:b\r\n\r\n",
	    HEADERS_TOO_LARGE),
};

static void
broken_requests_are_refused_however_they_are_cut(void **state)
{
	static struct feed f;

	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct refusal *r = &refusals[i];

		for (int cut = EVERY_BYTE; cut < (int)r->len; cut++) {
			feed_open(&f);
			enum http_event event =
			    give_cut(&f, r->bytes, r->len, cut);
			if (event != EVENT_BROKEN || f.http.err != r->err)
				fail_msg("%s, cut at %d: event %d, \"%s\"",
				    r->name, cut, event, err_text(f.http.err));
			feed_close(&f);
		}
	}
}

struct acceptance {
	const char *name, *bytes;
	size_t len;
	enum req_method method;
	const char *path, *query, *host, *body;
	bool keep_alive;
};
#define A(name, bytes, method, path, query, host, body, keep_alive)           \
	{                                                                     \
		name, bytes, sizeof(bytes) - 1, METHOD_##method, path, query, \
		    host, body, keep_alive                                    \
	}

static const struct acceptance acceptances[] = {
	A("plain", GET "\r\n", GET, "/", "", "a", "", true),
	A("query", "GET /a?b=c?d HTTP/1.1\r\nHost: a\r\n\r\n", GET, "/a",
	    "b=c?d", "a", "", true),
	A("host with port", "GET / HTTP/1.1\r\nhOST:a.b:80\r\n\r\n", GET, "/",
	    "", "a.b:80", "", true),
	A("host of IPv6", "GET / HTTP/1.1\r\nHost: [::1]:80 \t\r\n\r\n", GET,
	    "/", "", "[::1]:80", "", true),
	A("no blank before value", "GET / HTTP/1.1\r\nHost:a\r\nA:\r\n\r\n",
	    GET, "/", "", "a", "", true),
	A("whole address as target",
	    "GET http://b:8/c?d HTTP/1.1\r\nHost: a\r\n\r\n", GET, "/c", "d",
	    "b:8", "", true),
	A("address without path", "GET http://b HTTP/1.1\r\nHost: a\r\n\r\n",
	    GET, "/", "", "b", "", true),
	A("star", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", OPTIONS, "*", "",
	    "a", "", true),
	A("blank lines before it", "\r\n\r\n" GET "\r\n", GET, "/", "", "a", "",
	    true),
	A("last of its connection", GET "Connection: close\r\n\r\n", GET, "/",
	    "", "a", "", false),
	A("HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", GET, "/", "", "", "", false),
	A("HTTP/1.0 that stays",
	    "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", GET, "/", "",
	    "", "", true),
	A("HTTP/1.0 that says both",
	    "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", GET, "/",
	    "", "", "", false),
	A("upgrade is ignored",
	    GET "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n", GET, "/", "",
	    "a", "", true),
	A("body", POST "Content-Length: 5\r\n\r\nhello", POST, "/", "", "a",
	    "hello", true),
	A("body of an upgrade",
	    POST "Connection: Upgrade\r\nUpgrade: h2c\r\n"
		 "Content-Length: 5\r\n\r\nhello",
	    POST, "/", "", "a", "hello", true),
	A("empty body", POST "Content-Length: 0\r\n\r\n", POST, "/", "", "a",
	    "", true),
	A("chunks", CHUNKED "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", POST, "/", "",
	    "a", "hello", true),
	A("chunk extension and trailer",
	    CHUNKED "5;a;c=\"d\"\r\nhello\r\n0\r\nA: b\r\n\r\n", POST, "/", "",
	    "a", "hello", true),
	A("line ends in chunks", CHUNKED "4\r\n\n\n\r\r\r\n0\r\n\r\n", POST,
	    "/", "", "a", "\n\n\r\r", true),
	A("no chunk", CHUNKED "0\r\n\r\n", POST, "/", "", "a", "", true),
	A("CONNECT of a path", "CONNECT /x HTTP/1.1\r\nHost: a\r\n\r\n", OTHER,
	    "/x", "", "a", "", true),
	A("another method", "PUT /x HTTP/1.1\r\nHost: a\r\n\r\n", OTHER, "/x",
	    "", "a", "", true),
};

static void
assert_text(struct span got, const char *want, const char *name, int cut)
{
	if (!span_is_equal(got, span_text(want)))
		fail_msg("%s, cut at %d: \"%.*s\", not \"%s\"", name, cut,
		    (int)got.len, got.data, want);
}

static void
good_requests_are_read_however_they_are_cut(void **state)
{
	static struct feed f;

	(void)state;
	for (size_t i = 0; i < sizeof(acceptances) / sizeof(acceptances[0]);
	     i++) {
		const struct acceptance *a = &acceptances[i];

		for (int cut = EVERY_BYTE; cut < (int)a->len; cut++) {
			feed_open(&f);
			enum http_event event =
			    give_cut(&f, a->bytes, a->len, cut);
			if (event != EVENT_MESSAGE)
				fail_msg("%s, cut at %d: event %d, \"%s\"",
				    a->name, cut, event, err_text(f.http.err));
			assert_int_equal(f.parsed, a->len);
			assert_int_equal(f.req.method, a->method);
			assert_text(f.req.path, a->path, a->name, cut);
			assert_text(f.req.query, a->query, a->name, cut);
			assert_text(f.req.host, a->host, a->name, cut);
			assert_text(f.req.body, a->body, a->name, cut);
			assert_int_equal(f.http.keep_alive, a->keep_alive);
			feed_close(&f);
		}
	}
}

static void
several_headers_of_a_list_are_one(void **state)
{
	static const char bytes[] =
	    GET "X-Forwarded-For: 1\r\nPrefer: a\r\nX-Forwarded-For: 2\r\n"
		"x-forwarded-for: 3 \r\n\r\n";
	static struct feed f;

	(void)state;
	feed_open(&f);
	assert_int_equal(give(&f, bytes, strlen(bytes)), EVENT_MESSAGE);
	assert_text(f.req.forwarded_for, "1, 2, 3", "list", 0);
	assert_text(f.req.prefer, "a", "list", 0);
	feed_close(&f);
}

/* Feeds `prefix`, `count` bytes of `fill`, `suffix`, in pieces of `step`. */
static enum err
fill(const char *prefix, char with, size_t count, const char *suffix,
    size_t step)
{
	static struct feed f;
	static char bytes[32768];
	size_t len = strlen(prefix);
	enum http_event event = EVENT_MORE;

	memcpy(bytes, prefix, len);
	memset(bytes + len, with, count);
	strcpy(bytes + len + count, suffix);
	len = strlen(bytes);
	feed_open(&f);
	for (size_t at = 0;
	     at < len && event != EVENT_BROKEN && event != EVENT_MESSAGE;
	     at += step)
		event = give(&f, bytes + at, step < len - at ? step : len - at);
	enum err e = event == EVENT_MESSAGE  ? ERR_OK
		     : event == EVENT_BROKEN ? f.http.err
					     : ERR_INTERNAL;
	feed_close(&f);
	return e;
}

static void
limits_hold_to_the_byte_and_for_any_pieces(void **state)
{
	static const size_t steps[] = { 1, 7, 1000, 32768 };
	const char *rest = " HTTP/1.1\r\nHost: a\r\n\r\n";

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		size_t step = steps[i];

		assert_int_equal(fill("GET /", 'a', 255, rest, step), ERR_OK);
		assert_int_equal(
		    fill("GET /", 'a', 256, rest, step), ERR_TARGET_TOO_LONG);
		assert_int_equal(
		    fill(GET "A: ", 'a', 900, "\r\n\r\n", step), ERR_OK);
		assert_int_equal(fill(GET "A: ", 'a', 1200, "\r\n\r\n", step),
		    ERR_HEADERS_TOO_LARGE);
		assert_int_equal(fill(GET "A:", ' ', 1200, "\r\n\r\n", step),
		    ERR_HEADERS_TOO_LARGE);
		assert_int_equal(fill(GET, 'a', 1200, ": b\r\n\r\n", step),
		    ERR_HEADERS_TOO_LARGE);
		assert_int_equal(
		    fill(CHUNKED "400\r\n", 'a', 1024, "\r\n0\r\n\r\n", step),
		    ERR_OK);
		assert_int_equal(
		    fill(CHUNKED "401\r\n", 'a', 1025, "\r\n0\r\n\r\n", step),
		    ERR_BODY_TOO_LARGE);
		assert_int_equal(
		    fill(CHUNKED "1;", 'a', 4000, "\r\na\r\n0\r\n\r\n", step),
		    ERR_BAD_REQUEST);
		assert_int_equal(
		    fill(CHUNKED "0\r\nA: ", 'a', 4000, "\r\n\r\n", step),
		    ERR_BAD_REQUEST);
	}
}

static void
a_second_request_waits_until_the_first_is_answered(void **state)
{
	static const char bytes[] = POST "Content-Length: 2\r\n\r\nhi"
					 "GET /two HTTP/1.1\r\nHost: b\r\n\r\n";
	static struct feed f;

	(void)state;
	feed_open(&f);
	assert_int_equal(give(&f, bytes, strlen(bytes)), EVENT_MESSAGE);
	assert_text(f.req.body, "hi", "first", 0);
	assert_memory_equal(f.input + f.parsed, "GET /two", 8);
	http_next(&f.http);
	f.req.body = span_of(NULL, 0);
	size_t used;
	assert_int_equal(
	    http_parse(&f.http, f.input + f.parsed, 0, f.len - f.parsed, &used),
	    EVENT_MESSAGE);
	assert_text(f.req.path, "/two", "second", 0);
	assert_text(f.req.host, "b", "second", 0);
	feed_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    broken_requests_are_refused_however_they_are_cut),
		cmocka_unit_test(good_requests_are_read_however_they_are_cut),
		cmocka_unit_test(several_headers_of_a_list_are_one),
		cmocka_unit_test(limits_hold_to_the_byte_and_for_any_pieces),
		cmocka_unit_test(
		    a_second_request_waits_until_the_first_is_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
