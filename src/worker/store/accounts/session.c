/* {user:<id>}:session:<digest>, a hash each that expires by itself,
 * {user:<id>}:sessions, the digests by expiry, and {user:<id>}:seen, when each
 * was used last. */
#include "worker/store/accounts/session.h"
#include "common/base/config.h"
#include "worker/context.h"
#include "worker/store/copies/copies.h"
#include "worker/store/redis/query.h"

#include <hiredis/hiredis.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SESSIONS_MAX = 100 }; /* of a user; the oldest make room */

#define USER "{user:%" PRId64 "}"
#define KEYS USER " " USER ":sessions " USER ":seen"

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

static enum err
on_closed_id(struct req *r, const redisReply *reply, void *out)
{
	copies_revoke_user(r->worker, r->session.user_id);
	return store_decode_text(r, reply, out);
}

enum req_state
store_session_open(
    struct req *r, const struct session *s, bool *is_open, req_step *next)
{
	return store_script(r, on_open, is_open, next, SCRIPT_SESSION_OPEN, 4,
	    KEYS " " USER ":session:%s %b %b %s %" PRId64 " %b %b %b %d",
	    s->user_id, s->user_id, s->user_id, s->user_id, s->digest,
	    s->checked.data, s->checked.len, s->renewed.data, s->renewed.len,
	    s->digest, s->ttl_s, s->created.data, s->created.len,
	    s->address.data, s->address.len, s->agent.data, s->agent.len,
	    (int)SESSIONS_MAX);
}

/* NULL: it is not remembered, or over. */
static struct session_copy *
find(struct worker *w, const uint8_t tag[TOKEN_TAG_SIZE])
{
	struct session_copy *copy = copies_find_session(w->copies, tag);

	return copy && uv_now(w->loop) < copy->ends_ms ? copy : NULL;
}

bool
store_session_recall(struct req *r, int64_t minute)
{
	struct session_copy *copy = NULL;

	if (r->session.is_tagged)
		copy = find(r->worker, r->session.tag);
	if (!copy)
		return false;
	r->session.is_noted = copy->minute == minute;
	copy->minute = minute;
	r->session.user_id = copy->user_id;
	return true;
}

bool
store_session_is_at_hand(
    struct worker *w, const uint8_t tag[TOKEN_TAG_SIZE], int64_t minute)
{
	const struct session_copy *copy = find(w, tag);

	return copy && copy->minute == minute;
}

/* A read whose answer is kept. */
struct keeping {
	uint64_t stamp;
	uint64_t asked_ms; /* uv_now() */
	int64_t *left_ms;
};

static enum err
on_session(struct req *r, const redisReply *reply, void *out)
{
	const struct keeping *k = out;
	enum err err = store_decode_number(r, reply, k->left_ms);
	struct session_copy copy = { .user_id = r->session.user_id,
		.stamp = k->stamp };

	if (err != ERR_OK || *k->left_ms <= 0)
		return err;
	copy.ends_ms = k->asked_ms + (uint64_t)*k->left_ms;
	copies_keep_session(r->worker->copies, r->session.tag, &copy);
	return err;
}

enum { KEY_MAX = 96 }; /* of a session */

static size_t
put_text(char *to, size_t at, const char *text, size_t len)
{
	memcpy(to + at, text, len);
	return at + len;
}

/* "{user:42}:session:<digest>". Returns its length. */
static size_t
session_key(char out[KEY_MAX], int64_t user_id, const char *digest)
{
	char room[SPAN_U64_ROOM];
	struct span digits = span_of_u64((uint64_t)user_id, room);
	size_t at = put_text(out, 0, "{user:", 6);

	at = put_text(out, at, digits.data, digits.len);
	at = put_text(out, at, "}:session:", 10);
	return put_text(out, at, digest, strnlen(digest, DIGEST_TEXT - 1));
}

