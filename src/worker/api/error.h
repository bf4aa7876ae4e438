#ifndef TRAWL_WORKER_API_ERROR_H
#define TRAWL_WORKER_API_ERROR_H

#include "worker/req.h"

/* The one shape of every error, whatever layer made it:
 *
 *	{"message": "Login is busy", "error_code": 409}
 *
 * and, for a 400 of validation, "errors": {"login": ["..."], ...}. From
 * r->out.err, r->out.detail and r->out.errors; fills status and body. Always
 * leaves an answer: when memory is out, the same error without details. */
enum err api_error_encode(struct req *r);

#endif
