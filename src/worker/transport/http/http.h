#ifndef TRAWL_WORKER_TRANSPORT_HTTP_HTTP_H
#define TRAWL_WORKER_TRANSPORT_HTTP_HTTP_H

#include "worker/req.h"
#include "worker/transport/http/body.h"
#include "worker/transport/http/chunked.h"
#include "worker/transport/http/head.h"

#include <llhttp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config;

/* The bytes of one connection as requests, one after the other. llhttp takes
 * them apart; this module puts the pieces together, holds them to the limits,
 * and refuses what llhttp lets through and another server might read in another
 * way. Knows no socket: bytes in, `struct req` out, in pieces of any size. */

struct http {
	const struct config *config; /* limits; borrowed */
	struct req *req;             /* filled when the head is whole */
	bool is_over;                /* the last message ended the connection */

	/* From here on all is of one message, and zeroed before the next. */
	const char *base; /* first byte of this request; of this call */

	/* the head */
	bool has_begun;         /* a byte of it came, other than blank lines */
	bool is_method_unknown; /* it is none of llhttp's, and has not ended */
	bool is_head_whole;
	char last; /* the byte before the next one, where lines are checked */
	bool keep_alive;
	bool expects_continue;
	bool is_whole; /* the message is; the parser waits for http_next() */
	bool is_plain; /* it is a plain head and nothing else */
	size_t fields_len; /* headers, known or not */

	/* the body */
	bool is_chunked;
	bool is_discarding; /* nobody wants the body any more */
	struct chunked chunked;
	struct body body;     /* one that came in pieces */
	uint64_t body_seen;   /* bytes of body so far, kept or not */
	uint64_t framing_len; /* bytes of chunk sizes, extensions, trailers */

	enum err err;     /* of EVENT_BROKEN */
	struct head head; /* zeroed as far as HEAD_EMPTY */

	/* Mostly unused (plain_head.h), so that it stands behind the rest. */
	llhttp_t parser;
};

enum http_event {
	EVENT_MORE,    /* all bytes are used, the message is not whole */
	EVENT_HEAD,    /* the head is whole, req filled; a body follows */
	EVENT_MESSAGE, /* all is whole, req.body too */
	EVENT_BROKEN,  /* `err` says how; nothing after it can be read */
};

/* req  filled with what is borrowed from the input; may be set later, before the
 *      first byte of a message */
void http_init(struct http *h, const struct config *config, struct req *req);
void http_cleanup(struct http *h);

/* Reads on: [base, base + parsed) was given before. Returns at the first event;
 * *used is how many bytes of [base + parsed, base + len) it took. Between
 * EVENT_HEAD and EVENT_MESSAGE, what lies before `parsed` must not move; before,
 * it may. */
enum http_event http_parse(
    struct http *h, const char *base, size_t parsed, size_t len, size_t *used);

/* Whether the next byte is the first of a message, or would be if there was one more:
 * nothing is known of it. */
static inline bool
http_is_at_start(const struct http *h)
{
	return !h->has_begun && !h->is_over && h->last == '\n';
}

/* The body that is still to come is read and thrown away. */
void http_discard(struct http *h);

/* After EVENT_MESSAGE, when the request has been answered. */
void http_next(struct http *h);

/* What a connection may have to keep in one piece: a head at its limits. */
size_t http_head_max(const struct config *config);

#endif
