/* What a client reads when something is refused. */
#include "worker/api/error.h"
#include "worker/api/json.h"

/* {"login": ["Not a valid string."], ...}: all messages of a field together. */
static json_t *
errors(const struct req *r)
{
	json_t *object = json_object();
	json_t *list;

	for (size_t i = 0; i < r->out.errors_len; i++) {
		const struct field_error *e = &r->out.errors[i];

		list = json_object_get(object, e->field);
		if (!list) {
			list = json_array();
			json_object_set_new(object, e->field, list);
		}
		json_array_append_new(list, json_string(e->message));
	}
	return object;
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
	const char *message =
	    r->out.detail ? r->out.detail : err_text(r->out.err);
	int status = err_status(r->out.err);
	json_t *body;

	if (!r->out.detail && r->out.errors_len == 0) {
		r->out.status = status;
		r->out.body = plain(r->out.err);
		return ERR_OK;
	}
	body = json_object();

	json_object_set_new(body, "message", json_of_span(span_text(message)));
	json_object_set_new(body, "error_code", json_integer(status));
	if (r->out.errors_len > 0)
		json_object_set_new(body, "errors", errors(r));
	if (json_answer(r, status, body) == ERR_OK)
		return ERR_OK;
	r->out.status = err_status(ERR_NO_MEMORY);
	r->out.body = plain(ERR_NO_MEMORY);
	return ERR_OK;
}
