#ifndef TRAWL_WORKER_API_JOB_H
#define TRAWL_WORKER_API_JOB_H

#include "worker/api/json.h"
#include "worker/req.h"

/* /parse/{job}: r->in.job. ERR_OK, or ERR_NO_JOB for what is no number. */
enum err api_job_decode(struct req *r);

/* The same, and Last-Event-ID; one that is none of ours counts as none. */
enum err api_job_events_decode(struct req *r);

/* r->row.job, and of one that is done r->row.parse, as a document. The caller
 * owns it; NULL when memory is out. */
json_t *job_document(const struct req *r);

/* It is the answer: 200. ERR_OK or ERR_NO_MEMORY. */
enum err api_job_encode(struct req *r);

/* It is the data of an event, with its revision as the id; without a job
 * (number 0) a comment, which is a sign of life. */
enum err api_job_events_encode(struct req *r);

#endif
