#ifndef TRAWL_WORKER_API_NOTHING_H
#define TRAWL_WORKER_API_NOTHING_H

#include "worker/req.h"

/* 204: done, and there is nothing to show. */
enum err api_nothing_encode(struct req *r);

#endif
