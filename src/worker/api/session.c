/* POST and DELETE /user/auth. */
#include "worker/api/session.h"
#include "worker/api/json.h"
#include "worker/api/query.h"

enum err
api_login_decode(struct req *r)
{
	const json_t *body;
	enum err err = json_body(r, &body);

	if (err != ERR_OK)
		return err;
	json_name(r, body, "login", true, &r->in.login);
	json_password(r, body, "password", true, &r->in.password);
	return r->out.errors_len > 0 ? ERR_INVALID : ERR_OK;
}

enum err
api_token_encode(struct req *r)
{
	json_t *body = json_object();

	if (json_object_set_new(
		body, "Authorization", json_string(r->row.token)) < 0) {
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
