/* What a client reads when something is refused. */
#include "worker/api/error.h"
#include "worker/api/json.h"

static bool
add_message(json_t *object, const struct field_error *e)
{
	json_t *list = json_object_get(object, e->field);

	if (!list) {
		list = json_array();
		if (!json_set(object, e->field, list))
			return false;
	}
	return json_array_append_new(list, json_string(e->message)) == 0;
}

/* {"login": ["Not a valid string."], ...}: all messages of a field together. NULL
 * when memory is out. */
static json_t *
errors(const struct req *r)
{
	json_t *object = json_object();

	for (size_t i = 0; i < r->out.errors_len; i++) {
		if (!add_message(object, &r->out.errors[i])) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

/* NULL when memory is out. */
static json_t *
document(const struct req *r)
{
	const char *message =
	    r->out.detail ? r->out.detail : err_text(r->out.err);
	json_t *object = json_object();

	if (json_set(object, "message", json_of_span(span_text(message))) &&
	    json_set(
		object, "error_code", json_integer(err_status(r->out.err))) &&
	    (r->out.errors_len == 0 || json_set(object, "errors", errors(r))))
		return object;
	json_decref(object);
	return NULL;
}

/* The words of the error itself, which need no escaping: what is refused in
 * masses costs little. */
static struct span
plain(enum err e)
{
#define BODY(status, text) \
	"{\"message\":\"" text "\",\"error_code\":" #status "}"
#define X(name, status, text) \
	[ERR_##name] = { BODY(status, text), sizeof(BODY(status, text)) - 1 },
	static const struct span bodies[] = { ERR_LIST(X) };
#undef X
#undef BODY

	return bodies[e];
}

enum err
api_error_encode(struct req *r)
{
	int status = err_status(r->out.err);

	if ((r->out.detail || r->out.errors_len > 0) &&
	    json_answer(r, status, document(r)) == ERR_OK)
		return ERR_OK;
	r->out.status = status;
	r->out.body = plain(r->out.err);
	return ERR_OK;
}
