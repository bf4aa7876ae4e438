/* llhttp calls back with pieces; `part` puts them together. What must hold for
 * a head as a whole is asked once, in check_head(); what must hold for every
 * line, by head_lines_are_strict() over the raw bytes, so that it does not
 * matter where TCP cut them.
 *
 * Most heads are plain, and llhttp does not see them (plain_head.h).
 *
 * The parser is paused at two places: before a body, so that a request can be
 * refused without reading it, and behind a message, because the next one waits
 * until it has been answered. A chunked body is not llhttp's: for it the message
 * ends with the head, and chunked.c reads on. */
#include "worker/transport/http/http.h"

#include "worker/transport/http/head.h"
#include "worker/transport/http/plain_head.h"

#include "common/base/config.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

enum {
	/* Chunk sizes, extensions and trailers may take as much as a header
	 * block, and this much more for each byte of body: enough for chunks of
	 * one byte, not for extensions without end. */
	FRAMING_PER_BYTE = 16,
};

static struct http *
http_of(llhttp_t *parser)
{
	return parser->data;
}

static int
broken(struct http *h, enum err e)
{
	h->err = e;
	return -1;
}

static int
on_begin(llhttp_t *parser)
{
	http_of(parser)->has_begun = true;
	return 0;
}

static int
on_target(llhttp_t *parser, const char *at, size_t len)
{
	struct http *h = http_of(parser);

	part_extend(&h->head.target, h->base, at, len);
	if (h->head.target.len > (uint64_t)h->config->target_limit)
		return broken(h, ERR_TARGET_TOO_LONG);
	return 0;
}

static int
on_name(llhttp_t *parser, const char *at, size_t len)
{
	struct http *h = http_of(parser);

	part_extend(&h->head.fields.name, h->base, at, len);
	return 0;
}

static int
on_value(llhttp_t *parser, const char *at, size_t len)
{
	struct http *h = http_of(parser);

	part_extend(&h->head.fields.value, h->base, at, len);
	return 0;
}

static int
on_field(llhttp_t *parser)
{
	struct http *h = http_of(parser);

	if (++h->fields_len > (uint64_t)h->config->header_count_limit)
		return broken(h, ERR_HEADERS_TOO_LARGE);
	enum err e = fields_end(&h->head.fields, h->base, &h->req->arena);
	return e == ERR_OK ? 0 : broken(h, e);
}

static enum req_method
method_of(const llhttp_t *parser)
{
	switch (parser->method) {
	case HTTP_GET:
		return METHOD_GET;
	case HTTP_HEAD:
		return METHOD_HEAD;
	case HTTP_POST:
		return METHOD_POST;
	case HTTP_PATCH:
		return METHOD_PATCH;
	case HTTP_DELETE:
		return METHOD_DELETE;
	case HTTP_OPTIONS:
		return METHOD_OPTIONS;
	default:
		return METHOD_OTHER;
	}
}

/* Its lines are checked behind this, and what is wrong with them is told rather:
 * see parse_by_llhttp(). */
static int
on_head(llhttp_t *parser)
{
	struct http *h = http_of(parser);
	enum err e;

	h->is_head_whole = true;
	h->is_chunked = (parser->flags & F_CHUNKED) != 0;
	h->head.is_old = parser->http_minor == 0;
	h->head.content_length = h->is_chunked ? 0 : parser->content_length;
	h->req->method = method_of(parser);
	/* Nothing here is a tunnel; of a path it is a method like others. */
	e = parser->method == HTTP_CONNECT && h->base[h->head.target.at] != '/'
		? ERR_METHOD_UNKNOWN
		: head_check_line(&h->head, h->base);
	if (e == ERR_OK)
		e = head_read(&h->head, h->base, h->req);
	if (e != ERR_OK)
		return broken(h, e);
	parser->upgrade = 0; /* there is nothing here to upgrade to */
	/* HTTP/1.0 may say both words (RFC 9112, 9.3). */
	h->keep_alive = llhttp_should_keep_alive(parser) != 0 &&
			(parser->flags & F_CONNECTION_CLOSE) == 0;
	h->expects_continue = head_expects_continue(&h->head, h->base);
	if (h->is_chunked)
		return 1; /* no body that is llhttp's to read */
	return h->head.content_length > 0 ? HPE_PAUSED : 0;
}

