#ifndef TRAWL_TRANSPORT_TARGET_H
#define TRAWL_TRANSPORT_TARGET_H

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
 * scheme, an authority alone, or a byte that has to be percent-encoded is
 * ERR_BAD_REQUEST. */
enum err target_parse(struct span text, struct target *out);

/* The bytes that path and query are made of. */
extern const bool target_bytes[256];

/* Whether `host` is a name, an IPv4 or a bracketed IPv6 address, with or
 * without a port; an empty one is not. */
bool target_host_is_valid(struct span host);

#endif
