/* POST, GET and DELETE /user/auth. */
#include "worker/api/session.h"
#include "common/base/civil.h"
#include "worker/api/json.h"
#include "worker/api/query.h"

enum err
api_login_decode(struct req *r)
{
	const json_t *body;
	enum err err = json_body(r, &body);

	if (err != ERR_OK)
		return err;
	json_login(r, body, "login", false, &r->in.login);
	json_password(r, body, "password", true, &r->in.password);
	return r->out.errors_len > 0 ? ERR_INVALID : ERR_OK;
}

enum err
api_token_encode(struct req *r)
{
	json_t *body = json_object();

	if (!json_set(body, "Authorization", json_string(r->row.token))) {
		json_decref(body);
		return ERR_NO_MEMORY;
	}
	return json_answer(r, 200, body);
}

enum err
api_logout_decode(struct req *r)
{
	enum err err = query_flag(r, "all", &r->in.all);

	if (err != ERR_OK)
		return err;
	return r->out.errors_len > 0 ? ERR_INVALID : ERR_OK;
}

static json_t *
moment(int64_t unix_s)
{
	char text[CIVIL_MOMENT_TEXT];

	civil_moment_format(civil_moment_of_unix(unix_s), text);
	return json_sprintf("%sZ", text);
}

static json_t *
session(const struct session_row *s)
{
	json_t *object = json_object();

	if (json_set(object, "id", json_integer(s->id)) &&
	    json_set(object, "created_at", json_of_span(s->created_at)) &&
	    json_set(object, "last_seen_at",
		s->seen_s ? moment(s->seen_s) : json_null()) &&
	    json_set(object, "expires_at", moment(s->expires_s)) &&
	    json_set(object, "address", json_of_span(s->address)) &&
	    json_set(object, "user_agent", json_of_span(s->agent)) &&
	    json_set(object, "is_current", json_boolean(s->is_current)))
		return object;
	json_decref(object);
	return NULL;
}

enum err
api_sessions_encode(struct req *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->row.sessions_len; i++) {
		if (json_array_append_new(list, session(&r->row.sessions[i])) <
		    0) {
			json_decref(list);
			return ERR_NO_MEMORY;
		}
	}
	return json_answer(r, 200, list);
}
