/* The answer without a body. */
#include "worker/api/no_content.h"

enum err
api_no_content_encode(struct req *r)
{
	r->out.status = 204;
	r->out.body = span_of(NULL, 0);
	return ERR_OK;
}