static enum err
add_body(struct http *h, struct span piece)
{
	enum err e = ERR_OK;

	h->body_seen += piece.len;
	if (!h->is_discarding)
		e = body_add(&h->body, piece, (size_t)h->config->body_limit);
	if (!h->is_discarding && e == ERR_OK)
		h->req->body = span_of(h->body.data, h->body.len);
	return e;
}

static int
on_body(llhttp_t *parser, const char *at, size_t len)
{
	struct http *h = http_of(parser);

	/* The usual body came in one piece, and is read where it lies. */
	if (len == h->head.content_length && !h->is_discarding) {
		h->req->body = span_of(at, len);
		return 0;
	}
	enum err e = add_body(h, span_of(at, len));
	return e == ERR_OK ? 0 : broken(h, e);
}

static int
on_message(llhttp_t *parser)
{
	struct http *h = http_of(parser);

	h->is_whole = !h->is_chunked;
	return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
	.on_message_begin = on_begin,
	.on_url = on_target,
	.on_header_field = on_name,
	.on_header_value = on_value,
	.on_header_value_complete = on_field,
	.on_headers_complete = on_head,
	.on_body = on_body,
	.on_message_complete = on_message,
};

static void
reset(struct http *h)
{
	if (h->body.data != NULL)
		body_cleanup(&h->body);
	memset((char *)h + offsetof(struct http, base), 0,
	    offsetof(struct http, head) + HEAD_EMPTY -
		offsetof(struct http, base));
	h->last = '\n';
}

void
http_init(struct http *h, const struct config *config, struct req *req)
{
	*h = (struct http){ .config = config, .req = req, .last = '\n' };
	llhttp_init(&h->parser, HTTP_REQUEST, &settings);
	h->parser.data = h;
}

void
http_cleanup(struct http *h)
{
	body_cleanup(&h->body);
}

/* What a client reads when llhttp gave up. */
static enum err
judge(const struct http *h, llhttp_errno_t code)
{
	switch (code) {
	case HPE_PAUSED_H2_UPGRADE:
		return ERR_VERSION;
	case HPE_INVALID_VERSION:
		/* Numbers, and none of ours; else it is no version at all. */
		return !strcmp(llhttp_get_error_reason(&h->parser),
			   "Invalid HTTP version")
			   ? ERR_VERSION
			   : ERR_BAD_REQUEST;
	default:
		return ERR_BAD_REQUEST;
	}
}

static bool
framing_is_within_limit(struct http *h, size_t len)
{
	h->framing_len += len;
	return h->framing_len <= (uint64_t)h->config->header_limit +
				     FRAMING_PER_BYTE * h->body_seen;
}

static enum http_event
fail(struct http *h, enum err e)
{
	h->err = e;
	return EVENT_BROKEN;
}

/* llhttp gives up at the first byte, `at`, by which a method is none of its own.
 * What it is is known at its end: a method that nobody knows here, or, if it ends
 * otherwise than one does or not at all, no request. */
static enum http_event
read_unknown_method(struct http *h, const char *at, const char *end)
{
	const char *start = h->base;

	while (start < at && (*start == '\r' || *start == '\n'))
		start++;
	while (at < end && head_token_bytes[(unsigned char)*at])
		at++;
	bool is_within =
	    head_is_within_limit(&h->head, (size_t)(at - h->base), h->config);
	if (is_within && at == end) {
		h->has_begun = h->is_method_unknown = true;
		return EVENT_MORE;
	}
	return fail(h, is_within && at > start && *at == ' '
			   ? ERR_METHOD_UNKNOWN
			   : ERR_BAD_REQUEST);
}

