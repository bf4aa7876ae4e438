/* The query string of a request, read in place. */
#include "worker/api/query.h"
#include "common/base/text.h"

#include <inttypes.h>
#include <string.h>
#include <sys/types.h>

/* Writes s.len bytes at most; returns how many, or -1 at a '%' without its two
 * digits. */
static ssize_t
decode(struct span s, char *out)
{
	size_t len = 0;

	for (size_t i = 0; i < s.len; i++) {
		int c = (unsigned char)s.data[i];

		if (c == '%') {
			int high = -1, low = -1;

			if (s.len - i >= 3) {
				high = span_hex_digit(s.data[i + 1]);
				low = span_hex_digit(s.data[i + 2]);
			}
			if (high < 0 || low < 0)
				return -1;
			c = high << 4 | low;
			i += 2;
		}
		out[len++] = (char)c;
	}
	return (ssize_t)len;
}

/* Names are compared decoded: "l%69mit" is "limit". One that is too long or
 * cannot be decoded is no parameter of ours. */
static bool
is_named(struct span raw, const char *name)
{
	char decoded[64];
	ssize_t len;

	if (raw.len > sizeof(decoded))
		return false;
	len = decode(raw, decoded);
	return len >= 0 &&
	       span_is_equal(span_of(decoded, (size_t)len), span_text(name));
}

enum err
query_get(struct req *r, const char *name, struct span *out, bool *has)
{
	struct span rest = r->query;
	struct span value;
	char *text;
	ssize_t len;

	*has = false;
	while (rest.len > 0) {
		value = span_cut(&rest, '&');
		if (!is_named(span_cut(&value, '='), name))
			continue;
		text = arena_alloc(&r->arena, value.len + 1);
		if (!text)
			return ERR_NO_MEMORY;
		len = decode(value, text);
		if (len < 0) {
			req_field_error(r, name, "Not percent-encoded.");
		} else if (memchr(text, '\0', (size_t)len) ||
			   !text_is_utf8(span_of(text, (size_t)len))) {
			req_field_error(r, name, "Not a valid string.");
		} else {
			*out = span_of(text, (size_t)len);
			*has = true;
		}
		return ERR_OK;
	}
	return ERR_OK;
}

enum err
query_flag(struct req *r, const char *name, bool *out)
{
	struct span value;
	bool has;
	enum err err = query_get(r, name, &value, &has);

	if (err != ERR_OK || !has)
		return err;
	if (span_is_equal(value, span_text("true")) ||
	    span_is_equal(value, span_text("1")))
		*out = true;
	else if (span_is_equal(value, span_text("false")) ||
		 span_is_equal(value, span_text("0")))
		*out = false;
	else
		req_field_error(r, name, "Must be true or false.");
	return ERR_OK;
}

enum err
query_number(struct req *r, const char *name, int64_t minimum, int64_t maximum,
    int64_t *out, bool *has)
{
	struct span value;
	uint64_t number;
	char *message;
	enum err err = query_get(r, name, &value, has);

	if (err != ERR_OK || !*has)
		return err;
	if (span_to_u64(value, &number) && number <= INT64_MAX &&
	    (int64_t)number >= minimum && (int64_t)number <= maximum) {
		*out = (int64_t)number;
		return ERR_OK;
	}
	*has = false;
	message = arena_printf(&r->arena,
	    "Must be a number from %" PRId64 " to %" PRId64 ".", minimum,
	    maximum);
	if (!message)
		return ERR_NO_MEMORY;
	req_field_error(r, name, message);
	return ERR_OK;
}
