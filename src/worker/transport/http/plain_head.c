/* One pass from left to right; whoever meets what is not plain returns NULL, and
 * llhttp begins at the first byte. */
#include "worker/transport/http/plain_head.h"

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

/* Sixteen bytes, compared at once (a GNU vector: SSE2, NEON, or plain code). */
typedef unsigned char block __attribute__((vector_size(16)));
enum { BLOCK = sizeof(block) };

/* Which bytes of a comparison are true: the lowest bit is the first one's. */
static unsigned
bits_of(block truths)
{
#ifdef __SSE2__
	typedef char chars __attribute__((vector_size(16)));

	return (unsigned)__builtin_ia32_pmovmskb128((chars)truths);
#else
	unsigned bits = 0;

	for (int i = 0; i < BLOCK; i++)
		bits |= (truths[i] & 1u) << i;
	return bits;
#endif
}

/* The first byte of [at, end) for which `is_wanted` is true, or `end`. Sixteen bytes
 * at least lie before `end`: the last block overlaps what was seen. */
static inline __attribute__((always_inline)) const char *
find(const char *at, const char *end, block (*is_wanted)(block bytes))
{
	block bytes;
	unsigned bits;

	for (; end - at >= BLOCK; at += BLOCK) {
		memcpy(&bytes, at, sizeof(bytes));
		bits = bits_of(is_wanted(bytes));
		if (bits != 0)
			return at + __builtin_ctz(bits);
	}
	memcpy(&bytes, end - BLOCK, sizeof(bytes));
	bits = bits_of(is_wanted(bytes)) >> (BLOCK - (end - at));
	return bits != 0 ? at + __builtin_ctz(bits) : end;
}

static inline block
is_control(block bytes)
{
	return (block)((bytes < ' ') | (bytes == 0x7f));
}

static inline block
is_colon(block bytes)
{
	return (block)(bytes == ':');
}

/* What is neither a letter or a digit nor one of "-./", which stand next to them. */
static inline block
is_unusual(block bytes)
{
	return (block)((block)((bytes | 0x20) - 'a') > 'z' - 'a') &
	       (block)((block)(bytes - '-') > '9' - '-');
}

/* As target_skip(): nearly all of a target is letters, digits and slashes. */
static const char *
skip_target(const bool bytes[256], const char *at, const char *end)
{
	return target_skip(bytes, find(at, end, is_unusual), end);
}

/* The first byte of [at, end) that may not stand in a value, or `end`; mostly the
 * CR behind it. */
static const char *
skip_value(const char *at, const char *end)
{
	at = find(at, end, is_control);
	while (at < end && *at == '\t')
		at = find(at + 1, end, is_control);
	return at;
}

/* The first colon of [at, end), or `end`. */
static const char *
skip_name(const char *at, const char *end)
{
	return find(at, end, is_colon);
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
	const char *colon = skip_name(at, r->end), *begin = colon + 1, *end;
	struct span name = span_of(at, (size_t)(colon - at));
	enum field which = fields_find(name);
	struct part value;

	if (colon == r->end || r->fields_left == 0 ||
	    (which == FIELDS && !head_is_token(name)))
		return NULL;
	while (begin < r->end && (*begin == ' ' || *begin == '\t'))
		begin++;
	end = skip_value(begin, r->end);
	if (!BEGINS_WITH(end, r->end, "\r\n"))
		return NULL;
	value = part_trim((struct part){ (uint32_t)(begin - r->base),
			      (uint32_t)(end - begin) },
	    r->base);
	if ((which == FIELDS &&
		is_about_connection(name, part_text(value, r->base))) ||
	    fields_add(&r->head->fields, r->base, which, value, r->arena) !=
		ERR_OK)
		return NULL;
	r->fields_left--;
	return end + 2;
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
	question = blank = skip_target(target_path_bytes, at, r->end);
	if (question < r->end && *question == '?')
		blank = skip_target(target_query_bytes, question + 1, r->end);
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
	if (bytes.len < BLOCK)
		return 0;
	end = read_head(&r, limits, method);

	if (end != NULL &&
	    head_is_within_limit(head, (size_t)(end - r.base), limits))
		return (size_t)(end - r.base);
	memset(head, 0, HEAD_EMPTY);
	return 0;
}
