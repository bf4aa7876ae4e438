#ifndef TRAWL_COMMON_GEO_RANGES_COMPILE_H
#define TRAWL_COMMON_GEO_RANGES_COMPILE_H

#include "common/base/err.h"

/* Makes geo.tables out of the two text tables of Debian's tor-geoipdb: a range
 * a line, `low,high,CC`, the IPv4 ones in decimal, the IPv6 ones as text; `#`
 * begins a comment. Ranges may come in any order and must not overlap.
 *
 * out  written beside its place and renamed, so that it is whole or not there
 * why  names file, line and what is wrong
 * Returns ERR_OK, ERR_INVALID or ERR_NO_MEMORY. */
enum err ranges_compile(const char *ipv4_path, const char *ipv6_path,
    const char *out, struct problem *why);

#endif
