/* The text check of a log line, for every byte of it. The lead byte of a
 * sequence says how many bytes follow and within what bounds the first of them
 * lies; these bounds are what keeps out overlong forms, surrogates and
 * everything above U+10FFFF (Unicode, table 3-7). */
#include "common/shoplog/utf8.h"

#include <string.h>

struct lead {
	uint8_t first, last; /* lead bytes, inclusive */
	uint8_t follow;      /* bytes behind the lead */
	uint8_t low, high;   /* bounds of the first of them, inclusive */
};

static const struct lead leads[] = {
	{ 0xc2, 0xdf, 1, 0x80, 0xbf },
	{ 0xe0, 0xe0, 2, 0xa0, 0xbf },
	{ 0xe1, 0xec, 2, 0x80, 0xbf },
	{ 0xed, 0xed, 2, 0x80, 0x9f },
	{ 0xee, 0xef, 2, 0x80, 0xbf },
	{ 0xf0, 0xf0, 3, 0x90, 0xbf },
	{ 0xf1, 0xf3, 3, 0x80, 0xbf },
	{ 0xf4, 0xf4, 3, 0x80, 0x8f },
};

/* Returns the bytes of the sequence at p, 0 when it is ill-formed. */
static size_t
sequence(const uint8_t *p, const uint8_t *end)
{
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
		const struct lead *lead = &leads[i];

		if (*p < lead->first || *p > lead->last)
			continue;
		if (end - p <= lead->follow || p[1] < lead->low ||
		    p[1] > lead->high)
			return 0;
		for (int k = 2; k <= lead->follow; k++)
			if (p[k] < 0x80 || p[k] > 0xbf)
				return 0;
		return 1u + lead->follow;
	}
	return 0;
}

/* Whether all eight bytes are printable ASCII: none above 127, none that lies
 * below a blank or is 127 (a byte + 1 has the top bit only if it is 127). */
static bool
is_ascii(const uint8_t *p)
{
	const uint64_t each = 0x0101010101010101;
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return ((word | (word + each) | ~((word & each * 127) + each * 0x60)) &
		   each * 0x80) == 0;
}

bool
utf8_is_plain(struct span s)
{
	const uint8_t *p = (const uint8_t *)s.data, *end = p + s.len;

	while (p < end) {
		size_t len = 1;

		if (end - p >= 8 && is_ascii(p)) {
			p += 8;
			continue;
		}

		if (*p >= 0x80)
			len = sequence(p, end);
		else if ((*p < 0x20 && *p != '\t') || *p == 0x7f)
			len = 0;
		if (len == 0)
			return false;
		p += len;
	}
	return true;
}
