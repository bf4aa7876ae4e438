#ifndef TRAWL_WORKER_SERVICE_JOB_H
#define TRAWL_WORKER_SERVICE_JOB_H

#include "worker/req.h"

/* GET /parse/{job}: fills r->row.job, and r->row.parse when it is done. */
enum req_state service_job(struct req *r);

/* GET /parse/{job}/events: the same, again whenever the job has moved on, in
 * pieces that end with the job. A piece without a job (number 0) is a sign of
 * life; status 204 says that the client has the last one already. */
enum req_state service_job_events(struct req *r);

#endif
