/* GET /report/{n}
 *
 *	service_report  which generation is current
 *	answer          its document, ready or made
 *	answered
 */
#include "worker/service/report.h"

#include "worker/context.h"
#include "worker/service/rendered.h"
#include "worker/store/segments/current.h"

static req_step answer, answered;

void
service_report_early(struct req *r)
{
	store_generation_early(r);
}

struct document *
service_report_ready(struct worker *w, int64_t n)
{
	struct span generation = store_generation_at_hand(w);

	return generation.len > 0
		   ? rendered_ready(w->rendered, generation, (int)n)
		   : NULL;
}

enum req_state
service_report(struct req *r)
{
	return store_generation(r, &r->row.parse.generation, answer);
}

static enum req_state
answer(struct req *r)
{
	if (r->row.parse.generation.len == 0)
		return req_fail(r, ERR_NOTHING_PARSED);
	return rendered_get(r->worker->rendered, r, answered);
}

static enum req_state
answered(struct req *r)
{
	return req_done(r);
}
