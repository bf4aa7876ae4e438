/* Days joined to a month, field by field, and cut out of it again. What they come to
 * is what one day would be that had all their lines. */
#include "common/shoplog/answer/month.h"

#include "common/base/civil.h"
#include "common/shoplog/table/bytes.h"

#include <stdlib.h>
#include <string.h>

enum { DATE = 3, MONTH_TEXT = 7 }; /* "01 ", "2018-08" */

/* Fields that a segment of days has once, whatever its days are. */
static bool
is_label(struct span name)
{
	return span_is_equal(name, span_text("day")) ||
	       span_is_equal(name, span_text("month"));
}

/* One field of one day. */
struct line {
	struct span name, value;
	int32_t date; /* 0: of all days */
};

/* The lines of one segment behind those that there are. */
static void
add_lines(
    const struct day_segment *s, int32_t date, struct line *lines, size_t *len)
{
	for (size_t i = 0; i < s->fields_len; i++)
		if (!is_label(s->fields[i].name))
			lines[(*len)++] = (struct line){ s->fields[i].name,
				s->fields[i].value, date };
}

static int
by_name_and_date(const void *left, const void *right)
{
	const struct line *a = left, *b = right;
	int order = span_compare(a->name, b->name);

	return order ? order : (a->date > b->date) - (a->date < b->date);
}

/* The days as one, the first of the month. */
static enum err
add_up(const struct day_segment *days, size_t len, int32_t first,
    struct arena *a, struct day_segment *out)
{
	struct tally *t = tally_new(NULL);
	struct day_carts *carts = arena_alloc(a, len * sizeof(*carts));
	struct day_segment *one = NULL;
	size_t ones = 0;
	enum err e = t && carts ? ERR_OK : ERR_NO_MEMORY;

	for (size_t i = 0; e == ERR_OK && i < len; i++) {
		struct day_segment day = days[i];

		day.day = first;
		e = day_restore(t, &day, &carts[i]);
	}
	if (e == ERR_OK)
		e = day_segments(t, carts, len, a, &one, &ones);
	tally_free(t);
	if (e == ERR_OK)
		*out = one[0];
	return e;
}

static void
print_line(struct writer *w, const struct line *line)
{
	const char before[] = { (char)('0' + line->date / 10),
		(char)('0' + line->date % 10), ' ' };

	if (w->bytes.len > 0)
		writer_u8(w, '\n');
	writer_bytes(w, before, DATE);
	if (line->value.len > 0)
		writer_bytes(w, line->value.data, line->value.len);
}

/* Adds what `w` holds, which is empty afterwards. The name is copied: it may be a
 * day's that is gone before the month. */
static enum err
add_field(
    struct day_segment *s, struct arena *a, struct span name, struct writer *w)
{
	struct day_field *f = &s->fields[s->fields_len++];
	struct span value = span_of(w->bytes.data, w->bytes.len);

	f->name = span_of(arena_copy(a, name), name.len);
	f->value = span_of(arena_copy(a, value), value.len);
	w->bytes.len = 0;
	return f->name.data && f->value.data && !w->has_failed ? ERR_OK
							       : ERR_NO_MEMORY;
}

static enum err
join_lines(const struct line *lines, size_t len, struct arena *a,
    struct day_segment *out)
{
	struct writer w = { 0 };
	char text[CIVIL_DAY_TEXT];
	enum err e;

	civil_day_format(out->day, text);
	writer_bytes(&w, text, MONTH_TEXT);
	e = add_field(out, a, span_text("month"), &w);
	for (size_t i = 0; e == ERR_OK && i < len; i++) {
		print_line(&w, &lines[i]);
		if (i + 1 == len ||
		    !span_is_equal(lines[i].name, lines[i + 1].name))
			e = add_field(out, a, lines[i].name, &w);
	}
	writer_cleanup(&w);
	return e;
}

enum err
month_join(const struct day_segment *days, size_t len, struct arena *a,
    struct day_segment *out)
{
	int32_t first = civil_month_begin(days[0].day);
	struct day_segment total = { 0 };
	struct line *lines;
	size_t most, found = 0;
	enum err e = add_up(days, len, first, a, &total);

