#ifndef TRAWL_WORKER_API_PARSE_H
#define TRAWL_WORKER_API_PARSE_H

#include "worker/api/json.h"
#include "worker/req.h"

/* /parse?full=true, `Prefer: respond-async`. ERR_OK, ERR_INVALID with
 * r->out.errors, or ERR_NO_MEMORY. */
enum err api_parse_decode(struct req *r);

/* What a parse that is done tells of itself, into an object. */
void parse_put_summary(json_t *o, const struct parse_summary *s);

/* r->row.parse as the document of a parse that is done: 201; of one that is not
 * waited for, its job (job.h) and where to ask for it: 202. ERR_OK or
 * ERR_NO_MEMORY. */
enum err api_parse_encode(struct req *r);

#endif
