/* struct req.out as bytes of HTTP/1.1. */
#include "worker/transport/response.h"

#include "worker/document.h"

#include <stdio.h>

/* RFC 9110, 15: the reason is for people, the number is what counts. */
static const char *
reason(int status)
{
	switch (status) {
	case 200:
		return "200 OK";
	case 201:
		return "201 Created";
	case 202:
		return "202 Accepted";
	case 204:
		return "204 No Content";
	case 304:
		return "304 Not Modified";
	case 400:
		return "400 Bad Request";
	case 401:
		return "401 Unauthorized";
	case 403:
		return "403 Forbidden";
	case 404:
		return "404 Not Found";
	case 405:
		return "405 Method Not Allowed";
	case 408:
		return "408 Request Timeout";
	case 409:
		return "409 Conflict";
	case 412:
		return "412 Precondition Failed";
	case 413:
		return "413 Content Too Large";
	case 414:
		return "414 URI Too Long";
	case 415:
		return "415 Unsupported Media Type";
	case 417:
		return "417 Expectation Failed";
	case 429:
		return "429 Too Many Requests";
	case 431:
		return "431 Request Header Fields Too Large";
	case 501:
		return "501 Not Implemented";
	case 503:
		return "503 Service Unavailable";
	case 505:
		return "505 HTTP Version Not Supported";
	default:
		return "500 Internal Server Error";
	}
}

/* Inline, so that the length of a name is known to the compiler. */
static inline void
add_header(struct output *out, const char *name, const char *value)
{
	if (value == NULL)
		return;
	output_add_text(out, name);
	output_add_text(out, value);
	output_add_text(out, "\r\n");
}

static void
add_head(struct output *out, const struct req *r, const char *date,
    bool is_last, bool is_old)
{
	bool has_body = r->out.status != 204 && r->out.status != 304;

	output_add_text(out, "HTTP/1.1 ");
	output_add_text(out, reason(r->out.status));
	add_header(out, "\r\nDate: ", date);
	/* Nobody on the way is to keep events, or to gather them. */
	if (has_body && r->out.is_stream)
		output_add_text(out, "Content-Type: text/event-stream\r\n"
				     "Cache-Control: no-cache\r\n"
				     "X-Accel-Buffering: no\r\n");
	else if (has_body)
		output_add_text(out, "Content-Type: application/json\r\n");
	if (has_body && r->out.more && !is_old) {
		output_add_text(out, "Transfer-Encoding: chunked\r\n");
	} else if (has_body && !r->out.more) {
		output_add_text(out, "Content-Length: ");
		output_add_number(out, r->out.body.len);
		output_add_text(out, "\r\n");
	}
	if (is_last)
		output_add_text(out, "Connection: close\r\n");
	else if (is_old)
		output_add_text(out, "Connection: keep-alive\r\n");
	/* The scheme asks for a parameter (RFC 6750, 3). */
	if (r->out.status == 401)
		output_add_text(
		    out, "WWW-Authenticate: Bearer realm=\"trawl\"\r\n");
	else if (r->out.err == ERR_CODED)
		output_add_text(out, "Accept-Encoding: identity\r\n");
	else if (r->out.status == 415)
		output_add_text(out, "Accept: application/json\r\n");
	add_header(out, "ETag: ", r->out.etag);
	add_header(out, "Location: ", r->out.location);
	add_header(out, "Preference-Applied: ", r->out.preference_applied);
	add_header(out, "Link: ", r->out.link);
	add_header(out, "Allow: ", r->out.allow);
	add_header(out, "Accept-Patch: ", r->out.accept_patch);
	if (r->out.retry_after_s > 0) {
		output_add_text(out, "Retry-After: ");
		output_add_number(out, (size_t)r->out.retry_after_s);
		output_add_text(out, "\r\n");
	}
	output_add_text(out, "\r\n");
}

static bool
is_head_right(const struct document *d, const struct date *date, bool is_last,
    bool is_old)
{
	return d->head_len > 0 && d->head_s == date->unix_s &&
	       d->head_is_last == is_last && d->head_is_old == is_old;
}

/* The head that stands before the document is still right, or a new one is put
 * there. */
static bool
renew_head(struct output *out, const struct req *r, const struct date *date,
    bool is_last, bool is_old)
{
	struct document *d = r->out.document;
	size_t at = out->copied.len;

	if (is_head_right(d, date, is_last, is_old))
		return true;
	add_head(out, r, date->text, is_last, is_old);
	if (out->has_failed ||
	    !document_set_head(
		d, span_of(out->copied.data + at, out->copied.len - at)))
		return false;
	out->copied.len = at;
	d->head_s = date->unix_s;
	d->head_is_last = is_last;
	d->head_is_old = is_old;
	return true;
}

void
response_add(struct output *out, struct req *r, const struct date *date,
    bool is_last, bool is_old)
{
	bool has_body = r->out.status != 204 && r->out.status != 304;

	if (r->out.document != NULL && r->out.status == 200 &&
	    r->method != METHOD_HEAD) {
		if (renew_head(out, r, date, is_last, is_old))
			output_lend_document(out, r->out.document);
		else
			output_add(out, r->out.body);
		return;
	}
	add_head(out, r, date->text, is_last, is_old);
	if (r->method == METHOD_HEAD)
		return;
	if (has_body && r->out.more)
		response_add_piece(out, r, is_old);
	else if (has_body && r->out.body.data == r->body.data)
		output_add(out, r->out.body);
	else if (has_body)
		output_lend(out, r->out.body, &r->arena);
}

bool
response_is_ready(const struct document *d, const struct date *date)
{
	return is_head_right(d, date, false, false);
}

/* A chunk of no bytes would be the last (RFC 9112, 7.1). */
void
response_add_piece(struct output *out, const struct req *r, bool is_old)
{
	char size[24];

	if (is_old) {
		output_add(out, r->out.body);
		return;
	}
	if (r->out.body.len > 0) {
		snprintf(size, sizeof(size), "%zx\r\n", r->out.body.len);
		output_add_text(out, size);
		output_add(out, r->out.body);
		output_add_text(out, "\r\n");
	}
	if (!r->out.more)
		output_add_text(out, "0\r\n\r\n");
}

void
response_add_continue(struct output *out)
{
	output_add_text(out, "HTTP/1.1 100 Continue\r\n\r\n");
}
