/* One byte, one step; data is skipped over by its length. */
#include "worker/transport/http/chunked.h"

#include "worker/transport/http/head.h"

#include <stdbool.h>

static enum chunked_state
read_digit(struct chunked *c, char byte)
{
	int value = span_hex_digit(byte);

	if (value < 0 || c->left > UINT64_MAX >> 4)
		return CHUNKED_BROKEN;
	c->left = c->left << 4 | (unsigned)value;
	return CHUNKED_DIGITS;
}

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

/* What may stand in a field's value and, but for '"' and '\', in a quoted one:
 * blanks, visible characters, other alphabets. */
static bool
is_text(char byte)
{
	return is_blank(byte) || ((unsigned char)byte > ' ' && byte != 0x7f);
}

/* Behind a size, a name or a value: the next extension, or the end of the line.
 * Blanks lead to `blank`. */
static enum chunked_state
after(char byte, enum chunked_state blank)
{
	if (byte == ';')
		return CHUNKED_BEFORE_NAME;
	if (byte == '\r')
		return CHUNKED_SIZE_LF;
	return is_blank(byte) ? blank : CHUNKED_BROKEN;
}

/* The line that says how long a chunk is. */
static enum chunked_state
read_size(struct chunked *c, char byte)
{
	bool is_token = head_token_bytes[(unsigned char)byte];

	switch (c->state) {
	case CHUNKED_SIZE:
		return read_digit(c, byte);
	case CHUNKED_DIGITS:
		return span_hex_digit(byte) >= 0
			   ? read_digit(c, byte)
			   : after(byte, CHUNKED_BEFORE_EXTENSION);
	case CHUNKED_BEFORE_EXTENSION:
		if (byte == ';')
			return CHUNKED_BEFORE_NAME;
		return is_blank(byte) ? c->state : CHUNKED_BROKEN;
	case CHUNKED_BEFORE_NAME:
		if (is_token)
			return CHUNKED_NAME;
		return is_blank(byte) ? c->state : CHUNKED_BROKEN;
	case CHUNKED_NAME:
		if (is_token)
			return c->state;
		return byte == '=' ? CHUNKED_BEFORE_VALUE
				   : after(byte, CHUNKED_AFTER_NAME);
	case CHUNKED_AFTER_NAME:
		if (byte == '=')
			return CHUNKED_BEFORE_VALUE;
		if (byte == ';')
			return CHUNKED_BEFORE_NAME;
		return is_blank(byte) ? c->state : CHUNKED_BROKEN;
	case CHUNKED_BEFORE_VALUE:
		if (byte == '"')
			return CHUNKED_QUOTED;
		if (is_token)
			return CHUNKED_VALUE;
		return is_blank(byte) ? c->state : CHUNKED_BROKEN;
	case CHUNKED_VALUE:
		return is_token ? c->state
				: after(byte, CHUNKED_BEFORE_EXTENSION);
	case CHUNKED_QUOTED:
		if (byte == '"')
			return CHUNKED_AFTER_QUOTED;
		if (byte == '\\')
			return CHUNKED_ESCAPED;
		return is_text(byte) ? c->state : CHUNKED_BROKEN;
	case CHUNKED_ESCAPED:
		return is_text(byte) ? CHUNKED_QUOTED : CHUNKED_BROKEN;
	case CHUNKED_AFTER_QUOTED:
		return after(byte, CHUNKED_BEFORE_EXTENSION);
	default: /* CHUNKED_SIZE_LF */
		if (byte != '\n')
			return CHUNKED_BROKEN;
		return c->left > 0 ? CHUNKED_DATA : CHUNKED_TRAILER;
	}
}

/* What comes behind data, and behind the last chunk. */
static enum chunked_state
read_rest(struct chunked *c, char byte)
{
	bool is_token = head_token_bytes[(unsigned char)byte];

	switch (c->state) {
	case CHUNKED_DATA_CR:
		return byte == '\r' ? CHUNKED_DATA_LF : CHUNKED_BROKEN;
	case CHUNKED_DATA_LF:
		return byte == '\n' ? CHUNKED_SIZE : CHUNKED_BROKEN;
	case CHUNKED_TRAILER:
		if (byte == '\r')
			return CHUNKED_LAST_LF;
		c->trailers_len++;
		return is_token ? CHUNKED_TRAILER_NAME : CHUNKED_BROKEN;
	case CHUNKED_TRAILER_NAME:
		if (byte == ':')
			return CHUNKED_TRAILER_VALUE;
		return is_token ? c->state : CHUNKED_BROKEN;
	case CHUNKED_TRAILER_VALUE:
		if (byte == '\r')
			return CHUNKED_TRAILER_LF;
		return is_text(byte) ? c->state : CHUNKED_BROKEN;
	case CHUNKED_TRAILER_LF:
		return byte == '\n' ? CHUNKED_TRAILER : CHUNKED_BROKEN;
	default: /* CHUNKED_LAST_LF */
		return byte == '\n' ? CHUNKED_OVER : CHUNKED_BROKEN;
	}
}

const char *
chunked_read(
    struct chunked *c, const char *at, const char *end, struct span *data)
{
	*data = span_of(NULL, 0);
	while (at < end && c->state < CHUNKED_OVER) {
		if (c->state == CHUNKED_DATA) {
			size_t len = (size_t)(end - at);

			if (len > c->left)
				len = (size_t)c->left;
			*data = span_of(at, len);
			c->left -= len;
			if (c->left == 0)
				c->state = CHUNKED_DATA_CR;
			return at + len;
		}
		c->state = c->state < CHUNKED_DATA ? read_size(c, *at)
						   : read_rest(c, *at);
		at++;
	}
	return at;
}
