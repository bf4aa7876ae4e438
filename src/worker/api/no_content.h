#ifndef TRAWL_WORKER_API_NO_CONTENT_H
#define TRAWL_WORKER_API_NO_CONTENT_H

#include "worker/req.h"

/* 204: done, and there is nothing to show. */
enum err api_no_content_encode(struct req *r);

#endif
