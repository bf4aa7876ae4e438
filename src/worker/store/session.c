/* {user:<id>}:session:<digest>, a hash each that expires by itself, and
 * {user:<id>}:sessions, the digests by expiry. */
#include "worker/store/session.h"
#include "worker/store/query.h"

#include <inttypes.h>

enum { SESSIONS_MAX = 100 }; /* of a user; the oldest make room */

#define USER "{user:%" PRId64 "}"

enum req_state
store_session_open(
    struct req *r, const struct session *s, bool *is_open, req_step *next)
{
	return store_script(r, store_decode_flag, is_open, next,
	    SCRIPT_SESSION_OPEN, 3,
	    USER " " USER ":sessions " USER ":session:%s %b %b %s %" PRId64
		 " %" PRId64 " %b %b %b %d",
	    s->user_id, s->user_id, s->user_id, s->digest, s->checked.data,
	    s->checked.len, s->renewed.data, s->renewed.len, s->digest,
	    s->now_s, s->expires_s, s->created.data, s->created.len,
	    s->address.data, s->address.len, s->agent.data, s->agent.len,
	    (int)SESSIONS_MAX);
}

enum req_state
store_session_read(struct req *r, int64_t user_id, const char *digest,
    int64_t *expires_s, req_step *next)
{
	return store_send(r, store_decode_number, expires_s, next,
	    "HGET " USER ":session:%s expires", user_id, digest);
}

enum req_state
store_session_close(
    struct req *r, int64_t user_id, const char *digest, req_step *next)
{
	return store_script(r, store_decode_nothing, NULL, next,
	    SCRIPT_SESSION_CLOSE, 2, USER ":sessions " USER ":session:%s %s",
	    user_id, user_id, digest, digest);
}

enum req_state
store_session_close_all(struct req *r, int64_t user_id, req_step *next)
{
	return store_script(r, store_decode_nothing, NULL, next,
	    SCRIPT_SESSION_CLOSE_ALL, 2, USER " " USER ":sessions", user_id,
	    user_id);
}
