/* IP addresses as text. Not inet_pton(3): that wants a terminated string, and
 * what it forgives differs between C libraries. */
#include "common/shoplog/ip.h"

#include <string.h>

enum {
	IPV4_BYTES = 4,
	IPV6_BYTES = 16,
	GROUP_BYTES = 2,  /* a group of an IPv6 address */
	GROUP_DIGITS = 4, /* at most */
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

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool
read_group(const char *p, const char *end, uint8_t out[GROUP_BYTES])
{
	unsigned value = 0;

	if (p == end || end - p > GROUP_DIGITS)
		return false;
	for (; p < end; p++) {
		int digit = hex_digit(*p);

		if (digit < 0)
			return false;
		value = value << 4 | (unsigned)digit;
	}
	out[0] = (uint8_t)(value >> 8);
	out[1] = (uint8_t)value;
	return true;
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

static bool
read_ipv6(const char *p, const char *end, uint8_t out[IPV6_BYTES])
{
	int len = 0;  /* bytes read */
	int gap = -1; /* how many of them lie before the "::" */

	if (end - p >= 2 && p[0] == ':' && p[1] == ':') {
		gap = 0;
		p += 2;
	}
	while (p < end) {
		const char *colon = memchr(p, ':', (size_t)(end - p));
		const char *stop = colon ? colon : end;

		if (len == IPV6_BYTES)
			return false;
		if (!colon && memchr(p, '.', (size_t)(end - p))) {
			if (len > IPV6_BYTES - IPV4_BYTES ||
			    !read_ipv4(p, end, out + len))
				return false;
			len += IPV4_BYTES;
			break;
		}
		if (!read_group(p, stop, out + len))
			return false;
		len += GROUP_BYTES;
		if (!colon)
			break;
		p = colon + 1;
		if (p == end)
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
		return read_ipv6(s.data, s.data + s.len, out->bytes);
	memcpy(out->bytes, mapped, sizeof(mapped));
	return read_ipv4(s.data, s.data + s.len, out->bytes + sizeof(mapped));
}
