/* GET /live, GET /ready, and the greeting. */
#include "worker/service/health.h"
#include "worker/context.h"
#include "worker/store/redis/query.h"

enum req_state
service_hello(struct req *r)
{
	return req_done(r);
}

/* The decoder has checked the body; the encoder gives it back. */
enum req_state
service_echo(struct req *r)
{
	return req_done(r);
}

enum req_state
service_live(struct req *r)
{
	return req_done(r);
}

enum req_state
service_ready(struct req *r)
{
	if (r->worker->is_draining)
		return req_fail(r, ERR_DRAINING);
	return store_ping(r, req_done);
}
