#ifndef TRAWL_COMMON_SHOPLOG_SCAN_IP_H
#define TRAWL_COMMON_SHOPLOG_SCAN_IP_H

#include "common/base/span.h"
#include "common/geo/geo.h"

#include <stdbool.h>

/* Reads all of `s` as an IP address: IPv4 (four decimal numbers without leading
 * zeros) or any text form of IPv6 (RFC 4291) without a zone. An IPv4-mapped IPv6
 * address is that IPv4 address, which is how `struct address` has it anyway.
 * Returns false, *out undefined, when it is neither. Pure, any thread. */
bool ip_parse(struct span s, struct address *out);

#endif
