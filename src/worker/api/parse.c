/* /parse */
#include "worker/api/parse.h"

#include "worker/api/job.h"
#include "worker/api/json.h"
#include "worker/api/query.h"

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

/* Names of files are bytes; what is no UTF-8 in them is shown as U+FFFD. */
static json_t *
json_of_name(struct span name)
{
	json_t *text = json_of_span(name);

	return text ? text : json_string("\xEF\xBF\xBD");
}

static json_t *
places(const struct parse_summary *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->places_len; i++) {
		uint32_t file = s->places[i].file;
		struct span name = { "", 0 };

		if (file < s->files_len)
			name = s->files[file];
		json_array_append_new(
		    list, json_pack("{s:o, s:I}", "file", json_of_name(name),
			      "offset", (json_int_t)s->places[i].offset));
	}
	return list;
}

void
parse_put_summary(json_t *o, const struct parse_summary *s)
{
	json_object_set_new(
	    o, "log_parsing_status", json_string("added to the database"));
	json_object_set_new(o, "job", json_of_span(s->job));
	json_object_set_new(o, "files", json_integer((json_int_t)s->files_len));
	json_object_set_new(o, "lines", json_integer((json_int_t)s->lines));
	json_object_set_new(o, "bytes", json_integer((json_int_t)s->bytes));
	json_object_set_new(
	    o, "malformed", json_integer((json_int_t)s->malformed));
	json_object_set_new(o, "malformed_at", places(s));
	json_object_set_new(o, "other", json_integer((json_int_t)s->other));
	json_object_set_new(o, "seconds", json_real(s->seconds));
	json_object_set_new(o, "mode", json_of_span(s->mode));
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
	parse_put_summary(o, &r->row.parse);
	return json_answer(r, CREATED, o);
}
