/* The seven answers as JSON, their fields in the order of API.md. */
#include "common/report/report.h"

#include "common/base/civil.h"
#include "common/report/json_value.h"
#include "common/shoplog/table/bytes.h"

#include <jansson.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct wording {
	const char *question, *unit;
};

static const struct wording wordings[REPORTS + 1] = {
	{ "", "" },
	{ "Which country do visitors come from most often?", "requests" },
	{ "Which country's visitors view goods of this category most often?",
	    "goods-page views" },
	{ "At which time of day is this category viewed most often?",
	    "category-page views" },
	{ "How many requests come in the busiest hour?", "requests" },
	{ "Which category is bought together with this one most often?",
	    "carts" },
	{ "How many carts are not paid?", "carts" },
	{ "How many users bought more than once?", "users" },
};

const char *
report_question(int report)
{
	return wordings[report].question;
}

const char *
report_unit(int report)
{
	return wordings[report].unit;
}

static json_t *
text(struct span s)
{
	return json_stringn(s.data ? s.data : "", s.len);
}

/* What comes from outside may be any bytes: the name of a file, what a service
 * answered. */
static json_t *
shown(const char *s)
{
	return json_of_span(span_text(s));
}

static json_t *
shown_or_null(const char *s)
{
	return s ? shown(s) : json_null();
}

static json_t *
moment(const struct report_source *source, int64_t moment_s)
{
	char words[CIVIL_MOMENT_TEXT];

	if (source->first_s > source->last_s)
		return json_null();
	civil_moment_format(moment_s, words);
	return json_string(words);
}

static json_t *
day(int32_t value)
{
	char words[CIVIL_DAY_TEXT];

	if (value < 0 || value > CIVIL_DAY_MAX)
		return json_null();
	civil_day_format(value, words);
	return json_string(words);
}

static json_t *
row_encode(const struct answer_row *row)
{
	json_t *object = json_object();

	if (json_set(object, "name", text(row->name)) &&
	    (!row->code[0] ||
		json_set(object, "code", json_string(row->code))) &&
	    json_set(object, "value", json_of_number(row->value)))
		return object;
	json_decref(object);
	return NULL;
}

