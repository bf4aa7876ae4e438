#ifndef TRAWL_WORKER_SERVICE_SESSION_H
#define TRAWL_WORKER_SERVICE_SESSION_H

#include "worker/req.h"

/* Who asks. */

/* Reads the token, finds its session, fills r->session and runs `next`;
 * ERR_NO_SESSION when there is no token, or none that is good.
 *
 * early  called before the store is asked for the session, if it is: what the
 *        request will want next can come in the same round trip. NULL: nothing */
enum req_state service_session(struct req *r, void (*early)(struct req *r),
    req_step *next) __attribute__((warn_unused_result));

/* Called as early as there is a request: service_session() will not have to wait
 * then for what it looks at, which is far away with thousands of sessions. */
void service_session_prefetch(struct req *r);

/* The same for a request that is still to be read, if its header says so. */
void service_session_prefetch_next(struct worker *w, struct span authorization);

/* Whether a token names a session for which nothing has to be asked and nothing
 * noted any more: it is remembered, is not over, and was used in this minute. */
bool service_session_is_at_hand(struct worker *w, struct span token);

/* The token in the header of `r`. */
struct span service_session_token(const struct req *r);

/* The digest of the session of `r`: it is made when it is wanted, because most
 * requests, whose session is remembered, want none. */
const char *service_session_digest(struct req *r);

/* Notes that the session of `r` is used, once a minute. */
void service_session_note(struct req *r);

req_step service_login;        /* POST /user/auth: r->row.token */
req_step service_session_list; /* GET /user/auth: r->row.sessions */

/* The ends of sessions, all of them, but for those that end with a password
 * (service_password_change) or a user (service_user_delete). */
req_step service_logout; /* DELETE /user/auth: this one or, r->in.all, all */
req_step service_session_end; /* DELETE /user/auth/{id} */

#endif
