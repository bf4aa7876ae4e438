#include "worker/api/json_text.h"

#include "common/base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* All digits that a double always has: 0.025 is not
	 * 0.025000000000000001. */
	REAL_DIGITS = 15,
};

/* Where the next `len` bytes are to be written; NULL: it is broken. */
static char *
extend(struct json_text *t, size_t len)
{
	struct buffer *b = &t->bytes;

	if (t->is_broken || !buffer_reserve(b, len)) {
		t->is_broken = true;
		return NULL;
	}
	b->len += len;
	return b->data + b->len - len;
}

void
json_text_put(struct json_text *t, const char *data, size_t len)
{
	char *at = len ? extend(t, len) : NULL;

	if (at)
		memcpy(at, data, len);
}

/* What may not stand in a string as it is (RFC 8259, 7). */
static bool
is_special(char c)
{
	return (unsigned char)c < 0x20 || c == '"' || c == '\\';
}

/* Whether all of it is ASCII that stands for itself: most strings are. A word at
 * a time: in each of its bytes the upper bit is set if the byte has it itself,
 * is below 0x20, or differs from '"' or '\\' by nothing (x - 1 borrows for 0). */
static bool
is_plain(struct span s)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t found = 0, word;
	size_t i = 0;

	for (; i + sizeof(word) <= s.len; i += sizeof(word)) {
		memcpy(&word, s.data + i, sizeof(word));
		found |= word | (word - 0x20 * ones) |
			 ((word ^ '"' * ones) - ones) |
			 ((word ^ '\\' * ones) - ones);
	}
	for (; i < s.len; i++)
		if ((s.data[i] & 0x80) || is_special(s.data[i]))
			return false;
	return !(found & 0x80 * ones);
}

void
json_text_string(struct json_text *t, struct span s)
{
	size_t from = 0;
	char escaped[8];

	if (is_plain(s)) {
		char *at = extend(t, s.len + 2);

		if (!at)
			return;
		at[0] = '"';
		if (s.len)
			memcpy(at + 1, s.data, s.len);
		at[s.len + 1] = '"';
		return;
	}
	t->is_broken = t->is_broken || !text_is_utf8(s);
	json_text_put(t, "\"", 1);
	for (size_t i = 0; i < s.len; i++) {
		if (!is_special(s.data[i]))
			continue;
		json_text_put(t, s.data + from, i - from);
		int len =
		    s.data[i] == '"' || s.data[i] == '\\'
			? snprintf(escaped, sizeof(escaped), "\\%c", s.data[i])
			: snprintf(escaped, sizeof(escaped), "\\u%04x",
			      (unsigned)(unsigned char)s.data[i]);
		json_text_put(t, escaped, (size_t)len);
		from = i + 1;
	}
	json_text_put(t, s.data + from, s.len - from);
	json_text_put(t, "\"", 1);
}

static int
on_dump(const char *data, size_t len, void *arg)
{
	json_text_put(arg, data, len);
	return 0;
}

void
json_text_take(struct json_text *t, json_t *value)
{
	if (!value || json_dump_callback(value, on_dump, t,
			  JSON_COMPACT | JSON_ENCODE_ANY |
			      JSON_REAL_PRECISION(REAL_DIGITS)) < 0)
		t->is_broken = true;
	json_decref(value);
}

enum err
json_text_answer(struct json_text *t, struct req *r, int status)
{
	if (t->is_broken ||
	    arena_on_reset(&r->arena, free, t->bytes.data) < 0) {
		buffer_cleanup(&t->bytes);
		return ERR_NO_MEMORY;
	}
	r->out.status = status;
	r->out.body = span_of(t->bytes.data, t->bytes.len);
	return ERR_OK;
}
