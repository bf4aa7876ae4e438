/* IP addresses as text. Not inet_pton(3): that wants a terminated string, and
 * what it forgives differs between C libraries. */
#include "common/shoplog/scan/ip.h"

#include <endian.h>
#include <string.h>

enum {
	IPV4_BYTES = 4,
	IPV6_BYTES = 16,
	GROUP_BYTES = 2,    /* a group of an IPv6 address */
	GROUP_DIGITS = 4,   /* at most */
	IPV6_TEXT_MAX = 45, /* six groups and an IPv4 address */
};

static bool
read_ipv4(const char *p, const char *end, uint8_t out[IPV4_BYTES])
{
	for (int i = 0; i < IPV4_BYTES; i++) {
		const char *start = p;
		unsigned value = 0;

		if (i > 0 && (p == end || *p++ != '.'))
			return false;
		start = p;
		while (p < end && *p >= '0' && *p <= '9' && p - start < 3)
			value = value * 10 + (unsigned)(*p++ - '0');
		if (p == start || value > 255 ||
		    (*start == '0' && p - start > 1))
			return false;
		out[i] = (uint8_t)value;
	}
	return p == end;
}

#define EACH(byte) (UINT32_C(0x01010101) * (byte))

/* The top bit of each byte, all below 128, that is `least` at least. */
static inline uint32_t
at_least(uint32_t bytes, uint8_t least)
{
	return (bytes + EACH(0x80u - least)) & EACH(0x80u);
}

/* Four hexadecimal digits at once, the first one in the lowest byte. */
static inline bool
read_hex(uint32_t text, uint32_t *value)
{
	uint32_t lower = text | EACH(0x20u);
	uint32_t digit = at_least(lower, '0') & ~at_least(lower, '9' + 1);
	uint32_t letter = at_least(lower, 'a') & ~at_least(lower, 'f' + 1);
	uint32_t nibble = (lower & EACH(0x0fu)) + (letter >> 7) * 9;

	/* Below the blank it would be taken for what lies 32 above it. */
	if ((text & EACH(0x80u)) || (at_least(text, ' ') != EACH(0x80u)) ||
	    (digit | letter) != EACH(0x80u))
		return false;
	*value = (nibble & 0xff) << 12 | (nibble >> 8 & 0xff) << 8 |
		 (nibble >> 16 & 0xff) << 4 | nibble >> 24;
	return true;
}

/* A group of `len` digits, with as many bytes to read as it may have. */
static inline bool
read_group(const char *p, size_t len, uint8_t out[GROUP_BYTES])
{
	uint32_t text, value;

	if (len == 0 || len > GROUP_DIGITS)
		return false;
	memcpy(&text, p, sizeof(text));
	/* Zeros before it up to four digits. */
	text = (uint32_t)((uint64_t)le32toh(text) << (32 - 8 * len)) |
	       (uint32_t)(UINT64_C(0x30303030) >> 8 * len);
	if (!read_hex(text, &value))
		return false;
	out[0] = (uint8_t)(value >> 8);
	out[1] = (uint8_t)value;
	return true;
}

/* Bytes before the first colon of eight, or 8. */
static inline size_t
find_colon(const char *p)
{
	const uint64_t each = 0x0101010101010101;
	uint64_t text, found;

	memcpy(&text, p, sizeof(text));
	text = le64toh(text) ^ each * ':';
	found = (text - each) & ~text & each * 0x80;
	return found ? (size_t)__builtin_ctzll(found) / 8 : 8;
}

/* Puts the zeros that "::" stands for into out[gap], behind it what has been
 * read behind it. */
static bool
fill_gap(uint8_t out[IPV6_BYTES], int gap, int len)
{
	int behind = len - gap;

	if (len == IPV6_BYTES)
		return false;
	memmove(out + IPV6_BYTES - behind, out + gap, (size_t)behind);
	memset(out + gap, 0, (size_t)(IPV6_BYTES - len));
	return true;
}

/* Reads a copy that goes on with colons, so that every group ends at one. */
static bool
read_ipv6(struct span s, uint8_t out[IPV6_BYTES])
{
	char text[IPV6_TEXT_MAX + 8];
	const char *p = text, *end;
	int len = 0;  /* bytes read */
	int gap = -1; /* how many of them lie before the "::" */

	if (s.len > IPV6_TEXT_MAX)
		return false;
	memset(text, ':', sizeof(text));
	memcpy(text, s.data, s.len);
	end = text + s.len;
	if (s.len >= 2 && p[0] == ':' && p[1] == ':') {
		gap = 0;
		p += 2;
	}
	while (p < end) {
		size_t digits = find_colon(p);

		if (len == IPV6_BYTES)
			return false;
		if (digits > GROUP_DIGITS) {
			if (len > IPV6_BYTES - IPV4_BYTES ||
			    !read_ipv4(p, end, out + len))
				return false;
			len += IPV4_BYTES;
			break;
		}
		if (!read_group(p, digits, out + len))
			return false;
		len += GROUP_BYTES;
		p += digits;
		if (p == end)
			break;
		if (++p == end)
			return false;
		if (*p == ':') {
			if (gap >= 0)
				return false;
			gap = len;
			p++;
		}
	}
	return gap < 0 ? len == IPV6_BYTES : fill_gap(out, gap, len);
}

bool
ip_parse(struct span s, struct address *out)
{
	static const uint8_t mapped[IPV6_BYTES - IPV4_BYTES] = { 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0xff, 0xff };

	if (s.len == 0)
		return false;
	if (memchr(s.data, ':', s.len))
		return read_ipv6(s, out->bytes);
	memcpy(out->bytes, mapped, sizeof(mapped));
	return read_ipv4(s.data, s.data + s.len, out->bytes + sizeof(mapped));
}
