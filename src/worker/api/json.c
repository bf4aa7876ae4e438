/* jansson at the two ends of a request.
 *
 * Its own words about an error quote the body around it, which may be a
 * password: ours tell only the place and the kind. */
#include "worker/api/json.h"
#include "common/base/text.h"
#include "worker/api/json_text.h"
#include "worker/api/login.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_LENGTH = 255, PASSWORD_MAX = 1024 };

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

/* No number is ever asked for: an integer of more than 64 bits is JSON too, and is
 * let pass as a real. */
static enum err
parse(struct req *r, json_t **out)
{
	const size_t flags = JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL |
			     JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL;
	json_error_t error;
	json_t *value = json_loadb(
	    r->body.len ? r->body.data : "", r->body.len, flags, &error);

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
	size_t len = 0;

	while (len < type.len && !strchr("; \t", type.data[len]))
		len++;
	return span_is_word(span_of(type.data, len), "application/json");
}

/* Whether something has been done to the body that would have to be undone. */
static bool
is_coded(struct span coding)
{
	return coding.len > 0 && !span_is_word(coding, "identity");
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
	err = parse(r, &value);
	if (err != ERR_OK)
		return err;
	if (!json_is_object(value)) {
		r->out.detail = "The body must be a JSON object";
		return ERR_BAD_JSON;
	}
	*out = value;
	return ERR_OK;
}

enum err
json_check(struct req *r)
{
	json_t *value;

	if (is_coded(r->content_encoding))
		return ERR_CODED;
	return parse(r, &value);
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

enum err
json_answer(struct req *r, int status, json_t *value)
{
	struct json_text text = { 0 };

	json_text_take(&text, value);
	return json_text_answer(&text, r, status);
}
