#include "worker/api/summary.h"

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
		    list, json_pack("{s:o, s:I}", "file", json_of_span(name),
			      "offset", (json_int_t)s->places[i].offset));
	}
	return list;
}

void
summary_put(json_t *o, const struct parse_summary *s)
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
