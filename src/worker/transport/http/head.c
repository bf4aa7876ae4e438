/* The strictness that llhttp leaves to its caller. Whatever another server in
 * front of this one could read in another way is refused here. */
#include "worker/transport/http/head.h"

#include "worker/transport/http/target.h"

#include "common/base/config.h"

#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* What stands between target and end of the first line. */
static enum err
version(struct span text)
{
	if (text.len != strlen(" HTTP/1.1") ||
	    memcmp(text.data, " HTTP/", 6) != 0 ||
	    !isdigit((unsigned char)text.data[6]) || text.data[7] != '.' ||
	    !isdigit((unsigned char)text.data[8]))
		return ERR_BAD_REQUEST;
	if (text.data[6] != '1' || text.data[8] > '1')
		return ERR_VERSION;
	return ERR_OK;
}

/* The first line, taken from its bytes: llhttp also knows RTSP, ICE, and
 * HTTP/0.9, which has no version at all. */
enum err
head_check_line(const struct head *h, const char *base)
{
	struct span rest;

	/* One blank, not several, behind the method. */
	if (h->target.at < 2 || base[h->target.at - 1] != ' ' ||
	    base[h->target.at - 2] == ' ')
		return ERR_BAD_REQUEST;
	rest.data = base + h->target.at + h->target.len;
	/* The head is whole, so there is an end of line. */
	rest.len =
	    (size_t)((const char *)rawmemchr(rest.data, '\n') - rest.data);
	if (rest.len > 0)
		rest.len--;
	return version(rest);
}

/* Takes off the next member of a list, without blanks around it: it may be empty
 * (RFC 9110, 5.6.1). False when there is none any more. */
static bool
take_member(struct span *list, struct span *out)
{
	if (list->data == NULL)
		return false;
	*out = span_cut(list, ',');
	while (out->len > 0 && strchr(" \t", out->data[0]))
		*out = span_of(out->data + 1, out->len - 1);
	while (out->len > 0 && strchr(" \t", out->data[out->len - 1]))
		out->len--;
	return true;
}

/* Whether `text` names other codings, and chunked behind all of them: where the
 * body ends is known, what it says is not. */
static bool
ends_with_chunked(struct span text)
{
	struct span coding;

	while (take_member(&text, &coding)) {
		bool is_last = text.data == NULL;
		bool is_chunked = span_is_word(coding, "chunked");

		if (is_last || is_chunked || !head_is_token(coding))
			return is_chunked && is_last;
	}
	return false;
}

enum expectation { EXPECTS_NOTHING, EXPECTS_CONTINUE, EXPECTS_MORE };

static enum expectation
expectation(const struct head *h, const char *base)
{
	enum expectation e = EXPECTS_NOTHING;
	struct span list = fields_get(&h->fields, base, FIELD_EXPECT), member;

	while (e != EXPECTS_MORE && take_member(&list, &member))
		if (member.len > 0)
			e = span_is_word(member, "100-continue")
				? EXPECTS_CONTINUE
				: EXPECTS_MORE;
	return e;
}

bool
head_expects_continue(const struct head *h, const char *base)
{
	return !h->is_old && expectation(h, base) == EXPECTS_CONTINUE;
}

static enum err
check_encoding(const struct head *h, const char *base)
{
	if (!h->fields.has[FIELD_TRANSFER_ENCODING])
		return ERR_OK;
	if (h->is_old || h->fields.has[FIELD_CONTENT_LENGTH])
		return ERR_BAD_REQUEST;
	if (fields_is(&h->fields, base, FIELD_TRANSFER_ENCODING, "chunked"))
		return ERR_OK;
	return ends_with_chunked(
		   fields_get(&h->fields, base, FIELD_TRANSFER_ENCODING))
		   ? ERR_ENCODING_UNKNOWN
		   : ERR_BAD_REQUEST;
}

static enum err
check_framing(const struct head *h, const char *base)
{
	enum err e = check_encoding(h, base);

	if (e != ERR_OK)
		return e;
	if (h->fields.has[FIELD_CONTENT_LENGTH] &&
	    fields_get(&h->fields, base, FIELD_CONTENT_LENGTH).len == 0)
		return ERR_BAD_REQUEST;
	if (h->content_length > INT64_MAX)
		return ERR_BODY_TOO_LARGE;
	if (h->fields.has[FIELD_HOST] ? !target_host_is_valid(fields_get(
					    &h->fields, base, FIELD_HOST))
				      : !h->is_old)
		return ERR_BAD_REQUEST;
	if (expectation(h, base) == EXPECTS_MORE)
		return ERR_EXPECTATION;
	return ERR_OK;
}