enum req_state
store_session_read(struct req *r, int64_t *left_ms, req_step *next)
{
	char key[KEY_MAX];
	const char *const words[] = { "PTTL", key };
	const size_t lens[] = { 4,
		session_key(key, r->session.user_id, r->session.digest) };
	uint64_t stamp;
	struct keeping *k;

	if (!r->session.is_tagged ||
	    !copies_note_user(r->worker->copies, r->session.user_id, &stamp))
		return store_send_words(r, store_decode_number, left_ms, next,
		    false, 2, words, lens);
	k = arena_alloc(&r->arena, sizeof(*k));
	if (!k)
		return req_fail(r, ERR_NO_MEMORY);
	*k = (struct keeping){ stamp, uv_now(r->worker->loop), left_ms };
	return store_send_words(r, on_session, k, next, true, 2, words, lens);
}

enum req_state
store_session_close(
    struct req *r, int64_t user_id, const char *digest, req_step *next)
{
	return store_script(r, on_closed, NULL, next, SCRIPT_SESSION_CLOSE, 3,
	    USER ":sessions " USER ":seen " USER ":session:%s %s", user_id,
	    user_id, user_id, digest, digest);
}

enum req_state
store_session_close_all(struct req *r, int64_t user_id, req_step *next)
{
	return store_script(r, on_closed, NULL, next, SCRIPT_SESSION_CLOSE_ALL,
	    3, KEYS, user_id, user_id, user_id);
}

enum req_state
store_session_close_id(struct req *r, int64_t user_id, int64_t id,
    struct span *digest, req_step *next)
{
	return store_script(r, on_closed_id, digest, next,
	    SCRIPT_SESSION_CLOSE_ID, 3, KEYS " %" PRId64, user_id, user_id,
	    user_id, id);
}

/* {digest, id, created, expires, address, agent, seen} */
static enum err
decode_row(struct req *r, const redisReply *reply, struct session_row *row)
{
	struct span digest;
	enum err err;

	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 7)
		return ERR_CORRUPT;
	err = store_decode_text(r, reply->element[0], &digest);
	if (err == ERR_OK)
		err = store_decode_number(r, reply->element[1], &row->id);
	if (err == ERR_OK)
		err = store_decode_text(r, reply->element[2], &row->created_at);
	if (err == ERR_OK)
		err =
		    store_decode_number(r, reply->element[3], &row->expires_s);
	if (err == ERR_OK)
		err = store_decode_text(r, reply->element[4], &row->address);
	if (err == ERR_OK)
		err = store_decode_text(r, reply->element[5], &row->agent);
	if (err == ERR_OK)
		err = store_decode_number(r, reply->element[6], &row->seen_s);
	if (err == ERR_OK)
		row->is_current =
		    span_is_equal(digest, span_text(r->session.digest));
	return err;
}

static enum err
decode_list(struct req *r, const redisReply *reply, void *out)
{
	enum err err = ERR_OK;

	(void)out;
	if (reply->type != REDIS_REPLY_ARRAY)
		return ERR_CORRUPT;
	r->row.sessions = arena_alloc(
	    &r->arena, (reply->elements + 1) * sizeof(r->row.sessions[0]));
	if (!r->row.sessions)
		return ERR_NO_MEMORY;
	r->row.sessions_len = reply->elements;
	for (size_t i = 0; i < reply->elements && err == ERR_OK; i++)
		err = decode_row(r, reply->element[i], &r->row.sessions[i]);
	return err;
}

enum req_state
store_session_list(struct req *r, int64_t user_id, req_step *next)
{
	return store_script(r, decode_list, NULL, next, SCRIPT_SESSION_LIST, 3,
	    KEYS, user_id, user_id, user_id);
}

static void
on_noted(enum err err, const redisReply *reply, void *arg)
{
	(void)err;
	(void)reply;
	(void)arg;
}

void
store_session_note(struct worker *w, int64_t user_id, const char *digest)
{
	char sessions[64], seen[64];
	const char *argv[] = { sessions, seen, digest };
	enum err err;

	snprintf(sessions, sizeof(sessions), USER ":sessions", user_id);
	snprintf(seen, sizeof(seen), USER ":seen", user_id);
	err = redis_script(w->redis, on_noted, NULL,
	    w->setup->config->redis_timeout_ms, SCRIPT_SESSION_SEEN, 2, 3, argv,
	    NULL);
	(void)err;
}
