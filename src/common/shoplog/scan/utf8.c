/* The text check of a log line, for every byte of it. The lead byte of a
 * sequence says how many bytes follow and within what bounds the first of them
 * lies; these bounds are what keeps out overlong forms, surrogates and
 * everything above U+10FFFF (Unicode, table 3-7). */
#include "common/shoplog/scan/utf8.h"

#include <endian.h>
#include <string.h>

/* Whether a byte follows a lead. */
static inline bool
follows(uint8_t byte)
{
	return (byte & 0xc0) == 0x80;
}

/* Returns the bytes of the sequence at p, 0 when it is ill-formed. */
static inline size_t
sequence(const uint8_t *p, const uint8_t *end)
{
	size_t room = (size_t)(end - p);

	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		return room > 1 && follows(p[1]) ? 2 : 0;
	if ((p[0] & 0xf0) == 0xe0) {
		uint8_t low = p[0] == 0xe0 ? 0xa0 : 0x80;
		uint8_t high = p[0] == 0xed ? 0x9f : 0xbf;

		return room > 2 && p[1] >= low && p[1] <= high && follows(p[2])
			   ? 3
			   : 0;
	}
	if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		uint8_t low = p[0] == 0xf0 ? 0x90 : 0x80;
		uint8_t high = p[0] == 0xf4 ? 0x8f : 0xbf;

		return room > 3 && p[1] >= low && p[1] <= high &&
			       follows(p[2]) && follows(p[3])
			   ? 4
			   : 0;
	}
	return 0;
}

/* Bytes of eight that are printable ASCII, from the first on: neither above 127,
 * nor below a blank, nor 127 (a byte + 1 has the top bit only if it is 127). */
static inline size_t
count_ascii(const uint8_t *p)
{
	const uint64_t each = 0x0101010101010101;
	uint64_t word, others;

	memcpy(&word, p, sizeof(word));
	word = le64toh(word);
	others = (word | (word + each) | ~((word & each * 127) + each * 0x60)) &
		 each * 0x80;
	return others ? (size_t)__builtin_ctzll(others) / 8 : 8;
}

bool
utf8_is_plain(struct span s)
{
	const uint8_t *p = (const uint8_t *)s.data, *end = p + s.len;

	while (p < end) {
		if (end - p >= 8) {
			size_t ascii = count_ascii(p);

			p += ascii;
			if (ascii == 8)
				continue;
		}
		/* Letters of one script come one behind the other. */
		while (p < end && *p >= 0x80) {
			size_t len = sequence(p, end);

			if (len == 0)
				return false;
			p += len;
		}
		if (p == end)
			break;
		if ((*p < 0x20 && *p != '\t') || *p == 0x7f)
			return false;
		p++;
	}
	return true;
}
