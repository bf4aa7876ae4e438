/* {user:<id>}, a hash each: one user or one being made. */
#include "worker/store/user.h"
#include "worker/store/copies.h"
#include "worker/store/query.h"

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
store_decode_user(struct req *r, const redisReply *reply, void *out)
{
	struct user *u = out;
	struct span *const fields[] = { &u->login, &u->first_name,
		&u->last_name, &u->created_at, &u->update_at };
	enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };
	enum err err = ERR_OK;

	if (reply->type == REDIS_REPLY_NIL) {
		u->id = 0;
		return ERR_OK;
	}
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != FIELDS)
		return ERR_CORRUPT;
	for (size_t i = 0; i < FIELDS && err == ERR_OK; i++)
		err = store_decode_text(r, reply->element[i], fields[i]);
	if (!u->created_at.data)
		u->id = 0;
	return err;
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
	return store_script(r, store_decode_user, out, next, SCRIPT_USER_PATCH,
	    1, USER " %b %b %b", id, c->now.data, c->now.len,
	    c->first_name.data, c->first_name.len, c->last_name.data,
	    c->last_name.len);
}

/* All sessions but one have ended. */
static enum err
on_password(struct req *r, const redisReply *reply, void *out)
{
	copies_revoke_user(r->worker, r->session.user_id);
	return store_decode_user(r, reply, out);
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
