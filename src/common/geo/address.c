/* The networks that are of no country: what IANA's special-purpose registries
 * keep from the public Internet. */
#include "common/geo/address.h"

#include <stddef.h>

static const struct {
	uint32_t first;
	unsigned prefix; /* bits */
} ipv4[] = {
	{ 0x00000000, 8 },  /* 0.0.0.0: this network */
	{ 0x0a000000, 8 },  /* 10.0.0.0: private */
	{ 0x64400000, 10 }, /* 100.64.0.0: carriers' own */
	{ 0x7f000000, 8 },  /* 127.0.0.0: loopback */
	{ 0xa9fe0000, 16 }, /* 169.254.0.0: link-local */
	{ 0xac100000, 12 }, /* 172.16.0.0: private */
	{ 0xc0000000, 24 }, /* 192.0.0.0: protocol assignments */
	{ 0xc0000200, 24 }, /* 192.0.2.0: documentation */
	{ 0xc0586300, 24 }, /* 192.88.99.0: 6to4 relays */
	{ 0xc0a80000, 16 }, /* 192.168.0.0: private */
	{ 0xc6120000, 15 }, /* 198.18.0.0: benchmarks */
	{ 0xc6336400, 24 }, /* 198.51.100.0: documentation */
	{ 0xcb007100, 24 }, /* 203.0.113.0: documentation */
	{ 0xe0000000, 4 },  /* 224.0.0.0: multicast */
	{ 0xf0000000, 4 },  /* 240.0.0.0: reserved, broadcast */
};

#define NUMBER(high, low) ((address_number)(high) << 64 | (low))

static const struct {
	address_number first;
	unsigned prefix; /* bits */
} ipv6[] = {
	{ NUMBER(0, 0), 128 },                 /* ::, unspecified */
	{ NUMBER(0, 1), 128 },                 /* ::1, loopback */
	{ NUMBER(0x0064ff9b00000000, 0), 96 }, /* 64:ff9b::, NAT64 */
	{ NUMBER(0x0064ff9b00010000, 0), 48 }, /* 64:ff9b:1::, local NAT64 */
	{ NUMBER(0x0100000000000000, 0), 64 }, /* 100::, discard */
	{ NUMBER(0x2001000000000000, 0), 23 }, /* 2001::, protocols, Teredo */
	{ NUMBER(0x20010db800000000, 0), 32 }, /* 2001:db8::, documentation */
	{ NUMBER(0x2002000000000000, 0), 16 }, /* 2002::, 6to4 */
	{ NUMBER(0x3fff000000000000, 0), 20 }, /* 3fff::, documentation */
	{ NUMBER(0x5f00000000000000, 0), 16 }, /* 5f00::, segment routing */
	{ NUMBER(0xfc00000000000000, 0), 7 },  /* fc00::, unique local */
	{ NUMBER(0xfe80000000000000, 0), 10 }, /* fe80::, link-local */
	{ NUMBER(0xff00000000000000, 0), 8 },  /* ff00::, multicast */
};

static bool
ipv4_is_reserved(uint32_t ip)
{
	for (size_t i = 0; i < sizeof(ipv4) / sizeof(ipv4[0]); i++)
		if ((ip ^ ipv4[i].first) >> (32 - ipv4[i].prefix) == 0)
			return true;
	return false;
}

static bool
ipv6_is_reserved(address_number ip)
{
	for (size_t i = 0; i < sizeof(ipv6) / sizeof(ipv6[0]); i++)
		if ((ip ^ ipv6[i].first) >> (128 - ipv6[i].prefix) == 0)
			return true;
	return false;
}

bool
address_is_reserved(const struct address *ip)
{
	if (address_is_ipv4(ip))
		return ipv4_is_reserved(address_ipv4(ip));
	return ipv6_is_reserved(address_to_number(ip));
}
