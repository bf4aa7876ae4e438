/* jansson at the two ends of a request.
 *
 * Its own words about an error quote the body around it, which may be a
 * password: ours tell only the place and the kind. */
#include "worker/api/json.h"
#include "common/base/text.h"
#include "worker/api/login.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { NAME_MAX_LENGTH = 255, PASSWORD_MAX = 1024, TEXT_FIRST = 256 };

static void
wipe_and_free(void *p)
{
	if (!p)
		return;
	explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

void
json_init(void)
{
	json_set_alloc_funcs(malloc, wipe_and_free);
}

static void
release(void *value)
{
	json_decref(value);
}

static const char *
words(enum json_error_code code)
{
	switch (code) {
	case json_error_premature_end_of_input:
		return "it ends too early";
	case json_error_end_of_input_expected:
		return "something follows its end";
	case json_error_invalid_utf8:
		return "not UTF-8";
	case json_error_duplicate_key:
		return "a key is given twice";
	case json_error_numeric_overflow:
		return "a number is out of range";
	case json_error_stack_overflow:
		return "nested too deeply";
	case json_error_null_byte_in_key:
		return "a key has a null character";
	default:
		return "a syntax error";
	}
}

static enum err
parse(struct req *r, size_t flags, json_t **out)
{
	json_error_t error;
	json_t *value = json_loadb(r->body.len ? r->body.data : "", r->body.len,
	    flags | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);

	if (!value) {
		if (json_error_code(&error) == json_error_out_of_memory)
			return ERR_NO_MEMORY;
		r->out.detail = arena_printf(&r->arena,
		    "Malformed JSON at line %d, column %d: %s", error.line,
		    error.column, words(json_error_code(&error)));
		return ERR_BAD_JSON;
	}
	if (arena_on_reset(&r->arena, release, value) < 0) {
		json_decref(value);
		return ERR_NO_MEMORY;
	}
	*out = value;
	return ERR_OK;
}

/* "application/json", in any case, up to the parameters. */
static bool
is_json(struct span type)
{
	static const char wanted[] = "application/json";
	size_t len = 0;

	while (len < type.len && !strchr("; \t", type.data[len]))
		len++;
	return len == sizeof(wanted) - 1 &&
	       strncasecmp(type.data, wanted, len) == 0;
}

/* Whether something has been done to the body that would have to be undone. */
static bool
is_coded(struct span coding)
{
	static const char none[] = "identity";

	return coding.len > 0 &&
	       (coding.len != sizeof(none) - 1 ||
		   strncasecmp(coding.data, none, coding.len) != 0);
}

enum err
json_body(struct req *r, const json_t **out)
{
	json_t *value;
	enum err err;

	if (!is_json(r->content_type))
		return ERR_NOT_JSON;
	if (is_coded(r->content_encoding))
		return ERR_CODED;
	err = parse(r, JSON_DECODE_ANY, &value);
	if (err != ERR_OK)
		return err;
	if (!json_is_object(value)) {
		r->out.detail = "The body must be a JSON object";
		return ERR_BAD_JSON;
	}
	*out = value;
	return ERR_OK;
}

/* Integers beyond 64 bits are JSON too: taken as reals, they are let pass. */
enum err
json_check(struct req *r)
{
	json_t *value;

	if (is_coded(r->content_encoding))
		return ERR_CODED;
	return parse(r, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, &value);
}

/* The bytes of a string member; false when there is nothing to check. */
static bool
read_text(struct req *r, const json_t *object, const char *field,
    bool is_required, struct span *out)
{
	const json_t *value = json_object_get(object, field);

	if (!value && is_required)
		req_field_error(r, field, "Missing data for required field.");
	else if (value && !json_is_string(value))
		req_field_error(r, field, "Not a valid string.");
	if (!json_is_string(value))
		return false;
	*out = span_of(json_string_value(value), json_string_length(value));
	return true;
}

void
json_name(struct req *r, const json_t *object, const char *field,
    bool is_required, struct span *out)
{
	struct span text;
	size_t length;

	if (!read_text(r, object, field, is_required, &text))
		return;
	length = text_length(text);
	if (length < 1 || length > NAME_MAX_LENGTH)
		req_field_error(r, field, "Length must be between 1 and 255.");
	else if (text_has_control(text))
		req_field_error(
		    r, field, "Control characters are not allowed.");
	else
		*out = text;
}

void
json_login(struct req *r, const json_t *object, const char *field, bool is_new,
    struct span *out)
{
	struct span text = { NULL, 0 };
	const char *refusal = NULL;

	json_name(r, object, field, true, &text);
	if (!text.data)
		return;
	if (login_normalize(&r->arena, text, &text) != ERR_OK)
		refusal = "Not a valid string.";
	else if (text_length(text) > NAME_MAX_LENGTH)
		refusal = "Length must be between 1 and 255.";
	else if (is_new)
		refusal = login_refusal(text);
	if (refusal)
		req_field_error(r, field, refusal);
	else
		*out = text;
}

void
json_password(struct req *r, const json_t *object, const char *field,
    bool is_required, struct span *out)
{
	struct span text;

	if (!read_text(r, object, field, is_required, &text))
		return;
	if (text.len < 1 || text.len > PASSWORD_MAX)
		req_field_error(
		    r, field, "Length must be between 1 and 1024 bytes.");
	else
		*out = text;
}

/* Where `len` bytes more may be written, which are then part of the text; NULL
 * when it is broken. */
static char *
extend(struct json_text *t, size_t len)
{
	size_t size = t->size ? t->size : TEXT_FIRST;
	char *at, *grown;

	if (t->is_broken)
		return NULL;
	while (size < t->len + len)
		size *= 2;
	if (size != t->size) {
		grown = realloc(t->data, size);
		if (!grown) {
			t->is_broken = true;
			return NULL;
		}
		t->data = grown;
		t->size = size;
	}
	at = t->data + t->len;
	t->len += len;
	return at;
}

void
json_text_put(struct json_text *t, const char *data, size_t len)
{
	char *at = len ? extend(t, len) : NULL;

	if (at)
		memcpy(at, data, len);
}

/* All digits that a double always has: 0.025 is not 0.025000000000000001. */
enum { REAL_DIGITS = 15 };

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
	if (t->is_broken || arena_on_reset(&r->arena, free, t->data) < 0) {
		free(t->data);
		*t = (struct json_text){ 0 };
		return ERR_NO_MEMORY;
	}
	r->out.status = status;
	r->out.body = span_of(t->data, t->len);
	return ERR_OK;
}

enum err
json_answer(struct req *r, int status, json_t *value)
{
	struct json_text text = { 0 };

	json_text_take(&text, value);
	return json_text_answer(&text, r, status);
}
