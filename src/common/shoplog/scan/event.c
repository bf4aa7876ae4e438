/* What was requested, from the part of the URL behind the host: the path says
 * it, and whatever it is, that is no error. */
#include "common/shoplog/scan/event.h"

#include "common/shoplog/scan/visit.h"

#include <endian.h>
#include <string.h>

/* A path has two segments that mean something; a third makes it "other". */
enum { SEGMENTS_MAX = 3 };

struct path {
	struct span segment[SEGMENTS_MAX];
	int segments; /* that are not empty, at most SEGMENTS_MAX */
};

static void
read_path(struct span s, struct path *path)
{
	path->segments = 0;
	while (s.len && path->segments < SEGMENTS_MAX) {
		struct span segment = span_cut(&s, '/');

		if (segment.len)
			path->segment[path->segments++] = segment;
	}
}

/* The number in the first parameter of this name. */
static bool
read_parameter(struct span query, const char *name, uint64_t *out)
{
	while (query.len) {
		struct span value = span_cut(&query, '&');
		struct span key = span_cut(&value, '=');

		if (span_is_equal(key, span_text(name)))
			return span_to_u64(value, out);
	}
	return false;
}

/* Takes the text off the front of *s. */
static inline bool
take(struct span *s, const char *text)
{
	size_t len = strlen(text);

	if (s->len < len || memcmp(s->data, text, len) != 0)
		return false;
	*s = span_of(s->data + len, s->len - len);
	return true;
}

/* Eight bytes of text as a number of the first bytes that are digits, and how
 * many these are (the digits of a word at once: Lemire, "Quickly parsing eight
 * digits"). */
static inline unsigned
read_digits(uint64_t text, uint64_t *value)
{
	uint64_t digits = text ^ 0x3030303030303030;
	uint64_t others =
	    ((digits + 0x7676767676767676) | digits) & 0x8080808080808080;
	unsigned len = others ? (unsigned)__builtin_ctzll(others) / 8 : 8;

	if (len == 0)
		return 0;
	/* Zeros before them up to eight, then pairs, then all. */
	digits <<= 64 - 8 * len;
	digits = digits * 10 + (digits >> 8);
	*value =
	    ((digits & 0x000000ff000000ff) * 0x000f424000000064 +
		(digits >> 16 & 0x000000ff000000ff) * 0x0000271000000001) >>
	    32;
	return len;
}

/* Takes a number of 1 to 19 digits off the front, which fits whatever it is.
 *
 * s  with eight bytes of the same text before its end */
static inline bool
take_number(struct span *s, uint64_t *out)
{
	static const uint64_t power[] = { 1, 10, 100, 1000, 10000, 100000,
		1000000, 10000000, 100000000 };
	size_t taken = 0;
	unsigned len = 8;

	for (*out = 0; s->len && len == 8; taken += len) {
		/* The last eight bytes of the text when there are no more. */
		size_t missing = s->len < 8 ? 8 - s->len : 0;
		uint64_t text, value = 0;

		memcpy(&text, s->data - missing, 8);
		len = read_digits(le64toh(text) >> 8 * missing, &value);
		*out = *out * power[len] + value;
		*s = span_of(s->data + len, s->len - len);
	}
	return taken > 0 && taken < 20;
}

/* Whether the text goes on with one of these, or not at all. */
static inline bool
goes_on_with(struct span s, char a, char b)
{
	return s.len == 0 || s.data[0] == a || s.data[0] == b;
}

/* The three paths of carts in the form that a shop's own links have, which is
 * read without looking for anything; what does not count may be before or behind
 * it. EVENT_OTHER: it may have another form. */
static enum event_kind
read_usual_form(struct span s, struct event *out)
{
	uint64_t amount;

	while (s.len > 1 && s.data[1] == '/' && take(&s, "/"))
		;
	if (take(&s, "/cart?goods_id=")) {
		if (take_number(&s, &out->goods_id) && take(&s, "&amount=") &&
		    take_number(&s, &amount) && take(&s, "&cart_id=") &&
		    take_number(&s, &out->cart_id) && goes_on_with(s, '&', '#'))
			return EVENT_CART;
	} else if (take(&s, "/pay?user_id=")) {
		if (take_number(&s, &out->user_id) && take(&s, "&cart_id=") &&
		    take_number(&s, &out->cart_id) && goes_on_with(s, '&', '#'))
			return EVENT_PAY;
	} else if (take(&s, "/success_pay_")) {
		if (take_number(&s, &out->cart_id) && take(&s, "/") &&
		    goes_on_with(s, '?', '#'))
			return EVENT_SUCCESS;
	}
	return EVENT_OTHER;
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

enum event_kind
event_classify(struct span rest, struct event *out)
{
	const struct span success = span_text("success_pay_");
	enum event_kind usual = read_usual_form(rest, out);
	struct span query, first;
	struct path path;

	if (usual != EVENT_OTHER)
		return usual;
	query = span_cut(&rest, '#');
	read_path(span_cut(&query, '?'), &path);
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
	struct span field[VISIT_FIELDS];
	struct visit visit;

	if (!visit_read(line, &visit, field))
		return false;
	out->day = visit.day;
	out->second = visit.second;
	out->address = visitor_address(visit.ip);
	out->kind = event_classify(visit.rest, out);
	return true;
}
