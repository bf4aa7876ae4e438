/* One line of the shop log, read from left to right without a copy:
 *
 *	shop_api | 2018-08-01 00:28:36 [OOZLQWZC] INFO: 16.1.4.2 https://s.com/caviar/
 *	service    date       time     [request]  level address  URL
 *
 * The eight fields say whether the line is well-formed; the path of the URL
 * then says what was requested, and whatever it is, that is no error. */
#include "common/shoplog/event.h"

#include "common/base/civil.h"
#include "common/shoplog/ip.h"
#include "common/shoplog/utf8.h"

#include <string.h>

enum field {
	FIELD_SERVICE,
	FIELD_BAR,
	FIELD_DATE,
	FIELD_TIME,
	FIELD_REQUEST,
	FIELD_LEVEL,
	FIELD_ADDRESS,
	FIELD_URL,
	FIELDS,
};

/* A path has two segments that mean something; a third makes it "other". */
enum { SEGMENTS_MAX = 3 };

struct path {
	struct span segment[SEGMENTS_MAX];
	int segments; /* that are not empty, at most SEGMENTS_MAX */
};

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

/* Cuts `s` at the first `at`: what is before it is returned, what is behind it
 * is left in *s. Without one all of it is returned and *s is empty. */
static struct span
cut(struct span *s, char at)
{
	const char *found = s->len ? memchr(s->data, at, s->len) : NULL;
	size_t len = found ? (size_t)(found - s->data) : s->len;
	struct span before = span_of(s->data, len);

	*s = found ? span_of(found + 1, s->len - len - 1) : span_text(NULL);
	return before;
}

static bool
split(struct span line, struct span field[FIELDS])
{
	const char *p = line.data, *end = p + line.len;

	for (int i = 0;; i++) {
		const char *start;

		while (p < end && is_blank(*p))
			p++;
		if (p == end)
			return i == FIELDS;
		if (i == FIELDS)
			return false;
		for (start = p; p < end && !is_blank(*p);)
			p++;
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

/* Gives what is behind the host: path, query and fragment. */
static bool
read_url(struct span s, struct span *rest)
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

static void
read_path(struct span s, struct path *path)
{
	path->segments = 0;
	while (s.len && path->segments < SEGMENTS_MAX) {
		struct span segment = cut(&s, '/');

		if (segment.len)
			path->segment[path->segments++] = segment;
	}
}

/* The number in the first parameter of this name. */
static bool
read_parameter(struct span query, const char *name, uint64_t *out)
{
	while (query.len) {
		struct span value = cut(&query, '&');
		struct span key = cut(&value, '=');

		if (span_is_equal(key, span_text(name)))
			return span_to_u64(value, out);
	}
	return false;
}

static enum event_kind
read_cart(const struct path *path, struct span query, struct event *out)
{
	uint64_t amount;

	if (path->segments == 1 &&
	    read_parameter(query, "goods_id", &out->goods_id) &&
	    read_parameter(query, "amount", &amount) &&
	    read_parameter(query, "cart_id", &out->cart_id))
		return EVENT_CART;
	return EVENT_OTHER;
}

static enum event_kind
read_pay(const struct path *path, struct span query, struct event *out)
{
	if (path->segments == 1 &&
	    read_parameter(query, "user_id", &out->user_id) &&
	    read_parameter(query, "cart_id", &out->cart_id))
		return EVENT_PAY;
	return EVENT_OTHER;
}

static enum event_kind
read_success(const struct path *path, struct span number, struct event *out)
{
	if (path->segments == 1 && span_to_u64(number, &out->cart_id))
		return EVENT_SUCCESS;
	return EVENT_OTHER;
}

/* rest  of the URL, behind the host */
static enum event_kind
classify(struct span rest, struct event *out)
{
	const struct span success = span_text("success_pay_");
	struct span query = cut(&rest, '#');
	struct span first;
	struct path path;

	read_path(cut(&query, '?'), &path);
	if (path.segments == 0)
		return EVENT_HOME;
	first = path.segment[0];
	if (span_is_equal(first, span_text("cart")))
		return read_cart(&path, query, out);
	if (span_is_equal(first, span_text("pay")))
		return read_pay(&path, query, out);
	if (first.len >= success.len &&
	    memcmp(first.data, success.data, success.len) == 0)
		return read_success(&path,
		    span_of(first.data + success.len, first.len - success.len),
		    out);
	if (path.segments > 2)
		return EVENT_OTHER;
	out->category = first;
	if (path.segments == 1)
		return EVENT_CATEGORY;
	out->goods = path.segment[1];
	return EVENT_GOODS;
}

bool
event_parse(struct span line, struct event *out)
{
	struct span field[FIELDS], rest;

	if (line.len > LINE_MAX_BYTES || !utf8_is_plain(line) ||
	    !split(line, field))
		return false;
	if (!span_is_equal(field[FIELD_BAR], span_text("|")) ||
	    !civil_day_parse(field[FIELD_DATE], &out->day) ||
	    !read_time(field[FIELD_TIME], &out->second) ||
	    !is_request_id(field[FIELD_REQUEST]) ||
	    !is_level(field[FIELD_LEVEL]) ||
	    !ip_parse(field[FIELD_ADDRESS], &out->address) ||
	    !read_url(field[FIELD_URL], &rest))
		return false;
	out->kind = classify(rest, out);
	return true;
}
