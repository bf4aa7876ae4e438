#ifndef TRAWL_WORKER_API_REPORT_H
#define TRAWL_WORKER_API_REPORT_H

#include "worker/req.h"

/* The number of the report (the path's), `category`, `from` and `to`. Reports
 * that are about no category ignore one. ERR_OK, ERR_BAD_PARAMETER (no such
 * report), ERR_INVALID with r->out.errors, or ERR_NO_MEMORY. */
enum err api_report_decode(struct req *r);

/* Status and ETag for the document in r->out.body: 200, or 304 without a body
 * when If-None-Match names it. ERR_OK or ERR_NO_MEMORY. */
enum err api_report_encode(struct req *r);

#endif
