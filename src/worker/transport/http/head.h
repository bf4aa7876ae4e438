#ifndef TRAWL_WORKER_TRANSPORT_HTTP_HEAD_H
#define TRAWL_WORKER_TRANSPORT_HTTP_HEAD_H

#include "worker/req.h"
#include "worker/transport/http/fields.h"

#include <stdbool.h>
#include <stddef.h>

struct config;
struct target;

/* The head of a request: where its parts are, and what must hold for them
 * beyond what llhttp asks (RFC 9112, 3 to 6). */
struct head {
	struct part target;      /* from the request's first byte */
	uint64_t content_length; /* as announced; 0 when chunked */
	bool is_old;             /* HTTP/1.0 */
	struct fields fields;
};

/* The bytes of one that are zero when nothing has come. */
enum { HEAD_EMPTY = offsetof(struct head, fields.values) };

/* Whether the first line is one of HTTP/1.0 or 1.1, of three parts; the whole head
 * must be there. */
enum err head_check_line(const struct head *h, const char *base);

/* Checks the framing, and fills the request, except its method, with what is
 * borrowed from `base`, where the head begins, and with the parts of its target.
 * The whole head must be there. */
enum err head_take(const struct head *h, const char *base,
    const struct target *target, struct req *r);

/* Takes the target apart, and does the same. */
enum err head_read(const struct head *h, const char *base, struct req *r);

/* Whether the client waits for a 100 before it sends the body, which one of HTTP/1.0
 * never does; of a head that was taken. */
bool head_expects_continue(const struct head *h, const char *base);

/* Besides the target and the header block (header_limit): the longest method and
 * version and what stands between them. */
enum { HEAD_LINE_MAX = 64 };

/* Whether a head of so many bytes, or as many of them as have come, is within the
 * limit. */
bool head_is_within_limit(
    const struct head *h, size_t len, const struct config *limits);

/* Holds the lines of a head to CR LF and nothing else, and to
 * neither a continuation (blank at the beginning) nor an empty name.
 *
 * last  the byte before `bytes`; '\n' at first; carried from piece to piece */
bool head_lines_are_strict(struct span bytes, char *last);

/* The bytes of names (RFC 9110, 5.6.2: token). */
extern const bool head_token_bytes[256];

/* Whether all of `text` could be a method. */
bool head_is_token(struct span text);

#endif
