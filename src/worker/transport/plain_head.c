/* One pass from left to right; whoever meets what is not plain returns NULL, and
 * llhttp begins at the first byte. */
#include "worker/transport/plain_head.h"

#include "common/base/config.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

/* What is left to read, and what is read. */
struct reading {
	const char *base, *end;
	struct head *head;
	struct target *target;
	struct arena *arena;
	size_t fields_left;
};

static bool
begins_with(const char *at, const char *end, const char *text, size_t len)
{
	return (size_t)(end - at) >= len && memcmp(at, text, len) == 0;
}
#define BEGINS_WITH(at, end, literal) \
	begins_with(at, end, literal, sizeof(literal) - 1)

/* All bytes of a word the same. */
#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The first byte of [at, end) that may not stand in a value, or `end`; mostly the
 * CR behind it. Eight bytes at once: the sum has a byte's upper bit set where the
 * byte is below a blank or is DEL, and may have it wrong only behind such a one
 * (or for a tab), so that the rest is looked at byte by byte. */
static const char *
skip_value(const char *at, const char *end)
{
	uint64_t word;

	while (end - at >= (ptrdiff_t)sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		uint64_t del = word ^ EACH(0x7f);
		if (((((word - EACH(' ')) & ~word) | ((del - EACH(1)) & ~del)) &
			EACH(0x80)) != 0)
			break;
		at += sizeof(word);
	}
	while (at < end &&
	       (*at == '\t' || ((unsigned char)*at >= ' ' && *at != 0x7f)))
		at++;
	return at;
}

/* Headers that say what becomes of the connection. llhttp reads them; only the
 * usual word for what goes without saying is plain. */
static bool
is_about_connection(struct span name, struct span value)
{
	static const char connection[] = "connection", upgrade[] = "upgrade",
			  proxy[] = "proxy-connection", stay[] = "keep-alive";

	switch (name.len) {
	case sizeof(connection) - 1:
		return !strncasecmp(name.data, connection, name.len) &&
		       (value.len != sizeof(stay) - 1 ||
			   strncasecmp(value.data, stay, value.len) != 0);
	case sizeof(upgrade) - 1:
		return !strncasecmp(name.data, upgrade, name.len);
	case sizeof(proxy) - 1:
		return !strncasecmp(name.data, proxy, name.len);
	default:
		return false;
	}
}

/* "Name: value\r\n". Returns what is behind it. */
static const char *
read_field(struct reading *r, const char *at)
{
	struct fields *fields = &r->head->fields;
	const char *name = at, *value;

	while (at < r->end && head_token_bytes[(unsigned char)*at])
		at++;
	if (at == name || at == r->end || *at != ':' || r->fields_left == 0)
		return NULL;
	fields->name =
	    (struct part){ (uint32_t)(name - r->base), (uint32_t)(at - name) };
	do
		at++;
	while (at < r->end && (*at == ' ' || *at == '\t'));
	value = at;
	at = skip_value(at, r->end);
	if (!BEGINS_WITH(at, r->end, "\r\n"))
		return NULL;
	fields->value = (struct part){ (uint32_t)(value - r->base),
		(uint32_t)(at - value) };
	if (is_about_connection(part_text(fields->name, r->base),
		part_text(fields->value, r->base)) ||
	    fields_end(fields, r->base, r->arena) != ERR_OK)
		return NULL;
	r->fields_left--;
	return at + 2;
}

static const char *
read_request_line(
    struct reading *r, enum req_method *method, uint64_t target_max)
{
	const char *at = r->base, *blank, *question;

	if (BEGINS_WITH(at, r->end, "GET /")) {
		*method = METHOD_GET;
		at += strlen("GET ");
	} else if (BEGINS_WITH(at, r->end, "HEAD /")) {
		*method = METHOD_HEAD;
		at += strlen("HEAD ");
	} else {
		return NULL;
	}
	question = at;
	while (question < r->end && *question != '?' &&
	       target_bytes[(unsigned char)*question])
		question++;
	blank = question;
	while (blank < r->end && target_bytes[(unsigned char)*blank])
		blank++;
	if ((uint64_t)(blank - at) > target_max ||
	    !BEGINS_WITH(blank, r->end, " HTTP/1.1\r\n"))
		return NULL;
	r->head->target =
	    (struct part){ (uint32_t)(at - r->base), (uint32_t)(blank - at) };
	r->target->path = span_of(at, (size_t)(question - at));
	if (blank > question)
		r->target->query =
		    span_of(question + 1, (size_t)(blank - question - 1));
	return blank + strlen(" HTTP/1.1\r\n");
}

/* Returns the end of the head. */
static const char *
read_head(
    struct reading *r, const struct config *limits, enum req_method *method)
{
	const struct fields *fields = &r->head->fields;
	const char *at =
	    read_request_line(r, method, (uint64_t)limits->target_limit);

	while (at != NULL && !BEGINS_WITH(at, r->end, "\r\n"))
		at = read_field(r, at);
	if (at == NULL || fields->has[FIELD_CONTENT_LENGTH] ||
	    fields->has[FIELD_TRANSFER_ENCODING] || fields->has[FIELD_EXPECT])
		return NULL;
	return at + 2;
}

size_t
plain_head_read(struct span bytes, const struct config *limits,
    struct head *head, struct target *target, enum req_method *method,
    struct arena *arena)
{
	struct reading r = { bytes.data, bytes.data + bytes.len, head, target,
		arena, (size_t)limits->header_count_limit };
	const char *end;

	*target = (struct target){ 0 };
	end = read_head(&r, limits, method);

	if (end != NULL &&
	    head_is_within_limit(head, (size_t)(end - r.base), limits))
		return (size_t)(end - r.base);
	memset(head, 0, sizeof(*head));
	return 0;
}
