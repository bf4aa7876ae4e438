#ifndef TRAWL_WORKER_API_HEALTH_H
#define TRAWL_WORKER_API_HEALTH_H

#include "worker/req.h"

/* {"status":"live"} and {"status":"ready"}; not being ready is an error of the
 * one shape. */
enum err api_live_encode(struct req *r);
enum err api_ready_encode(struct req *r);

#endif
