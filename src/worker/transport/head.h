#ifndef TRAWL_TRANSPORT_HEAD_H
#define TRAWL_TRANSPORT_HEAD_H

#include "common/base/err.h"
#include "common/base/span.h"

#include <stdbool.h>

/* What the parts of a request head may look like (RFC 9112, 3 and 5): pure
 * functions, any thread. */

/* The form of a target, read. */
struct target {
	struct span host;  /* of "http://host/path"; empty otherwise */
	struct span path;  /* "/...", or "*" */
	struct span query; /* without '?' */
};

/* Takes "/path?query", "http://host/path?query" and "*"; a fragment, another
 * scheme or an authority alone is ERR_BAD_REQUEST. */
enum err head_target(struct span text, struct target *out);

/* Whether `host` is a name, an IPv4 or a bracketed IPv6 address, with or
 * without a port; an empty one is not. */
bool head_host_is_valid(struct span host);

/* What stands between target and end of the first line: ERR_OK for
 * " HTTP/1.0" and " HTTP/1.1", ERR_VERSION for other numbers, else
 * ERR_BAD_REQUEST. */
enum err head_version(struct span text);

/* Holds the lines of a head or of trailers to CR LF and nothing else, and to
 * neither a continuation (blank at the beginning) nor an empty name.
 *
 * last  the byte before `bytes`; '\n' at first; carried from piece to piece */
bool head_lines_are_strict(struct span bytes, char *last);

/* Whether all of `text` could be a method (RFC 9110, 5.6.2: token). */
bool head_is_token(struct span text);

#endif
