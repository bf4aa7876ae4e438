/* The times in it are all of Redis's clock, so no host's clock matters. */
#include "worker/store/jobs/job_row.h"

#include "worker/store/jobs/generation.h"
#include "worker/store/jobs/job.h"
#include "worker/store/redis/query.h"

static enum err
copy(struct req *r, const struct record *from, struct record *to)
{
	enum err e = ERR_OK;

	record_init(to, &r->arena);
	for (size_t i = 0; e == ERR_OK && i < from->len; i++)
		e = record_add(to, from->fields[i].name, from->fields[i].value);
	return e;
}

static enum job_state
state_of(enum err outcome, bool is_over)
{
	if (!is_over)
		return JOB_RUNNING;
	return outcome == ERR_OK ? JOB_DONE : JOB_FAILED;
}

/* From its beginning to its end, or to when it was last heard of. */
static double
seconds(const struct record *record)
{
	uint64_t from = record_number(record, "started_ms");
	uint64_t to = record_number(record, "ended_ms");

	if (to == 0)
		to = record_number(record, "alive_ms");
	return to > from ? (double)(to - from) / 1000 : 0;
}

enum err
job_row_of_record(struct req *r, const struct record *record, int64_t number)
{
	struct job_row *job = &r->row.job;
	struct record own;
	bool is_over;
	enum err outcome = job_outcome(record, &is_over);
	enum err e = copy(r, record, &own);

	if (outcome == ERR_NO_JOB || e != ERR_OK)
		return outcome == ERR_NO_JOB ? outcome : e;
	*job = (struct job_row){
		.number = number ? number : (int64_t)record_number(&own, "job"),
		.state = state_of(outcome, is_over),
		.phase = record_get(&own, "phase"),
		.mode = record_get(&own, "mode"),
		.revision = record_number(&own, "revision"),
		.bytes_total = record_number(&own, "bytes_total"),
		.bytes_done = record_number(&own, "bytes_done"),
		.lines_done = record_number(&own, "lines_done"),
		.seconds = seconds(&own),
		.err = outcome,
		.words = record_get(&own, "error"),
		.next = (int64_t)record_number(&own, "next"),
	};
	if (job->state == JOB_DONE)
		e = summary_of_record(&own, &r->arena, &r->row.parse);
	r->row.parse.seconds = job->seconds;
	return e;
}

static enum err
decode(struct req *r, const struct redisReply *reply, void *out)
{
	struct record record;
	enum err e;

	(void)out;
	record_init(&record, &r->arena);
	e = record_of_reply(&record, reply);
	return e == ERR_OK ? job_row_of_record(r, &record, r->in.job) : e;
}

enum req_state
job_row_read(struct req *r, req_step *next)
{
	return store_send(r, decode, NULL, next, "HGETALL {logs}:job:%lld",
	    (long long)r->in.job);
}
