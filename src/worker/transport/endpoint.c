/*	endpoint_admit    find the route; wait, or be refused, when too many
 *	                  requests run already
 *	check_session     in the store
 *	permit            ask whether this user may
 *
 *	endpoint_confirm  the body has come: is the token still good?
 *
 *	endpoint_serve    refuse what would find no place to hash its password
 *	                  decode
 *	                  do the work: the route's own steps
 */
#include "worker/transport/endpoint.h"

#include "worker/context.h"
#include "worker/service/session.h"
#include "worker/transport/server.h"

static req_step check_session, permit;

enum req_state
endpoint_admit(struct req *r)
{
	struct server *server = r->worker->server;
	enum err e;

	service_session_prefetch(r);
	e = route_find(server->routes, r);
	if (e != ERR_OK)
		return req_fail(r, e);
	/* What neither asks for a session nor reads anything waits for nobody. */
	if (r->route->session || r->route->decode)
		return admission_ask(&server->admission, r,
		    intake_is_behind(&server->intake), check_session);
	return permit(r);
}

static enum req_state
check_session(struct req *r)
{
	return r->route->session ? service_session(r, r->route->early, permit)
				 : permit(r);
}

static enum req_state
permit(struct req *r)
{
	enum err e = r->route->permit ? r->route->permit(r) : ERR_OK;

	if (r->route->session)
		service_session_note(r);
	return e == ERR_OK ? req_done(r) : req_fail(r, e);
}

enum req_state
endpoint_confirm(struct req *r)
{
	return r->route->session ? service_session(r, NULL, endpoint_serve)
				 : endpoint_serve(r);
}

/* What has no ETag is none of those that If-Match names (RFC 9110, 13.1.1); who asks
 * for OPTIONS means none (13.2.1). */
static bool
matches_untagged(const struct req *r)
{
	return r->if_match.len == 0 || r->method == METHOD_OPTIONS ||
	       span_is_equal(r->if_match, span_text("*"));
}

/* Nothing that can be changed has an ETag. */
static bool
may_be_done(const struct req *r)
{
	return r->method == METHOD_GET || r->method == METHOD_HEAD ||
	       matches_untagged(r);
}

static enum err
encode(struct req *r)
{
	enum err e = r->route->encode(r);

	return e != ERR_OK || r->out.etag != NULL || matches_untagged(r)
		   ? e
		   : ERR_PRECONDITION;
}

enum req_state
endpoint_serve(struct req *r)
{
	enum err e;

	if (r->route->hashes && !req_may_offload(r))
		return req_fail(r, ERR_OVERLOAD);
	e = r->route->decode ? r->route->decode(r) : ERR_OK;
	if (e == ERR_OK && !may_be_done(r))
		e = ERR_PRECONDITION;
	return e == ERR_OK ? r->route->serve(r) : req_fail(r, e);
}

void
endpoint_encode(const struct routes *table, struct req *r)
{
	if (r->out.err == ERR_OK) {
		enum err e = encode(r);

		if (e == ERR_OK)
			return;
		r->out.etag = r->out.location = r->out.link = NULL;
		r->out.preference_applied = NULL;
		r->out.is_stream = false;
		r->out.more = NULL;
		if (req_fail(r, e) != REQ_DONE)
			return;
	}
	(void)table->encode_error(r);
}
