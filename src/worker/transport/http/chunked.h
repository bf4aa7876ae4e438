#ifndef TRAWL_WORKER_TRANSPORT_HTTP_CHUNKED_H
#define TRAWL_WORKER_TRANSPORT_HTTP_CHUNKED_H

#include "common/base/span.h"

#include <stddef.h>
#include <stdint.h>

/* The chunked transfer coding (RFC 9112, 7.1), to the letter of its grammar,
 * chunk extensions and trailers included, which are read and dropped. llhttp
 * knows one extension a chunk and no quoted values, and lets a trailer begin as
 * it likes. Bytes in, in pieces of any size; zeroed is the beginning. */
struct chunked {
	enum chunked_state {
		CHUNKED_SIZE, /* the first digit */
		CHUNKED_DIGITS,
		CHUNKED_BEFORE_EXTENSION, /* blanks, then ';' */
		CHUNKED_BEFORE_NAME,
		CHUNKED_NAME,
		CHUNKED_AFTER_NAME, /* blanks, then '=' or ';' */
		CHUNKED_BEFORE_VALUE,
		CHUNKED_VALUE,
		CHUNKED_QUOTED,
		CHUNKED_ESCAPED, /* behind a backslash */
		CHUNKED_AFTER_QUOTED,
		CHUNKED_SIZE_LF,
		CHUNKED_DATA,
		CHUNKED_DATA_CR,
		CHUNKED_DATA_LF,
		CHUNKED_TRAILER, /* the first byte of a line */
		CHUNKED_TRAILER_NAME,
		CHUNKED_TRAILER_VALUE,
		CHUNKED_TRAILER_LF,
		CHUNKED_LAST_LF,
		CHUNKED_OVER,
		CHUNKED_BROKEN,
	} state;
	uint64_t left;       /* of the chunk */
	size_t trailers_len; /* fields of the trailer section so far */
};

/* Reads [at, end) up to the next piece of the body, the end of the message (state
 * CHUNKED_OVER) or a fault (CHUNKED_BROKEN), and returns where it stopped.
 *
 * data  the piece; empty: there is none */
const char *chunked_read(
    struct chunked *c, const char *at, const char *end, struct span *data);

#endif
