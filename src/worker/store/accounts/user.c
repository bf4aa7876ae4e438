/* {user:<id>}, a hash each: one user or one being made. */
#include "worker/store/accounts/user.h"
#include "worker/store/copies/copies.h"
#include "worker/store/redis/query.h"

#include <hiredis/hiredis.h>

#include <inttypes.h>

/* A maker that needs longer has met several time-outs and given up. */
enum { MAKING_S = 15 };

#define USER "{user:%" PRId64 "}"

enum req_state
store_user_next_id(struct req *r, int64_t *id, req_step *next)
{
	return store_send(r, store_decode_number, id, next, "INCR users:next");
}

enum req_state
store_user_make(struct req *r, const struct user *u, req_step *next)
{
	return store_script(r, store_decode_nothing, NULL, next,
	    SCRIPT_USER_MAKE, 1, USER " %b %b %b %b %d", u->id, u->login.data,
	    u->login.len, u->password_hash.data, u->password_hash.len,
	    u->first_name.data, u->first_name.len, u->last_name.data,
	    u->last_name.len, (int)MAKING_S);
}

enum req_state
store_user_exists(struct req *r, int64_t id, bool *exists, req_step *next)
{
	return store_send(
	    r, store_decode_flag, exists, next, "EXISTS " USER, id);
}

enum req_state
store_user_list(struct req *r, int64_t id, req_step *next)
{
	return store_send(r, store_decode_nothing, NULL, next,
	    "ZADD users %" PRId64 " %" PRId64, id, id);
}

enum req_state
store_user_unlist(struct req *r, int64_t id, req_step *next)
{
	return store_send(
	    r, store_decode_nothing, NULL, next, "ZREM users %" PRId64, id);
}

enum req_state
store_user_activate(
    struct req *r, int64_t id, struct span now, bool *is_there, req_step *next)
{
	return store_script(r, store_decode_flag, is_there, next,
	    SCRIPT_USER_ACTIVATE, 1, USER " %b", id, now.data, now.len);
}

/* login, first_name, last_name, created_at, update_at. Without created_at it is
 * a user being made: not there yet. */
enum err
store_user_decode(struct arena *a, const redisReply *reply, struct user *u)
{
	struct span *const fields[] = { &u->login, &u->first_name,
		&u->last_name, &u->created_at, &u->update_at };
	enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };
	size_t len = 0;
	char *at;

	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != FIELDS)
		return ERR_CORRUPT;
	for (size_t i = 0; i < FIELDS; i++)
		if (reply->element[i]->type == REDIS_REPLY_STRING)
			len += (size_t)reply->element[i]->len;
		else if (reply->element[i]->type != REDIS_REPLY_NIL)
			return ERR_CORRUPT;
	at = arena_alloc(a, len);
	if (!at)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < FIELDS; i++) {
		const redisReply *text = reply->element[i];

		*fields[i] = span_of(NULL, 0);
		if (text->type == REDIS_REPLY_NIL)
			continue;
		*fields[i] = span_of(at, (size_t)text->len);
		memcpy(at, text->str, (size_t)text->len);
		at += text->len;
	}
	if (!u->created_at.data)
		u->id = 0;
	return ERR_OK;
}

static enum err
decode_user(struct req *r, const redisReply *reply, void *out)
{
	struct user *u = out;

	if (reply->type != REDIS_REPLY_NIL)
		return store_user_decode(&r->arena, reply, u);
	u->id = 0;
	return ERR_OK;
}

/* created_at, login, password; the first says whether it is there. */
static enum err
decode_owner(struct req *r, const redisReply *reply, void *out)
{
	struct user_owner *o = out;
	enum err err;

	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 3)
		return ERR_CORRUPT;
	if (reply->element[0]->type == REDIS_REPLY_NIL)
		o->id = 0;
	err = store_decode_text(r, reply->element[1], &o->login);
	if (err == ERR_OK)
		err =
		    store_decode_text(r, reply->element[2], &o->password_hash);
	return err;
}

enum req_state
store_user_owner(
    struct req *r, int64_t id, struct user_owner *out, req_step *next)
{
	out->id = id;
	return store_send(r, decode_owner, out, next,
	    "HMGET " USER " created_at login password", id);
}

enum req_state
store_user_patch(struct req *r, int64_t id, const struct user_change *c,
    struct user *out, req_step *next)
{
	out->id = id;
	return store_script(r, decode_user, out, next, SCRIPT_USER_PATCH, 1,
	    USER " %b %b %b", id, c->now.data, c->now.len, c->first_name.data,
	    c->first_name.len, c->last_name.data, c->last_name.len);
}

/* All sessions but one have ended. */
static enum err
on_password(struct req *r, const redisReply *reply, void *out)
{
	copies_revoke_user(r->worker, r->session.user_id);
	return decode_user(r, reply, out);
}

enum req_state
store_user_password(struct req *r, int64_t id, const struct user_change *c,
    const struct user_password *p, struct user *out, req_step *next)
{
	out->id = id;
	return store_script(r, on_password, out, next, SCRIPT_USER_PASSWORD, 3,
	    USER " " USER ":sessions " USER ":seen %b %b %b %b %s %s", id, id,
	    id, c->now.data, c->now.len, c->first_name.data, c->first_name.len,
	    c->last_name.data, c->last_name.len, p->checked.data,
	    p->checked.len, p->hash, p->digest);
}

/* Its sessions went with it. */
static enum err
on_deleted(struct req *r, const redisReply *reply, void *out)
{
	copies_revoke_user(r->worker, r->session.user_id);
	return store_decode_text(r, reply, out);
}

enum req_state
store_user_delete(struct req *r, int64_t id, struct span *login, req_step *next)
{
	return store_script(r, on_deleted, login, next, SCRIPT_USER_DELETE, 3,
	    USER " " USER ":sessions " USER ":seen", id, id, id);
}
