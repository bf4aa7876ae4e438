/* The reference's reader of a line: copies it, splits it, and checks each field
 * with what libc has, one function a rule. It shares no code with event_parse,
 * against which it is held. */
#include "reference/line.h"

#include "common/base/civil.h"
#include "reference/table.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIELDS = 8, SEGMENTS = 3 };

/* Every code point by itself, decoded from its bits. */
static bool
is_utf8(struct span s)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };

	for (size_t i = 0; i < s.len;) {
		uint8_t lead = (uint8_t)s.data[i++];
		int more = lead < 0x80             ? 0
			   : (lead & 0xe0) == 0xc0 ? 1
			   : (lead & 0xf0) == 0xe0 ? 2
			   : (lead & 0xf8) == 0xf0 ? 3
						   : -1;
		uint32_t point;

		if (more < 0)
			return false;
		point = more == 0 ? lead : lead & (0x3fu >> more);
		for (int k = 0; k < more; k++) {
			uint8_t byte;

			if (i == s.len)
				return false;
			byte = (uint8_t)s.data[i++];
			if ((byte & 0xc0) != 0x80)
				return false;
			point = point << 6 | (byte & 0x3f);
		}
		if (point < least[more] || point > 0x10ffff ||
		    (point >= 0xd800 && point <= 0xdfff))
			return false;
	}
	return true;
}

static bool
has_control_byte(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t byte = (uint8_t)s.data[i];

		if ((byte < 32 && byte != '\t') || byte == 127)
			return true;
	}
	return false;
}

/* `pattern` has a 0 for every digit; all else is itself. */
static bool
looks_like(const char *s, const char *pattern)
{
	for (; *s && *pattern; s++, pattern++)
		if (*pattern == '0' ? !isdigit((uint8_t)*s) : *s != *pattern)
			return false;
	return *s == *pattern;
}

static bool
is_date(const char *s)
{
	int year, month, day, days;

	if (!looks_like(s, "0000-00-00"))
		return false;
	year = atoi(s);
	month = atoi(s + 5);
	day = atoi(s + 8);
	if (month == 2)
		days = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)
			   ? 29
			   : 28;
	else
		days = month == 4 || month == 6 || month == 9 || month == 11
			   ? 30
			   : 31;
	return year >= 1 && month >= 1 && month <= 12 && day >= 1 &&
	       day <= days;
}

static bool
is_clock(const char *s)
{
	return looks_like(s, "00:00:00") && atoi(s) < 24 && atoi(s + 3) < 60 &&
	       atoi(s + 6) < 60;
}

static bool
is_request_id(const char *s)
{
	return strlen(s) >= 2 && s[0] == '[' && s[strlen(s) - 1] == ']';
}

static bool
is_level(const char *s)
{
	return s[strlen(s) - 1] == ':';
}

static bool
read_address(const char *s, struct address *out)
{
	struct in_addr v4;

	if (inet_pton(AF_INET6, s, out->bytes) == 1)
		return true;
	if (inet_pton(AF_INET, s, &v4) != 1)
		return false;
	memset(out->bytes, 0, 10);
	memset(out->bytes + 10, 0xff, 2);
	memcpy(out->bytes + 12, &v4, 4);
	return true;
}

static bool
read_number(const char *s, uint64_t *out)
{
	if (!s || *s == '\0' || s[strspn(s, "0123456789")] != '\0')
		return false;
	errno = 0;
	*out = strtoull(s, NULL, 10);
	return errno == 0;
}

/* The value of the first `key=value`, "" for a key without one, NULL without
 * the key. */
static const char *
parameter(struct arena *a, const char *query, const char *key)
{
	while (*query) {
		size_t pair = strcspn(query, "&"), name = strcspn(query, "=&");

		if (name == strlen(key) && strncmp(query, key, name) == 0)
			return name == pair
				   ? ""
				   : text_of(a, "%.*s", (int)(pair - name - 1),
					 query + name + 1);
		query += query[pair] ? pair + 1 : pair;
	}
	return NULL;
}

/* path and query are without fragment; the query without "?" */
static void
classify(struct arena *a, const char *path, const char *query,
    struct reference_line *out)
{
	const char *segment[SEGMENTS];
	int segments = 0;
	uint64_t amount;

