/* POST /user, PATCH /user/{id}, GET /user/all. */
#include "worker/api/user.h"
#include "worker/api/json.h"
#include "worker/api/json_text.h"
#include "worker/api/query.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LIMIT_DEFAULT = 100, LIMIT_MAX = 1000 };

static enum err
verdict(const struct req *r)
{
	return r->out.errors_len > 0 ? ERR_INVALID : ERR_OK;
}

enum err
api_user_decode(struct req *r)
{
	const json_t *body;
	enum err err = json_body(r, &body);

	if (err != ERR_OK)
		return err;
	json_login(r, body, "login", true, &r->in.login);
	json_password(r, body, "password", true, &r->in.password);
	json_name(r, body, "first_name", true, &r->in.first_name);
	json_name(r, body, "last_name", true, &r->in.last_name);
	return verdict(r);
}

enum err
api_user_patch_decode(struct req *r)
{
	const json_t *body;
	enum err err = json_body(r, &body);

	if (err != ERR_OK)
		return err;
	json_name(r, body, "first_name", false, &r->in.first_name);
	json_name(r, body, "last_name", false, &r->in.last_name);
	json_password(r, body, "password", false, &r->in.password);
	json_password(r, body, "current_password",
	    json_object_get(body, "password"), &r->in.current_password);
	if (r->out.errors_len == 0 && !r->in.first_name.data &&
	    !r->in.last_name.data && !r->in.password.data) {
		static const char *const fields[] = { "first_name", "last_name",
			"password" };

		for (size_t i = 0; i < 3; i++)
			req_field_error(
			    r, fields[i], "One of these is required.");
	}
	return verdict(r);
}

enum err
api_users_decode(struct req *r)
{
	bool has_limit, has_after;
	enum err err;

	r->in.limit = LIMIT_DEFAULT;
	r->in.after = 0;
	err = query_number(r, "limit", 1, LIMIT_MAX, &r->in.limit, &has_limit);
	if (err == ERR_OK)
		err = query_number(
		    r, "after", 0, INT64_MAX, &r->in.after, &has_after);
	if (err != ERR_OK)
		return err;
	r->in.is_paged = has_limit || has_after;
	return verdict(r);
}

static json_t *
user(const struct user *u)
{
	json_t *object = json_object();

	if (json_set(object, "id", json_integer(u->id)) &&
	    json_set(object, "login", json_of_span(u->login)) &&
	    json_set(object, "first_name", json_of_span(u->first_name)) &&
	    json_set(object, "last_name", json_of_span(u->last_name)) &&
	    json_set(object, "created_at", json_of_span(u->created_at)) &&
	    json_set(object, "update_at", json_of_span(u->update_at)))
		return object;
	json_decref(object);
	return NULL;
}

enum err
api_user_encode(struct req *r)
{
	return json_answer(r, 200, user(&r->row.user));
}

enum err
api_user_created_encode(struct req *r)
{
	r->out.location =
	    arena_printf(&r->arena, "/user/%" PRId64, r->row.user.id);
	if (!r->out.location)
		return ERR_NO_MEMORY;
	return json_answer(r, 201, user(&r->row.user));
}

static void
put_member(struct json_text *t, const char *name, struct span value)
{
	json_text_put(t, name, strlen(name));
	json_text_string(t, value);
}

/* As user(), without a tree: a list of all users is the one answer that is as
 * long as there are users. */
static void
put_user(struct json_text *t, const struct user *u)
{
	char id[32];
	int len = snprintf(id, sizeof(id), "{\"id\":%" PRId64, u->id);

	json_text_put(t, id, (size_t)len);
	put_member(t, ",\"login\":", u->login);
	put_member(t, ",\"first_name\":", u->first_name);
	put_member(t, ",\"last_name\":", u->last_name);
	put_member(t, ",\"created_at\":", u->created_at);
	put_member(t, ",\"update_at\":", u->update_at);
	json_text_put(t, "}", 1);
}

enum err
api_users_encode(struct req *r)
{
	struct json_text text = { 0 };

	if (!r->out.is_continued)
		json_text_put(&text, "[", 1);
	for (size_t i = 0; i < r->row.users_len; i++) {
		if (r->out.shown++ > 0)
			json_text_put(&text, ",", 1);
		put_user(&text, &r->row.users[i]);
	}
	if (!r->out.more)
		json_text_put(&text, "]", 1);
	if (r->row.has_more_users) {
		r->out.link = arena_printf(&r->arena,
		    "</user/all?limit=%" PRId64 "&after=%" PRId64
		    ">; rel=\"next\"",
		    r->in.limit, r->row.users[r->row.users_len - 1].id);
		text.is_broken = text.is_broken || !r->out.link;
	}
	return json_text_answer(&text, r, 200);
}
