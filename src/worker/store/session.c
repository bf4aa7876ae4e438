/* {user:<id>}:session:<digest>, a hash each that expires by itself, and
 * {user:<id>}:sessions, the digests by expiry. */
#include "worker/store/session.h"
#include "worker/context.h"
#include "worker/store/copies.h"
#include "worker/store/query.h"

#include <hiredis/hiredis.h>

#include <inttypes.h>
#include <string.h>

enum { SESSIONS_MAX = 100 }; /* of a user; the oldest make room */

#define USER "{user:%" PRId64 "}"

/* The oldest sessions may have made room. */
static enum err
on_open(struct req *r, const redisReply *reply, void *out)
{
	copies_revoke_user(r->worker, r->session.user_id);
	return store_decode_flag(r, reply, out);
}

static enum err
on_closed(struct req *r, const redisReply *reply, void *out)
{
	copies_revoke_user(r->worker, r->session.user_id);
	return store_decode_nothing(r, reply, out);
}

enum req_state
store_session_open(
    struct req *r, const struct session *s, bool *is_open, req_step *next)
{
	return store_script(r, on_open, is_open, next, SCRIPT_SESSION_OPEN, 3,
	    USER " " USER ":sessions " USER ":session:%s %b %b %s %" PRId64
		 " %" PRId64 " %b %b %b %d",
	    s->user_id, s->user_id, s->user_id, s->digest, s->checked.data,
	    s->checked.len, s->renewed.data, s->renewed.len, s->digest,
	    s->now_s, s->expires_s, s->created.data, s->created.len,
	    s->address.data, s->address.len, s->agent.data, s->agent.len,
	    (int)SESSIONS_MAX);
}

bool
store_session_recall(struct req *r, struct span token, int64_t *expires_s)
{
	const struct session_copy *copy =
	    copies_find_session(r->worker->copies, token);

	if (!copy)
		return false;
	r->session.user_id = copy->user_id;
	memcpy(r->session.digest, copy->digest, DIGEST_TEXT);
	*expires_s = copy->expires_s;
	return true;
}

/* A read whose answer is kept. */
struct keeping {
	struct span token;
	struct copy_stamp stamp;
	int64_t *expires_s;
};

static enum err
on_session(struct req *r, const redisReply *reply, void *out)
{
	const struct keeping *k = out;
	enum err err = store_decode_number(r, reply, k->expires_s);
	struct session_copy copy = { .user_id = r->session.user_id,
		.expires_s = *k->expires_s,
		.stamp = k->stamp };

	memcpy(copy.digest, r->session.digest, DIGEST_TEXT);
	if (err == ERR_OK && copy.expires_s != 0)
		copies_keep_session(r->worker->copies, k->token, &copy);
	return err;
}

enum req_state
store_session_read(
    struct req *r, struct span token, int64_t *expires_s, req_step *next)
{
	static const char format[] = "HGET " USER ":session:%s expires";
	struct copy_stamp stamp;
	struct keeping *k;

	if (!copies_note_user(r->worker->copies, r->session.user_id, &stamp))
		return store_send(r, store_decode_number, expires_s, next,
		    format, r->session.user_id, r->session.digest);
	k = arena_alloc(&r->arena, sizeof(*k));
	if (!k)
		return req_fail(r, ERR_NO_MEMORY);
	*k = (struct keeping){ token, stamp, expires_s };
	return store_send_tracked(r, on_session, k, next, format,
	    r->session.user_id, r->session.digest);
}

enum req_state
store_session_close(
    struct req *r, int64_t user_id, const char *digest, req_step *next)
{
	return store_script(r, on_closed, NULL, next, SCRIPT_SESSION_CLOSE, 2,
	    USER ":sessions " USER ":session:%s %s", user_id, user_id, digest,
	    digest);
}

enum req_state
store_session_close_all(struct req *r, int64_t user_id, req_step *next)
{
	return store_script(r, on_closed, NULL, next, SCRIPT_SESSION_CLOSE_ALL,
	    2, USER " " USER ":sessions", user_id, user_id);
}
