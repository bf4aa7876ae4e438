/* The greeting, and the answer that is the question. */
#include "worker/api/echo.h"
#include "worker/api/json.h"

enum err
api_hello_encode(struct req *r)
{
	r->out.status = 200;
	r->out.body = span_text("{\"hello\":\"world\"}");
	return ERR_OK;
}

enum err
api_echo_decode(struct req *r)
{
	return r->body.len > 0 ? json_check(r) : ERR_OK;
}

enum err
api_echo_encode(struct req *r)
{
	r->out.status = 200;
	r->out.body = r->body.len > 0 ? r->body : span_text("{}");
	return ERR_OK;
}
