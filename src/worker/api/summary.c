#include "worker/api/summary.h"

/* NULL when memory is out. */
static json_t *
place(const struct parse_summary *s, size_t i)
{
	uint32_t file = s->places[i].file;
	struct span name = { "", 0 };
	json_t *o = json_object();

	if (file < s->files_len)
		name = s->files[file];
	if (json_set(o, "file", json_of_span(name)) &&
	    json_set(o, "offset", json_of_number(s->places[i].offset)))
		return o;
	json_decref(o);
	return NULL;
}

static json_t *
places(const struct parse_summary *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->places_len; i++) {
		if (json_array_append_new(list, place(s, i)) < 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

bool
summary_put(json_t *o, const struct parse_summary *s)
{
	return json_set(o, "log_parsing_status",
		   json_string("added to the database")) &&
	       json_set(o, "job", json_of_span(s->job)) &&
	       json_set(o, "files", json_of_number(s->files_len)) &&
	       json_set(o, "lines", json_of_number(s->lines)) &&
	       json_set(o, "bytes", json_of_number(s->bytes)) &&
	       json_set(o, "malformed", json_of_number(s->malformed)) &&
	       json_set(o, "malformed_at", places(s)) &&
	       json_set(o, "other", json_of_number(s->other)) &&
	       json_set(o, "seconds", json_real(s->seconds)) &&
	       json_set(o, "mode", json_of_span(s->mode));
}