static json_t *
rows_encode(const struct answer_row *rows, size_t len)
{
	json_t *array = json_array();

	for (size_t i = 0; i < len; i++) {
		if (json_array_append_new(array, row_encode(&rows[i]))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *
hours_encode(const uint64_t hours[24])
{
	json_t *array = json_array();

	for (int i = 0; i < 24; i++) {
		if (json_array_append_new(array, json_of_number(hours[i]))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *
files_encode(const struct report_source *source)
{
	json_t *array = json_array();

	for (size_t i = 0; i < source->files_len; i++) {
		if (json_array_append_new(array, shown(source->files[i]))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *
answer_encode(const struct answer *a)
{
	if (!a->is_named)
		return json_of_number(a->value);
	return a->ranking_len ? text(a->ranking[0].name) : json_null();
}

/* What only one or two of the reports have. */
static bool
set_own(json_t *object, const struct answer *a)
{
	switch (a->report) {
	case 1:
		return json_set(object, "unknown", json_of_number(a->unknown));
	case 2:
		return json_set(object, "category", text(a->category)) &&
		       json_set(object, "unknown", json_of_number(a->unknown));
	case 3:
		return json_set(object, "category", text(a->category)) &&
		       json_set(object, "hours", hours_encode(a->hours));
	case 5:
		return json_set(object, "category", text(a->category)) &&
		       json_set(object, "carts", json_of_number(a->carts));
	case 7:
		return json_set(object, "buyers", json_of_number(a->buyers));
	default:
		return true;
	}
}

static json_t *
period_encode(const struct period *period)
{
	json_t *object = json_object();

	if (json_set(object, "from", day(period->from)) &&
	    json_set(object, "to", day(period->to)))
		return object;
	json_decref(object);
	return NULL;
}

static json_t *
source_encode(const struct report_source *s)
{
	json_t *object = json_object();

	if (json_set(object, "job", shown_or_null(s->job)) &&
	    json_set(object, "files", files_encode(s)) &&
	    json_set(object, "lines", json_of_number(s->lines)) &&
	    json_set(object, "malformed", json_of_number(s->malformed)) &&
	    json_set(object, "from", moment(s, s->first_s)) &&
	    json_set(object, "to", moment(s, s->last_s)) &&
	    json_set(object, "parsed_at", shown_or_null(s->parsed_at)) &&
	    json_set(object, "geo", shown_or_null(s->geo)))
		return object;
	json_decref(object);
	return NULL;
}

static json_t *
head_encode(const struct answer *a)
{
	const struct wording *w = &wordings[a->report];
	json_t *object = json_object();

	if (json_set(object, "report", json_integer(a->report)) &&
	    json_set(object, "question", json_string(w->question)) &&
	    json_set(object, "answer", answer_encode(a)) &&
	    json_set(object, "unit", json_string(w->unit)) &&
	    json_set(object, "value", json_of_number(a->value)) &&
	    json_set(
		object, "ranking", rows_encode(a->ranking, a->ranking_len)) &&
	    set_own(object, a))
		return object;
	json_decref(object);
	return NULL;
}

static json_t *
tail_encode(const struct report_source *source, const struct period *period)
{
	json_t *object = json_object();

	if ((!period || json_set(object, "period", period_encode(period))) &&
	    json_set(object, "source", source_encode(source)))
		return object;
	json_decref(object);
	return NULL;
}

static int
write_json(const char *text, size_t len, void *arg)
{
	struct writer *w = arg;

	writer_bytes(w, text, len);
	return w->has_failed ? -1 : 0;
}

/* The fields of an object without its braces. Takes `object`; NULL is an
 * object that could not be made. */
static enum err
write_fields(struct writer *w, json_t *object)
{
	int status;

	if (!object)
		return ERR_INTERNAL;
	status = json_dump_callback(
	    object, write_json, w, JSON_COMPACT | JSON_EMBED);
	json_decref(object);
	return status == 0 ? ERR_OK : ERR_NO_MEMORY;
}

static void
write_text(struct writer *w, const char *words)
{
	writer_bytes(w, words, strlen(words));
}

/* Every hour of ten years is 87,600 rows: as JSON values they would take most
 * of the time of the whole report. Their names are ours and need no escapes. */
static void
write_series(struct writer *w, const struct answer *a)
{
	static const char first[] = "{\"name\":\"", next[] = ",{\"name\":\"",
			  value[] = "\",\"value\":";

	write_text(w, "\"series\":[");
	for (size_t i = 0; i < a->series_len; i++) {
		const struct answer_row *row = &a->series[i];

		if (i == 0)
			writer_bytes(w, first, sizeof(first) - 1);
		else
			writer_bytes(w, next, sizeof(next) - 1);
		writer_bytes(w, row->name.data, row->name.len);
		writer_bytes(w, value, sizeof(value) - 1);
		writer_decimal(w, row->value);
		writer_u8(w, '}');
	}
	write_text(w, "],");
}

enum err
report_encode(const struct answer *answer, const struct report_source *source,
    const struct period *period, char **json, size_t *len)
{
	struct writer w = { 0 };
	uint8_t *bytes;
	enum err e;

	if (answer->report < 1 || answer->report > REPORTS)
		return ERR_INTERNAL;
	write_text(&w, "{");
	e = write_fields(&w, head_encode(answer));
	write_text(&w, ",");
	if (answer->report == 4)
		write_series(&w, answer);
	if (e == ERR_OK)
		e = write_fields(&w, tail_encode(source, period));
	writer_bytes(&w, "}", sizeof("}"));
	if (e != ERR_OK) {
		writer_cleanup(&w);
		return e;
	}
	e = writer_give(&w, &bytes, len);
	if (e != ERR_OK)
		return e;
	*json = (char *)bytes;
	(*len)--; /* the NUL behind it */
	return ERR_OK;
}
