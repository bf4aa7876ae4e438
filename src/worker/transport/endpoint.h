#ifndef TRAWL_WORKER_TRANSPORT_ENDPOINT_H
#define TRAWL_WORKER_TRANSPORT_ENDPOINT_H

#include "worker/transport/route.h"

/* The steps that all routes share, around the columns of their rows. Between
 * the two chains the connection reads the body: what is refused by path, token
 * or owner is refused without it. */

/* 404, 405, 401, 403; req_done: the request may be read and served. */
req_step endpoint_admit;

/* Instead of endpoint_serve, when the body was waited for: whoever held it back may
 * have been logged out meanwhile. 401, else all that endpoint_serve does. */
req_step endpoint_confirm;

/* 415, 400, 412, 429, the work. */
req_step endpoint_serve;

/* Writes the answer, or the error, into r->out.body. */
void endpoint_encode(const struct routes *table, struct req *r);

#endif
