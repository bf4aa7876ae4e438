#ifndef TRAWL_WORKER_STORE_JOBS_JOB_ROW_H
#define TRAWL_WORKER_STORE_JOBS_JOB_ROW_H

#include "worker/req.h"
#include "worker/store/redis/record.h"

/* A job's record as people see it. */

/* Fills r->row.job and, when the job is done, r->row.parse; what it needs of the
 * record is copied. An empty record gives ERR_NO_JOB.
 *
 * number  of the job; 0: as the record says
 * Returns ERR_OK, ERR_NO_JOB, ERR_NO_MEMORY, ERR_CORRUPT. */
enum err job_row_of_record(struct req *r, const struct record *record,
    int64_t number) __attribute__((warn_unused_result));

/* Reads the job r->in.job; ERR_NO_JOB ends the request when there is none. */
enum req_state job_row_read(struct req *r, req_step *next)
    __attribute__((warn_unused_result));

#endif
