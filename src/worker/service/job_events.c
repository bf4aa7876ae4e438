/* GET /parse/{job}/events: an answer in pieces, one a step of the job.
 *
 *	service_job_events  watch the job
 *	on_look             news, or time for a sign of life
 *	tell                answer with it; unless it was the last: again
 *
 * The client has what it was sent before the next piece is made, so one that
 * reads slowly skips steps instead of having them pile up. */
#include "worker/service/job.h"

#include "common/base/clock.h"
#include "worker/context.h"
#include "worker/ingest/ingest.h"
#include "worker/ingest/watch.h"
#include "worker/store/jobs/job_row.h"
#include "worker/store/segments/succession.h"

static req_step tell;

/* Who waits for the next piece; in the request's arena. */
struct waiting {
	struct watch watch;
	struct req *req;
	int64_t due_ms; /* clock_ms() of the next sign of life */
};

/* Whether this is to be told. Nobody who is gone, or is to go, waits on. */
static bool
is_news(const struct waiting *w, const struct record *record)
{
	const struct req *r = w->req;

	return r->conn == NULL || r->worker->is_draining ||
	       clock_ms() >= w->due_ms ||
	       (record && (record->len == 0 ||
			      record_number(record, "revision") > r->in.seen));
}

static void
on_look(enum err e, const struct record *record, void *arg)
{
	struct waiting *w = arg;
	struct req *r = w->req;
	bool is_first = !r->out.is_continued;

	/* While Redis is away there is no news; the first piece says so. */
	if (e == ERR_DRAINING || (e != ERR_OK && is_first)) {
		watch_stop(&w->watch);
		req_resume(r, e);
		return;
	}
	if (!is_first && !is_news(w, record))
		return;
	watch_stop(&w->watch);
	if (record)
		e = job_row_of_record(r, record, r->in.job);
	else
		e = ERR_OK;
	req_resume(r, e);
}

enum req_state
service_job_events(struct req *r)
{
	struct waiting *w = arena_alloc(&r->arena, sizeof(*w));
	enum err e = ERR_NO_MEMORY;

	if (w) {
		w->req = r;
		w->due_ms =
		    clock_ms() + r->worker->setup->config->event_heartbeat_ms;
		e = watch_start(ingest_watches(r->worker->ingest), &w->watch,
		    r->in.job, on_look, w);
	}
	return e == ERR_OK ? req_wait(r, tell) : req_fail(r, e);
}

static enum req_state
tell(struct req *r)
{
	bool is_over =
	    r->row.job.number != 0 && r->row.job.state != JOB_RUNNING;
	bool is_known;

	if (r->row.job.state == JOB_DONE)
		store_reports_are_new(r->worker, r->row.parse.generation);
	/* An id that the job has not reached is none of its ids. */
	if (!r->out.is_continued && r->in.seen > r->row.job.revision)
		r->in.seen = 0;
	is_known = r->row.job.revision <= r->in.seen;
	r->out.is_stream = true;
	if (is_known)
		r->row.job.number = 0;
	else
		r->in.seen = r->row.job.revision;
	if (is_over && is_known) {
		r->out.is_stream = false;
		r->out.status = 204;
	} else if (!is_over && !r->worker->is_draining) {
		r->out.more = service_job_events;
	}
	return req_done(r);
}
