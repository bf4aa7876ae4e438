#ifndef TRAWL_WORKER_API_PARSE_H
#define TRAWL_WORKER_API_PARSE_H

#include "worker/req.h"

/* /parse?full=true, `Prefer: respond-async`. ERR_OK, ERR_INVALID with
 * r->out.errors, or ERR_NO_MEMORY. */
enum err api_parse_decode(struct req *r);

/* r->row.parse as the document of a parse that is done: 201; of one that is not
 * waited for, its job (job.h) and where to ask for it: 202. ERR_OK or
 * ERR_NO_MEMORY. */
enum err api_parse_encode(struct req *r);

#endif
