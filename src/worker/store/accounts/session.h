#ifndef TRAWL_WORKER_STORE_ACCOUNTS_SESSION_H
#define TRAWL_WORKER_STORE_ACCOUNTS_SESSION_H

#include "worker/req.h"

struct worker;

/* Sessions, under the digest of their token: everything of one user in one
 * slot, so that each of these is one step for Redis. */
struct session {
	int64_t user_id;
	const char *digest;
	struct span created; /* as shown */
	int64_t ttl_s;
	struct span address, agent;
	struct span checked; /* the password hash that was found right */
	struct span renewed; /* what takes its place, {NULL, 0}: nothing */
};

/* is_open  false: the user is gone, or has another password by now */
enum req_state store_session_open(struct req *r, const struct session *s,
    bool *is_open, req_step *next) __attribute__((warn_unused_result));

/* Whether this worker remembers the session of r->session.tag (copies.h), without
 * asking Redis, and it is not over: r->session is filled then, but for the digest.
 *
 * minute  now, Unix time; r->session.is_noted says whether it was recalled in
 *         this minute before */
bool store_session_recall(struct req *r, int64_t minute);

/* Whether the session of a tag (copies.h) is remembered, is not over, and was recalled
 * in this minute before: nothing has to be asked or noted for it. */
bool store_session_is_at_hand(
    struct worker *w, const uint8_t tag[TOKEN_TAG_SIZE], int64_t minute);

/* The session that r->session names, remembered from then on.
 *
 * left_ms  until its end, as Redis counts; 0 or less: there is no such session */
enum req_state store_session_read(struct req *r, int64_t *left_ms,
    req_step *next) __attribute__((warn_unused_result));

/* Fills r->row.sessions, those that expire last first. */
enum req_state store_session_list(struct req *r, int64_t user_id,
    req_step *next) __attribute__((warn_unused_result));

/* Notes that a session was used in this minute of Redis's clock; nobody waits for it,
 * and an old note is all that a failure leaves. Not in the session itself: a note
 * changes no copy. */
void store_session_note(struct worker *w, int64_t user_id, const char *digest);

/* Ends one, and all of a user. */
enum req_state store_session_close(struct req *r, int64_t user_id,
    const char *digest, req_step *next) __attribute__((warn_unused_result));
enum req_state store_session_close_all(struct req *r, int64_t user_id,
    req_step *next) __attribute__((warn_unused_result));

/* Ends the session with this number.
 *
 * digest  of the session that ended; {NULL, 0}: there is no such */
enum req_state store_session_close_id(struct req *r, int64_t user_id,
    int64_t id, struct span *digest, req_step *next)
    __attribute__((warn_unused_result));

#endif
