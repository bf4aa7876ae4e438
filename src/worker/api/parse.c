/* /parse */
#include "worker/api/parse.h"

#include "worker/api/job.h"
#include "worker/api/json.h"
#include "worker/api/prefer.h"
#include "worker/api/query.h"
#include "worker/api/summary.h"

#include <inttypes.h>

enum { CREATED = 201, ACCEPTED = 202 };

static const char ASYNC[] = "respond-async";

enum err
api_parse_decode(struct req *r)
{
	enum err e = query_flag(r, "full", &r->in.full);

	if (e != ERR_OK)
		return e;
	r->in.is_async = prefer_has(r->prefer, ASYNC);
	return r->out.errors_len ? ERR_INVALID : ERR_OK;
}

enum err
api_parse_encode(struct req *r)
{
	json_t *o;

	if (r->row.is_accepted) {
		r->out.location = arena_printf(
		    &r->arena, "/parse/%" PRId64, r->row.job.number);
		if (!r->out.location)
			return ERR_NO_MEMORY;
		if (r->in.is_async)
			r->out.preference_applied = ASYNC;
		return json_answer(r, ACCEPTED, job_document(r));
	}
	o = json_object();
	if (!summary_put(o, &r->row.parse)) {
		json_decref(o);
		return ERR_NO_MEMORY;
	}
	return json_answer(r, CREATED, o);
}
