#ifndef TRAWL_WORKER_SERVICE_PARSE_H
#define TRAWL_WORKER_SERVICE_PARSE_H

#include "worker/req.h"

/* GET and POST /parse: the log is read and the reports are new, or why not.
 * Fills r->row.parse. */
enum req_state service_parse(struct req *r);

#endif
