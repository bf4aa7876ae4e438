/* What was requested, from the part of the URL behind the host: the path says
 * it, and whatever it is, that is no error. */
#include "common/shoplog/event.h"

#include "common/shoplog/visit.h"

#include <string.h>

/* A path has two segments that mean something; a third makes it "other". */
enum { SEGMENTS_MAX = 3 };

struct path {
	struct span segment[SEGMENTS_MAX];
	int segments; /* that are not empty, at most SEGMENTS_MAX */
};

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

enum event_kind
event_classify(struct span rest, struct event *out)
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
