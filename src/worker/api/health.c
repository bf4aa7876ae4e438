/* GET /live and GET /ready. */
#include "worker/api/health.h"

enum err
api_live_encode(struct req *r)
{
	r->out.status = 200;
	r->out.body = span_text("{\"status\":\"live\"}");
	return ERR_OK;
}

enum err
api_ready_encode(struct req *r)
{
	r->out.status = 200;
	r->out.body = span_text("{\"status\":\"ready\"}");
	return ERR_OK;
}