	while (segments < SEGMENTS) {
		size_t len;

		path += strspn(path, "/");
		len = strcspn(path, "/");
		if (len == 0)
			break;
		segment[segments++] = text_of(a, "%.*s", (int)len, path);
		path += len;
	}
	out->kind = EVENT_OTHER;
	if (segments == 0) {
		out->kind = EVENT_HOME;
	} else if (strcmp(segment[0], "cart") == 0) {
		if (segments == 1 &&
		    read_number(
			parameter(a, query, "goods_id"), &out->goods_id) &&
		    read_number(parameter(a, query, "amount"), &amount) &&
		    read_number(parameter(a, query, "cart_id"), &out->cart_id))
			out->kind = EVENT_CART;
	} else if (strcmp(segment[0], "pay") == 0) {
		if (segments == 1 &&
		    read_number(
			parameter(a, query, "user_id"), &out->user_id) &&
		    read_number(parameter(a, query, "cart_id"), &out->cart_id))
			out->kind = EVENT_PAY;
	} else if (strncmp(segment[0], "success_pay_", 12) == 0) {
		if (segments == 1 &&
		    read_number(segment[0] + 12, &out->cart_id))
			out->kind = EVENT_SUCCESS;
	} else if (segments == 1) {
		out->kind = EVENT_CATEGORY;
		out->category = segment[0];
	} else if (segments == 2) {
		out->kind = EVENT_GOODS;
		out->category = segment[0];
		out->goods = segment[1];
	}
}

static bool
read_url(struct arena *a, const char *url, struct reference_line *out)
{
	static const char scheme[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz"
				     "0123456789+.-";
	size_t len = strspn(url, scheme);
	const char *path, *query;

	if (!isalpha((uint8_t)url[0]) || strncmp(url + len, "://", 3) != 0)
		return false;
	url += len + 3;
	len = strcspn(url, "/?#");
	if (len == 0)
		return false;
	url = text_of(a, "%.*s", (int)strcspn(url, "#"), url);
	len = strcspn(url, "/?");
	path = text_of(a, "%.*s", (int)strcspn(url + len, "?"), url + len);
	query = strchr(url, '?');
	classify(a, path, query ? query + 1 : "", out);
	return true;
}

bool
reference_line_read(
    struct arena *a, struct span line, struct reference_line *out)
{
	const char *field[FIELDS], *rest;
	int fields = 0;

	memset(out, 0, sizeof(*out));
	if (line.len > 65536 || has_control_byte(line) || !is_utf8(line))
		return false;
	rest = text_of(a, "%.*s", (int)line.len, line.data);
	for (rest += strspn(rest, " \t"); *rest; rest += strspn(rest, " \t")) {
		size_t len = strcspn(rest, " \t");

		if (fields == FIELDS)
			return false;
		field[fields++] = text_of(a, "%.*s", (int)len, rest);
		rest += len;
	}
	if (fields != FIELDS)
		return false;
	out->date = field[2];
	out->clock = field[3];
	return strcmp(field[1], "|") == 0 && is_date(field[2]) &&
	       is_clock(field[3]) && is_request_id(field[4]) &&
	       is_level(field[5]) && read_address(field[6], &out->address) &&
	       read_url(a, field[7], out);
}

bool
reference_line_is(const struct reference_line *r, const struct event *e)
{
	bool has_cart = e->kind == EVENT_CART || e->kind == EVENT_PAY ||
			e->kind == EVENT_SUCCESS;
	char date[CIVIL_DAY_TEXT], clock[16];

	civil_day_format(e->day, date);
	snprintf(clock, sizeof(clock), "%02u:%02u:%02u", e->second / 3600,
	    e->second / 60 % 60, e->second % 60);
	return e->kind == r->kind && strcmp(date, r->date) == 0 &&
	       strcmp(clock, r->clock) == 0 &&
	       memcmp(&e->address, &r->address, sizeof(e->address)) == 0 &&
	       (!r->category ||
		   span_is_equal(e->category, span_text(r->category))) &&
	       (!r->goods || span_is_equal(e->goods, span_text(r->goods))) &&
	       (e->kind != EVENT_CART || e->goods_id == r->goods_id) &&
	       (e->kind != EVENT_PAY || e->user_id == r->user_id) &&
	       (!has_cart || e->cart_id == r->cart_id);
}
