/* GET /parse/{job} */
#include "worker/service/job.h"

#include "worker/store/jobs/job_row.h"
#include "worker/store/segments/succession.h"

static enum req_state
answer(struct req *r)
{
	/* Who reads that it is done is not shown older reports. */
	if (r->row.job.state == JOB_DONE)
		store_reports_are_new(r->worker, r->row.parse.generation);
	return req_done(r);
}

enum req_state
service_job(struct req *r)
{
	return job_row_read(r, answer);
}
