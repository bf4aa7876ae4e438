/* UTF-8, as far as checks of strings need it. */
#include "common/base/text.h"

#include <string.h>

/* Bytes of the well-formed character at `p`, 0 when it is none. The second
 * byte's range depends on the first (RFC 3629, section 4). */
static size_t
character(const unsigned char *p, size_t left)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t size;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		size = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		size = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		size = 4;
	else
		return 0;
	if (size > left)
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < size; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return size;
}

bool
text_is_utf8(struct span s)
{
	const unsigned char *p = (const unsigned char *)s.data;
	size_t size;

	for (size_t i = 0; i < s.len; i += size) {
		size = character(p + i, s.len - i);
		if (size == 0)
			return false;
	}
	return true;
}

size_t
text_length(struct span s)
{
	size_t count = 0;

	for (size_t i = 0; i < s.len; i++)
		count += (s.data[i] & 0xc0) != 0x80;
	return count;
}

bool
text_has_control(struct span s)
{
	const unsigned char *p = (const unsigned char *)s.data;

	for (size_t i = 0; i < s.len; i++) {
		if (p[i] < 0x20 || p[i] == 0x7f)
			return true;
		/* U+0080 to U+009F are C2 80 to C2 9F. */
		if (p[i] == 0xc2 && i + 1 < s.len && p[i + 1] < 0xa0)
			return true;
	}
	return false;
}

size_t
text_show(struct span s, char *out)
{
	static const char unknown[TEXT_SHOWN_MAX] = { '\xef', '\xbf', '\xbd' };
	const unsigned char *p = (const unsigned char *)s.data;
	size_t len = 0, size;

	for (size_t i = 0; i < s.len; i += size ? size : 1) {
		size = character(p + i, s.len - i);
		memcpy(out + len, size ? s.data + i : unknown,
		    size ? size : sizeof(unknown));
		len += size ? size : sizeof(unknown);
	}
	return len;
}