	most = total.fields_len + 1;
	for (size_t i = 0; i < len; i++)
		most += days[i].fields_len;
	*out = (struct day_segment){ .day = first };
	out->fields = arena_alloc(a, most * sizeof(*out->fields));
	lines = calloc(most, sizeof(*lines));
	if (e == ERR_OK && (!out->fields || !lines))
		e = ERR_NO_MEMORY;
	if (e == ERR_OK) {
		add_lines(&total, 0, lines, &found);
		for (size_t i = 0; i < len; i++)
			add_lines(
			    &days[i], days[i].day - first + 1, lines, &found);
		qsort(lines, found, sizeof(*lines), by_name_and_date);
		e = join_lines(lines, found, a, out);
	}
	free(lines);
	return e;
}

/* The date at the beginning of a line; -1: there is none. */
static int
date_of(struct span line)
{
	uint64_t date;

	if (line.len < DATE || line.data[DATE - 1] != ' ' ||
	    !span_to_u64(span_of(line.data, DATE - 1), &date) ||
	    date > MONTH_DAYS)
		return -1;
	return (int)date;
}

enum err
month_read(struct span value, struct month_lines *out)
{
	int before = -1;

	*out = (struct month_lines){ 0 };
	while (value.len > 0) {
		const char *end = memchr(value.data, '\n', value.len);
		size_t len = end ? (size_t)(end - value.data) : value.len;
		int date = date_of(span_of(value.data, len));
		struct span *line =
		    date > 0 ? &out->days[date - 1] : &out->total;

		/* A line behind the last one is empty, and has no date. */
		if (date <= before || len + 1 == value.len)
			return ERR_CORRUPT;
		*line = span_of(value.data + DATE, len - DATE);
		before = date;
		value.data += end ? len + 1 : len;
		value.len -= end ? len + 1 : len;
	}
	return ERR_OK;
}

/* Adds the lines of one field to the days of all dates; without room for fields
 * they are only counted. */
static enum err
split_field(const struct day_field *f, struct day_segment days[MONTH_DAYS])
{
	struct month_lines lines;

	if (is_label(f->name))
		return ERR_OK;
	if (month_read(f->value, &lines) != ERR_OK)
		return ERR_CORRUPT;
	for (int date = 0; date < MONTH_DAYS; date++) {
		struct day_segment *day = &days[date];

		if (!lines.days[date].data)
			continue;
		if (day->fields)
			day->fields[day->fields_len] =
			    (struct day_field){ f->name, lines.days[date] };
		day->fields_len++;
	}
	return ERR_OK;
}

static enum err
split_fields(const struct day_segment *month, struct arena *a,
    struct day_segment days[MONTH_DAYS])
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < month->fields_len; i++)
		e = split_field(&month->fields[i], days);
	for (int date = 0; e == ERR_OK && date < MONTH_DAYS; date++) {
		struct day_segment *day = &days[date];

		day->fields = arena_alloc(
		    a, (day->fields_len + 1) * sizeof(*day->fields));
		day->fields_len = 0;
		e = day->fields ? ERR_OK : ERR_NO_MEMORY;
	}
	for (size_t i = 0; e == ERR_OK && i < month->fields_len; i++)
		e = split_field(&month->fields[i], days);
	return e;
}

enum err
month_split(const struct day_segment *month, struct arena *a,
    struct day_segment *days, size_t *len)
{
	enum err e;

	memset(days, 0, MONTH_DAYS * sizeof(*days));
	*len = 0;
	e = split_fields(month, a, days);
	for (int32_t date = 0; e == ERR_OK && date < MONTH_DAYS; date++) {
		if (days[date].fields_len == 0)
			continue;
		days[*len] = days[date];
		days[*len].day = month->day + date;
		/* The 30th of February is the 2nd of March. */
		if (civil_month_begin(days[*len].day) != month->day)
			return ERR_CORRUPT;
		(*len)++;
	}
	return e;
}
