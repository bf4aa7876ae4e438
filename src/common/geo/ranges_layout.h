#ifndef TRAWL_COMMON_GEO_RANGES_LAYOUT_H
#define TRAWL_COMMON_GEO_RANGES_LAYOUT_H

#include "common/geo/address.h"

#include <stddef.h>
#include <stdint.h>

/* The file geo.tables, as ranges_compile() writes and ranges_open() maps it, in
 * the byte order of the machine (another's has another version for us and is
 * refused). The sections follow each other without a gap:
 *
 *	header
 *	ipv6_start    address_number [ipv6_len], ascending, the first one 0
 *	ipv4_block    uint32_t [RANGES_BLOCKS + 1]
 *	ipv4          uint32_t [ipv4_len]
 *	ipv6_country  uint16_t [ipv6_len]
 *
 * IPv6: an interval reaches from its start to the next one's; what no range
 * covers is an interval of COUNTRY_UNKNOWN.
 *
 * IPv4: the same, cut at every multiple of 65536. Block b is the entries from
 * ipv4_block[b] to ipv4_block[b + 1]: the low half of where an interval starts,
 * shifted by 16, and its country. The first entry of a block starts at 0. So a
 * look-up reads one index row and searches half a dozen neighbours. */
enum { RANGES_VERSION = 1, RANGES_BLOCKS = 65536, RANGES_DIGEST_SIZE = 16 };

#define RANGES_MAGIC "trawlgeo"

struct ranges_header {
	char magic[8];
	uint64_t checksum; /* of all bytes behind it */
	uint32_t version;
	uint32_t ipv4_len;
	uint32_t ipv6_len;
	uint32_t zero;
	uint8_t digest[RANGES_DIGEST_SIZE]; /* BLAKE2b of the sections */
};
_Static_assert(sizeof(struct ranges_header) % sizeof(address_number) == 0,
    "the first section is aligned");

/* The bytes that follow the header. */
static inline size_t
ranges_sections_size(uint32_t ipv4_len, uint32_t ipv6_len)
{
	return (size_t)ipv6_len * (sizeof(address_number) + sizeof(uint16_t)) +
	       ((size_t)RANGES_BLOCKS + 1 + ipv4_len) * sizeof(uint32_t);
}

/* Finds a damaged file at every start, in a tenth of the time of the digest. */
uint64_t ranges_checksum(const struct ranges_header *h, size_t file_size);

#endif
