/* GET and POST /parse
 *
 *	service_parse  start or join a parse
 *	parsed         until nobody here is shown other reports
 *	settled        answer with what it found, or with the job that goes on
 */
#include "worker/service/parse.h"

#include "worker/context.h"
#include "worker/ingest/ingest.h"
#include "worker/store/jobs/job_row.h"
#include "worker/store/segments/succession.h"

static req_step parsed, settled;

static void
on_parsed(const struct parse_outcome *outcome, void *arg)
{
	struct req *r = arg;
	enum err e = outcome->err;

	r->row.is_accepted = outcome->is_accepted;
	if (e == ERR_OK)
		e = job_row_of_record(r, outcome->job, outcome->number);
	else if (outcome->words[0])
		r->out.detail =
		    arena_copy(&r->arena, span_text(outcome->words));
	req_resume(r, e);
}

static bool
is_gone(void *arg)
{
	const struct req *r = arg;

	return r->conn == NULL;
}

enum req_state
service_parse(struct req *r)
{
	const struct config *config = r->worker->setup->config;
	const struct parse_wish wish = { .is_full = r->in.full,
		.wait_ms = r->in.is_async ? 0 : config->parse_wait_ms,
		.keep_s = config->job_keep_s,
		.is_gone = is_gone };
	enum err e = ingest_parse(r->worker->ingest, &wish, on_parsed, r);

	return e == ERR_OK ? req_wait_long(r, parsed) : req_fail(r, e);
}

/* Who reads this answer sees the new reports, on every worker here. */
static enum req_state
parsed(struct req *r)
{
	return store_reports_settle(r, r->row.parse.generation, settled);
}

static enum req_state
settled(struct req *r)
{
	return req_done(r);
}
