#ifndef TRAWL_WORKER_TRANSPORT_HTTP_TARGET_H
#define TRAWL_WORKER_TRANSPORT_HTTP_TARGET_H

#include "common/base/err.h"
#include "common/base/span.h"

#include <stdbool.h>

/* What a request asks for, taken apart; parts are borrowed from its text. Pure:
 * any thread. */
struct target {
	struct span host;  /* of "http://host/path"; empty otherwise */
	struct span path;  /* "/...", or "*" */
	struct span query; /* without '?' */
};

/* Takes "/path?query", "http://host/path?query" and "*"; a fragment, another
 * scheme, an authority alone, a byte that has to be percent-encoded, or a '%' without
 * its two digits is ERR_BAD_REQUEST. */
enum err target_parse(struct span text, struct target *out);

/* The bytes that a path and a query are made of, beside '%'. */
extern const bool target_path_bytes[256], target_query_bytes[256];

/* The first byte of [at, end) that is neither of `bytes` nor one of the three of an
 * encoded byte (RFC 3986, 2.1), or `end`. */
static inline const char *
target_skip(const bool bytes[256], const char *at, const char *end)
{
	for (;;) {
		while (at < end && bytes[(unsigned char)*at])
			at++;
		if (end - at < 3 || *at != '%' || span_hex_digit(at[1]) < 0 ||
		    span_hex_digit(at[2]) < 0)
			return at;
		at += 3;
	}
}

/* Whether `host` is a name, an IPv4 or a bracketed IPv6 address, with or
 * without a port; an empty one is not. */
bool target_host_is_valid(struct span host);

#endif
