#ifndef TRAWL_COMMON_BASE_CIDR_H
#define TRAWL_COMMON_BASE_CIDR_H

#include "common/base/span.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

/* A block of addresses, "10.0.0.0/8" or "fc00::/7"; an address alone is a
 * block of one. Any thread (pure). */
struct cidr {
	struct in6_addr network; /* IPv4 as ::ffff:a.b.c.d; host bits zero */
	unsigned prefix;         /* bits of 128 */
};

/* Reads all of `text`; false, *out untouched, when it is no block. Bits behind
 * the prefix are not looked at. */
bool cidr_parse(struct span text, struct cidr *out);

/* Whether one of the `len` blocks holds the address (IPv4 mapped, as above). */
bool cidr_list_has(
    const struct cidr *list, size_t len, const struct in6_addr *address);

#endif
