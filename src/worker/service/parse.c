/* GET and POST /parse
 *
 *	service_parse  start or join a parse
 *	parsed         answer with what it found
 */
#include "worker/service/parse.h"

#include "worker/context.h"
#include "worker/ingest/ingest.h"
#include "worker/store/copies.h"
#include "worker/store/generation.h"

static req_step parsed;

/* The record is the callback's; the request needs one of its own. */
static enum err
keep_summary(struct req *r, const struct record *job)
{
	struct record copy;
	enum err e = ERR_OK;

	record_init(&copy, &r->arena);
	for (size_t i = 0; e == ERR_OK && i < job->len; i++)
		e = record_add(
		    &copy, job->fields[i].name, job->fields[i].value);
	if (e == ERR_OK)
		e = summary_of_record(&copy, &r->arena, &r->row.parse);
	return e;
}

static void
on_parsed(const struct parse_outcome *outcome, void *arg)
{
	struct req *r = arg;
	enum err e = outcome->err;

	/* Who reads this answer sees the new reports, on every worker here. */
	copies_revoke_reports(r->worker);
	if (e == ERR_OK)
		e = keep_summary(r, outcome->job);
	else if (outcome->words[0])
		r->out.detail =
		    arena_copy(&r->arena, span_text(outcome->words));
	req_resume(r, e);
}

enum req_state
service_parse(struct req *r)
{
	enum err e = ingest_parse(r->worker->ingest, r->in.full, on_parsed, r);

	return e == ERR_OK ? req_wait(r, parsed) : req_fail(r, e);
}

static enum req_state
parsed(struct req *r)
{
	return req_done(r);
}
