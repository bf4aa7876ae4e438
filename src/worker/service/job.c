/* GET /parse/{job} */
#include "worker/service/job.h"

#include "worker/store/job_row.h"

static enum req_state
answer(struct req *r)
{
	return req_done(r);
}

enum req_state
service_job(struct req *r)
{
	return job_row_read(r, answer);
}
