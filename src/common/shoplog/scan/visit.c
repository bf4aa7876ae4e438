/* One line of the shop log, read from left to right without a copy:
 *
 *	shop_api | 2018-08-01 00:28:36 [OOZLQWZC] INFO: 16.1.4.2 https://s.com/caviar/
 *	service    date       time     [request]  level address  URL
 *
 * The eight fields say whether the line is well-formed. */
#include "common/shoplog/scan/visit.h"

#include "common/base/civil.h"
#include "common/shoplog/scan/ip.h"
#include "common/shoplog/scan/utf8.h"

#include <endian.h>
#include <string.h>

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* The first blank from p on, or the end: in text that utf8_is_plain, a byte up to
 * ' ' is a blank or a tab. */
static const char *
find_blank(const char *p, const char *end)
{
	const uint64_t each = 0x0101010101010101;

	while (end - p >= 8) {
		uint64_t word, blanks;

		memcpy(&word, p, sizeof(word));
		word = le64toh(word);
		blanks = ~(((word & each * 0x7f) + each * 0x5f) | word) &
			 each * 0x80;
		if (blanks)
			return p + __builtin_ctzll(blanks) / 8;
		p += 8;
	}
	while (p < end && !is_blank(*p))
		p++;
	return p;
}

static bool
split(struct span line, struct span field[VISIT_FIELDS])
{
	const char *p = line.data, *end = p + line.len;

	for (int i = 0;; i++) {
		const char *start;

		while (p < end && is_blank(*p))
			p++;
		if (p == end)
			return i == VISIT_FIELDS;
		if (i == VISIT_FIELDS)
			return false;
		start = p;
		p = find_blank(p, end);
		field[i] = span_of(start, (size_t)(p - start));
	}
}

static bool
is_request_id(struct span s)
{
	return s.len >= 2 && s.data[0] == '[' && s.data[s.len - 1] == ']';
}

static bool
is_level(struct span s)
{
	return s.data[s.len - 1] == ':';
}

/* Two digits below `limit`, -1 when they are not. */
static int
two_digits(const char *p, int limit)
{
	int value;

	if (!is_digit(p[0]) || !is_digit(p[1]))
		return -1;
	value = (p[0] - '0') * 10 + (p[1] - '0');
	return value < limit ? value : -1;
}

/* HH:MM:SS */
static bool
read_time(struct span s, uint32_t *second)
{
	int h, m, sec;

	if (s.len != 8 || s.data[2] != ':' || s.data[5] != ':')
		return false;
	h = two_digits(s.data, 24);
	m = two_digits(s.data + 3, 60);
	sec = two_digits(s.data + 6, 60);
	if (h < 0 || m < 0 || sec < 0)
		return false;
	*second = (uint32_t)(h * 3600 + m * 60 + sec);
	return true;
}

bool
visit_read_url(struct span s, struct span *rest)
{
	const char *p = s.data, *end = p + s.len, *host;

	if (!is_letter(*p))
		return false;
	while (p < end && (is_letter(*p) || is_digit(*p) || *p == '+' ||
			      *p == '.' || *p == '-'))
		p++;
	if (end - p < 3 || memcmp(p, "://", 3) != 0)
		return false;
	p += 3;
	for (host = p; p < end && *p != '/' && *p != '?' && *p != '#';)
		p++;
	*rest = span_of(p, (size_t)(end - p));
	return p > host;
}

bool
visit_read(struct span line, struct visit *out, struct span field[VISIT_FIELDS])
{
	struct address address;

	if (line.len > LINE_MAX_BYTES || !utf8_is_plain(line) ||
	    !split(line, field))
		return false;
	if (!span_is_equal(field[FIELD_BAR], span_text("|")) ||
	    !civil_day_parse(field[FIELD_DATE], &out->day) ||
	    !read_time(field[FIELD_TIME], &out->second) ||
	    !is_request_id(field[FIELD_REQUEST]) ||
	    !is_level(field[FIELD_LEVEL]) ||
	    !ip_parse(field[FIELD_ADDRESS], &address) ||
	    !visit_read_url(field[FIELD_URL], &out->rest))
		return false;
	out->ip = visitor_key(&address);
	return true;
}
