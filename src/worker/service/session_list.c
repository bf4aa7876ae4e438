/* GET /user/auth, DELETE /user/auth and /user/auth/{id}: a user's sessions, and
 * the end of one or all.
 *
 * The id of a session is the number of the login that made it: its user can
 * name it, and to nobody else does it say anything. */
#include "worker/context.h"
#include "worker/service/clock.h"
#include "worker/service/seen.h"
#include "worker/service/session.h"
#include "worker/store/accounts/session.h"

void
service_session_note(struct req *r)
{
	const char *digest;

	if (r->session.is_noted)
		return;
	digest = service_session_digest(r);
	if (seen_is_first(r->worker->seen, digest, clock_minute()))
		store_session_note(r->worker, r->session.user_id, digest);
}

enum req_state
service_session_list(struct req *r)
{
	/* By it the store knows which of them asks. */
	service_session_digest(r);
	return store_session_list(r, r->session.user_id, req_done);
}

enum req_state
service_logout(struct req *r)
{
	if (r->in.all)
		return store_session_close_all(r, r->session.user_id, req_done);
	return store_session_close(
	    r, r->session.user_id, service_session_digest(r), req_done);
}

static enum req_state
ended(struct req *r)
{
	const struct span *digest = r->chain;

	return digest->data ? req_done(r) : req_fail(r, ERR_NOT_FOUND);
}

enum req_state
service_session_end(struct req *r)
{
	struct span *digest = arena_alloc(&r->arena, sizeof(*digest));

	if (!digest)
		return req_fail(r, ERR_NO_MEMORY);
	r->chain = digest;
	return store_session_close_id(
	    r, r->session.user_id, r->path_id, digest, ended);
}