/* Returns as http_parse() does; moves *at on. */
static enum http_event
parse_chunks(struct http *h, const char **at, const char *end)
{
	struct chunked *c = &h->chunked;

	while (*at < end && c->state < CHUNKED_OVER) {
		struct span data;
		const char *from = *at;
		enum err e = ERR_OK;

		*at = chunked_read(c, from, end, &data);
		if (data.len > 0)
			e = add_body(h, data);
		if (e != ERR_OK)
			return fail(h, e);
		if (h->fields_len + c->trailers_len >
		    (uint64_t)h->config->header_count_limit)
			return fail(h, ERR_HEADERS_TOO_LARGE);
		if (c->state == CHUNKED_BROKEN ||
		    !framing_is_within_limit(
			h, (size_t)(*at - from) - data.len))
			return fail(h, ERR_BAD_REQUEST);
	}
	h->is_whole = c->state == CHUNKED_OVER;
	return h->is_whole ? EVENT_MESSAGE : EVENT_MORE;
}

/* The whole of a message, without llhttp, which waits for the first byte of the
 * next one. */
static bool
read_plain(struct http *h, struct span bytes, size_t *used)
{
	struct target target;

	*used = plain_head_read(bytes, h->config, &h->head, &target,
	    &h->req->method, &h->req->arena);
	if (*used == 0)
		return false;
	if (head_take(&h->head, h->base, &target, h->req) != ERR_OK) {
		/* llhttp finds what is wrong, in its order. */
		memset(&h->head, 0, HEAD_EMPTY);
		return false;
	}
	h->has_begun = h->is_head_whole = h->is_whole = true;
	h->keep_alive = h->is_plain = true;
	return true;
}

/* Returns as http_parse() does; moves *at on. Stops at the end of the head, and of
 * the message. */
static enum http_event
parse_by_llhttp(struct http *h, const char **at, const char *end)
{
	enum http_event event = EVENT_MORE;

	while (*at < end && event == EVENT_MORE) {
		bool is_head = !h->is_head_whole;
		llhttp_errno_t code =
		    llhttp_execute(&h->parser, *at, (size_t)(end - *at));
		const char *stop =
		    code == HPE_OK ? end : llhttp_get_error_pos(&h->parser);
		struct span taken = span_of(*at, (size_t)(stop - *at));

		*at = stop;
		if (is_head && !head_lines_are_strict(taken, &h->last))
			return fail(h, ERR_BAD_REQUEST);
		if (code == HPE_INVALID_METHOD) {
			*at = end;
			return read_unknown_method(h, stop, end);
		}
		if (h->err == ERR_OK && code != HPE_OK && code != HPE_PAUSED)
			h->err = judge(h, code);
		if (h->err != ERR_OK)
			return EVENT_BROKEN;
		if (is_head && h->has_begun &&
		    !head_is_within_limit(
			&h->head, (size_t)(stop - h->base), h->config))
			return fail(h, ERR_HEADERS_TOO_LARGE);
		if (code == HPE_PAUSED)
			llhttp_resume(&h->parser);
		if (h->is_whole)
			event = EVENT_MESSAGE;
		else if (is_head && h->is_head_whole)
			event = EVENT_HEAD;
	}
	return event;
}

enum http_event
http_parse(
    struct http *h, const char *base, size_t parsed, size_t len, size_t *used)
{
	const char *at = base + parsed;
	const char *end = base + len;
	enum http_event event;

	assert(!h->is_whole && h->err == ERR_OK);
	h->base = base;
	/* A CR that came by itself is a line end begun. */
	if (parsed == 0 && http_is_at_start(h) &&
	    read_plain(h, span_of(base, len), used))
		return EVENT_MESSAGE;
	if (h->is_method_unknown) {
		event = read_unknown_method(h, at, end);
		at = end;
	} else if (h->is_chunked) {
		event = parse_chunks(h, &at, end);
	} else {
		event = parse_by_llhttp(h, &at, end);
	}
	*used = (size_t)(at - base) - parsed;
	return event;
}

void
http_discard(struct http *h)
{
	h->is_discarding = true;
}

void
http_next(struct http *h)
{
	assert(h->is_whole);
	h->is_over = !h->keep_alive;
	reset(h);
}

size_t
http_head_max(const struct config *config)
{
	return HEAD_LINE_MAX + (size_t)config->target_limit +
	       (size_t)config->header_limit;
}
