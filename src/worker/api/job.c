/* /parse/{job} and its events (HTML Living Standard, 9.2). */
#include "worker/api/job.h"

#include "worker/api/json_text.h"
#include "worker/api/summary.h"

#include <inttypes.h>
#include <string.h>

enum err
api_job_decode(struct req *r)
{
	uint64_t number;

	if (r->path_name.len == 0 || r->path_name.data[0] == '0' ||
	    !span_to_u64(r->path_name, &number) || number > INT64_MAX)
		return ERR_NO_JOB;
	r->in.job = (int64_t)number;
	return ERR_OK;
}

enum err
api_job_events_decode(struct req *r)
{
	if (!span_to_u64(r->last_event_id, &r->in.seen))
		r->in.seen = 0;
	return api_job_decode(r);
}

static json_t *
text_or_null(struct span s)
{
	return s.len > 0 ? json_of_span(s) : json_null();
}

/* Nobody knows how many lines there are before the last is read: what has been
 * read says how long they are. */
static json_t *
lines_total(const struct job_row *job)
{
	double lines = (double)job->lines_done;

	if (job->state == JOB_DONE || job->bytes_done >= job->bytes_total)
		return json_of_number(job->lines_done);
	if (job->bytes_done == 0)
		return json_null();
	return json_of_number((uint64_t)(lines * (double)job->bytes_total /
					 (double)job->bytes_done));
}

static json_t *
seconds_left(const struct job_row *job, double speed)
{
	uint64_t left = 0;

	if (job->bytes_total > job->bytes_done)
		left = job->bytes_total - job->bytes_done;
	if (job->state != JOB_RUNNING)
		return json_integer(0);
	return speed > 0 ? json_real((double)left / speed) : json_null();
}

static bool
put_progress(json_t *o, const struct job_row *job)
{
	double speed = 0;

	if (job->seconds > 0)
		speed = (double)job->bytes_done / job->seconds;
	return json_set(o, "bytes_done", json_of_number(job->bytes_done)) &&
	       json_set(o, "bytes_total", json_of_number(job->bytes_total)) &&
	       json_set(o, "lines_done", json_of_number(job->lines_done)) &&
	       json_set(o, "lines_total", lines_total(job)) &&
	       json_set(
		   o, "bytes_per_second", json_of_number((uint64_t)speed)) &&
	       json_set(o, "seconds_left", seconds_left(job, speed)) &&
	       json_set(o, "seconds", json_real(job->seconds));
}

/* NULL when memory is out. */
static json_t *
failure(const struct job_row *job)
{
	struct span words =
	    job->words.len > 0 ? job->words : span_text(err_text(job->err));
	json_t *o = json_object();

	if (json_set(o, "message", json_of_span(words)) &&
	    json_set(o, "error_code", json_integer(err_status(job->err))))
		return o;
	json_decref(o);
	return NULL;
}

/* The name of a job in its path. */
static json_t *
name(int64_t number)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%" PRId64, number);

	return json_of_span(span_of(text, (size_t)len));
}

/* What a job has when it is over. */
static bool
put_outcome(json_t *o, const struct req *r)
{
	const struct job_row *job = &r->row.job;

	if (job->state == JOB_DONE)
		return summary_put(o, &r->row.parse);
	return job->state != JOB_FAILED ||
	       (json_set(o, "error", failure(job)) &&
		   (!job->next || json_set(o, "next", name(job->next))));
}

json_t *
job_document(const struct req *r)
{
	static const char *const states[] = { [JOB_RUNNING] = "running",
		[JOB_DONE] = "done",
		[JOB_FAILED] = "failed" };
	const struct job_row *job = &r->row.job;
	json_t *o = json_object();

	if (json_set(o, "job", name(job->number)) &&
	    json_set(o, "state", json_string(states[job->state])) &&
	    json_set(o, "phase", text_or_null(job->phase)) &&
	    json_set(o, "mode", text_or_null(job->mode)) &&
	    put_progress(o, job) && put_outcome(o, r))
		return o;
	json_decref(o);
	return NULL;
}

enum err
api_job_encode(struct req *r)
{
	return json_answer(r, 200, job_document(r));
}

enum err
api_job_events_encode(struct req *r)
{
	static const char alive[] = ":\n\n";
	struct json_text text = { 0 };
	char id[40];
	int len;

	if (r->out.status == 204)
		return ERR_OK;
	if (r->row.job.number == 0) {
		json_text_put(&text, alive, sizeof(alive) - 1);
	} else {
		len = snprintf(id, sizeof(id),
		    "id: %" PRIu64 "\ndata: ", r->row.job.revision);
		json_text_put(&text, id, (size_t)len);
		json_text_take(&text, job_document(r));
		json_text_put(&text, "\n\n", 2);
	}
	return json_text_answer(&text, r, 200);
}