enum err
head_take(const struct head *h, const char *base, const struct target *target,
    struct req *r)
{
	enum err e = check_framing(h, base);

	if (e != ERR_OK)
		return e;
	r->path = target->path;
	r->query = target->query;
	r->host = target->host.len ? target->host
				   : fields_get(&h->fields, base, FIELD_HOST);
	r->authorization = fields_get(&h->fields, base, FIELD_AUTHORIZATION);
	r->content_type = fields_get(&h->fields, base, FIELD_CONTENT_TYPE);
	r->content_encoding =
	    fields_get(&h->fields, base, FIELD_CONTENT_ENCODING);
	r->if_none_match = fields_get(&h->fields, base, FIELD_IF_NONE_MATCH);
	r->if_match = fields_get(&h->fields, base, FIELD_IF_MATCH);
	r->prefer = fields_get(&h->fields, base, FIELD_PREFER);
	r->user_agent = fields_get(&h->fields, base, FIELD_USER_AGENT);
	r->last_event_id = fields_get(&h->fields, base, FIELD_LAST_EVENT_ID);
	r->forwarded_for = fields_get(&h->fields, base, FIELD_X_FORWARDED_FOR);
	return ERR_OK;
}

enum err
head_read(const struct head *h, const char *base, struct req *r)
{
	struct target target;
	enum err e = target_parse(part_text(h->target, base), &target);

	if (e == ERR_OK && target.path.data[0] == '*' &&
	    r->method != METHOD_OPTIONS)
		e = ERR_BAD_REQUEST;
	return e == ERR_OK ? head_take(h, base, &target, r) : e;
}

bool
head_is_within_limit(
    const struct head *h, size_t len, const struct config *limits)
{
	static const char version[] = " HTTP/1.1\r\n";
	size_t around = h->target.at + sizeof(version) - 1;

	if (h->target.len == 0 || around > HEAD_LINE_MAX)
		around = HEAD_LINE_MAX;
	return len <= around + h->target.len + (uint64_t)limits->header_limit;
}

/* Sixteen bytes, compared at once (a GNU vector: SSE2, NEON, or plain code). */
typedef signed char block __attribute__((vector_size(16)));

/* Where `byte` may not stand behind `before`: CR and LF only together, and at
 * the beginning of a line neither a blank nor the colon of an empty name. Of two
 * blocks the bytes that are so are not 0, of two bytes the result. */
#define FAULTS(before, byte)                       \
	((((before) == '\r') ^ ((byte) == '\n')) | \
	    (((before) == '\n') &                  \
		(((byte) == ' ') | ((byte) == '\t') | ((byte) == ':'))))

bool
head_lines_are_strict(struct span bytes, char *last)
{
	const char *at = bytes.data;
	const char *end = bytes.data + bytes.len;
	block faults = { 0 }, before, byte;
	uint64_t halves[2];
	bool has_fault;

	if (bytes.len == 0)
		return true;
	has_fault = FAULTS(*last, *at);
	at++;
	while (end - at >= (ptrdiff_t)sizeof(block)) {
		memcpy(&before, at - 1, sizeof(before));
		memcpy(&byte, at, sizeof(byte));
		faults |= FAULTS(before, byte);
		at += sizeof(block);
		/* The last block overlaps the one before. */
		if (at < end && end - at < (ptrdiff_t)sizeof(block))
			at = end - sizeof(block);
	}
	for (; at < end; at++)
		has_fault |= FAULTS(at[-1], *at);
	memcpy(halves, &faults, sizeof(halves));
	*last = end[-1];
	return !has_fault && (halves[0] | halves[1]) == 0;
}

const bool head_token_bytes[256] = {
	['0' ... '9'] = true,
	['A' ... 'Z'] = true,
	['a' ... 'z'] = true,
	['!'] = true,
	['#'] = true,
	['$'] = true,
	['%'] = true,
	['&'] = true,
	['\''] = true,
	['*'] = true,
	['+'] = true,
	['-'] = true,
	['.'] = true,
	['^'] = true,
	['_'] = true,
	['`'] = true,
	['|'] = true,
	['~'] = true,
};

bool
head_is_token(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!head_token_bytes[(unsigned char)text.data[i]])
			return false;
	return text.len > 0;
}
