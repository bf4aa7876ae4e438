/* The reference's answers as JSON. */
#include "reference/json.h"

#include <stdio.h>

static json_t *
number(uint64_t value)
{
	return json_integer((json_int_t)value);
}

static json_t *
text(const char *s)
{
	return s ? json_string(s) : json_null();
}

static json_t *
rows(const struct reference_rows *all)
{
	json_t *out = json_array();

	for (size_t i = 0; i < all->len; i++) {
		const struct reference_row *row = &all->row[i];
		json_t *object = json_object();

		json_object_set_new(object, "name", text(row->name));
		if (row->code)
			json_object_set_new(object, "code", text(row->code));
		json_object_set_new(object, "value", number(row->value));
		json_array_append_new(out, object);
	}
	return out;
}

static json_t *
names(const struct reference_rows *all)
{
	json_t *out = json_array();

	for (size_t i = 0; i < all->len; i++)
		json_array_append_new(out, text(all->row[i].name));
	return out;
}

static json_t *
hours(const uint64_t hour[24])
{
	json_t *out = json_array();

	for (int i = 0; i < 24; i++)
		json_array_append_new(out, number(hour[i]));
	return out;
}

static json_t *
report(const struct reference_report *r, int n)
{
	bool is_named = n == 1 || n == 2 || n == 3 || n == 5;
	json_t *out = json_object();

	json_object_set_new(
	    out, "answer", is_named ? text(r->answer) : number(r->value));
	json_object_set_new(out, "value", number(r->value));
	json_object_set_new(out, "ranking", rows(&r->ranking));
	if (r->category)
		json_object_set_new(out, "category", text(r->category));
	if (n == 1 || n == 2)
		json_object_set_new(out, "unknown", number(r->unknown));
	if (n == 3)
		json_object_set_new(out, "hours", hours(r->hours));
	if (n == 4)
		json_object_set_new(out, "series", rows(&r->series));
	if (n == 5)
		json_object_set_new(out, "carts", number(r->carts));
	if (n == 7)
		json_object_set_new(out, "buyers", number(r->buyers));
	return out;
}

json_t *
reference_json(const struct reference *r)
{
	json_t *out = json_object(), *parse = json_object();

	json_object_set_new(parse, "lines", number(r->lines));
	json_object_set_new(parse, "malformed", number(r->malformed));
	json_object_set_new(parse, "other", number(r->other));
	json_object_set_new(parse, "from", text(r->from));
	json_object_set_new(parse, "to", text(r->to));
	json_object_set_new(parse, "categories", names(&r->categories));
	json_object_set_new(out, "parse", parse);
	for (int n = 1; n <= REFERENCE_REPORTS; n++) {
		char key[2] = { (char)('0' + n), '\0' };

		json_object_set_new(out, key, report(&r->report[n], n));
	}
	return out;
}
