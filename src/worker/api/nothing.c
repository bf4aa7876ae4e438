/* The answer without a body. */
#include "worker/api/nothing.h"

enum err
api_nothing_encode(struct req *r)
{
	r->out.status = 204;
	r->out.body = span_of(NULL, 0);
	return ERR_OK;
}
