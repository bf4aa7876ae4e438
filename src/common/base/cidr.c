/* Blocks of IP addresses, IPv4 and IPv6 as one kind: an IPv4 block lies in
 * ::ffff:0:0/96, so every comparison is of 128 bits. */
#include "common/base/cidr.h"

#include <arpa/inet.h>
#include <string.h>

enum { MAPPED_BITS = 96 };

/* Reads an address; gives the bits that its family has. */
static bool
read_address(struct span text, struct in6_addr *out, unsigned *bits)
{
	char copy[INET6_ADDRSTRLEN];
	struct in_addr v4;

	if (text.len == 0 || text.len >= sizeof(copy) ||
	    memchr(text.data, '\0', text.len))
		return false;
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	if (inet_pton(AF_INET, copy, &v4) == 1) {
		memset(out, 0, sizeof(*out));
		memset(&out->s6_addr[10], 0xff, 2);
		memcpy(&out->s6_addr[12], &v4, 4);
		*bits = 32;
		return true;
	}
	*bits = 128;
	return inet_pton(AF_INET6, copy, out) == 1;
}

static void
clear_host_bits(struct in6_addr *address, unsigned prefix)
{
	for (unsigned i = 0; i < 16; i++) {
		unsigned kept = prefix > 8 * i ? prefix - 8 * i : 0;

		if (kept < 8)
			address->s6_addr[i] &= (uint8_t)(0xff00 >> kept);
	}
}

bool
cidr_parse(struct span text, struct cidr *out)
{
	const char *slash = text.len ? memchr(text.data, '/', text.len) : NULL;
	struct span address = text;
	struct cidr block;
	uint64_t prefix;
	unsigned bits;

	if (slash)
		address.len = (size_t)(slash - text.data);
	if (!read_address(address, &block.network, &bits))
		return false;
	prefix = bits;
	if (slash &&
	    !span_to_u64(
		span_of(slash + 1, text.len - address.len - 1), &prefix))
		return false;
	if (prefix > bits)
		return false;
	block.prefix = (unsigned)prefix + (bits == 32 ? MAPPED_BITS : 0);
	clear_host_bits(&block.network, block.prefix);
	*out = block;
	return true;
}

bool
cidr_list_has(
    const struct cidr *list, size_t len, const struct in6_addr *address)
{
	for (size_t i = 0; i < len; i++) {
		struct in6_addr network = *address;

		clear_host_bits(&network, list[i].prefix);
		if (!memcmp(&network, &list[i].network, sizeof(network)))
			return true;
	}
	return false;
}
