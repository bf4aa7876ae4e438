/* /parse */
#include "worker/api/parse.h"

#include "worker/api/job.h"
#include "worker/api/json.h"
#include "worker/api/query.h"
#include "worker/api/summary.h"

#include <inttypes.h>

enum { CREATED = 201, ACCEPTED = 202 };

/* RFC 7240: preferences between commas, each a name and perhaps more. */
static bool
prefers_async(struct span prefer)
{
	static const char name[] = "respond-async";
	enum { NAME = sizeof(name) - 1 };

	while (prefer.len > 0) {
		const char *comma = memchr(prefer.data, ',', prefer.len);
		size_t len = comma ? (size_t)(comma - prefer.data) : prefer.len;
		struct span one = span_of(prefer.data, len);

		while (one.len && (*one.data == ' ' || *one.data == '\t'))
			one = span_of(one.data + 1, one.len - 1);
		if (one.len >= NAME && strncasecmp(one.data, name, NAME) == 0 &&
		    (one.len == NAME || strchr(" \t;", one.data[NAME])))
			return true;
		prefer.data += len + (comma != NULL);
		prefer.len -= len + (comma != NULL);
	}
	return false;
}

enum err
api_parse_decode(struct req *r)
{
	enum err e = query_flag(r, "full", &r->in.full);

	if (e != ERR_OK)
		return e;
	r->in.is_async = prefers_async(r->prefer);
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
			r->out.preference_applied = "respond-async";
		return json_answer(r, ACCEPTED, job_document(r));
	}
	o = json_object();
	summary_put(o, &r->row.parse);
	return json_answer(r, CREATED, o);
}
