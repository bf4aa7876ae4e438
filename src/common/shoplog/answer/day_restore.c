/* A day's hash read back into a tally, so that lines of the same day can be added
 * to it. */
#include "common/shoplog/answer/day.h"

#include "common/shoplog/tally/tally_state.h"

#include <string.h>

static enum err
restore_hours(
    struct tally *t, int32_t day, uint32_t category, struct span value)
{
	uint64_t hours[COUNT_HOURS] = { 0 };
	enum err e = day_add_hours(value, hours);

	for (uint32_t i = 0; !e && i < COUNT_HOURS; i++)
		if (hours[i])
			e = counts_add(&t->counts, day, category, i, hours[i]);
	return e;
}

static enum err
restore_countries(
    struct tally *t, int32_t day, uint32_t category, struct span value)
{
	uint64_t counts[COUNTRIES] = { 0 };
	enum err e = day_add_countries(value, counts);

	for (uint32_t i = 0; !e && i < COUNTRIES; i++)
		if (counts[i])
			e = counts_add(&t->counts, day, category,
			    COUNT_HOURS + i, counts[i]);
	return e;
}

/* Whether the field is "<prefix><category>"; an empty category is none. */
static bool
is_of_category(struct span name, const char *prefix, struct span *category)
{
	size_t len = strlen(prefix);

	if (name.len <= len || memcmp(name.data, prefix, len))
		return false;
	*category = span_of(name.data + len, name.len - len);
	return true;
}

static enum err
restore_field(struct tally *t, int32_t day, const struct day_field *f,
    struct day_carts *carts)
{
	struct span category;
	uint32_t id;
	enum err e;

	if (span_is_equal(f->name, span_text("hours")))
		return restore_hours(t, day, NAME_NONE, f->value);
	if (span_is_equal(f->name, span_text("countries")))
		return restore_countries(t, day, NAME_NONE, f->value);
	if (span_is_equal(f->name, span_text("carts")))
		return day_add_carts(f->value, &carts->begun, &carts->paid);
	if (is_of_category(f->name, "views ", &category)) {
		e = names_category(&t->names, category, &id);
		return e ? e : restore_hours(t, day, id, f->value);
	}
	if (is_of_category(f->name, "goods ", &category)) {
		e = names_category(&t->names, category, &id);
		return e ? e : restore_countries(t, day, id, f->value);
	}
	return span_is_equal(f->name, span_text("day")) ||
		       span_is_equal(f->name, span_text("requests"))
		   ? ERR_OK
		   : ERR_CORRUPT;
}

enum err
day_restore(
    struct tally *t, const struct day_segment *s, struct day_carts *carts)
{
	enum err e = ERR_OK;

	*carts = (struct day_carts){ .day = s->day };
	for (size_t i = 0; !e && i < s->fields_len; i++)
		e = restore_field(t, s->day, &s->fields[i], carts);
	return e;
}
