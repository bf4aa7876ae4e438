#ifndef TRAWL_COMMON_GEO_ADDRESS_H
#define TRAWL_COMMON_GEO_ADDRESS_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* 16 bytes, network order; IPv4 as ::ffff:a.b.c.d. */
struct address {
	uint8_t bytes[16];
};

/* An address as a number, IPv4 as that of ::ffff:a.b.c.d. */
__extension__ typedef unsigned __int128 address_number;

static inline address_number
address_to_number(const struct address *ip)
{
	uint64_t half[2];

	memcpy(half, ip->bytes, sizeof(half));
	return (address_number)be64toh(half[0]) << 64 | be64toh(half[1]);
}

static inline bool
address_is_ipv4(const struct address *ip)
{
	return address_to_number(ip) >> 32 == 0xffff;
}

/* The four bytes of an IPv4 address as a number. */
static inline uint32_t
address_ipv4(const struct address *ip)
{
	return (uint32_t)address_to_number(ip);
}

/* Whether the address lies in a network that is of no country: private, reserved,
 * multicast, for documentation. Pure, any thread. */
bool address_is_reserved(const struct address *ip);

#endif
