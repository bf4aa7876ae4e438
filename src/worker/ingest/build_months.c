/* Days of their own and months:
 *
 *	list    the days that have or get a segment of their own
 *	fold    those of an ended month, if they are more than a few
 *	put     the others, if they changed
 */
#include "worker/ingest/build_months.h"

#include "common/base/civil.h"
#include "common/shoplog/answer/month.h"
#include "worker/store/segments/date_field.h"
#include "worker/store/segments/segment.h"
#include "worker/store/segments/segment_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* A reader asks Redis for so many days less one beside each month, and a
	 * late line writes a month at most 31 / 8 times its own day. */
	FOLD_DAYS = 8,
};

/* A day beside the months. */
struct single {
	int32_t day;
	struct span id;                /* of the base's; empty: it has none */
	const struct day_segment *now; /* as it is to be; NULL: as it was */
};

static bool
day_is_equal(const struct day_segment *x, const struct day_segment *y)
{
	if (x->day != y->day || x->fields_len != y->fields_len)
		return false;
	for (size_t i = 0; i < x->fields_len; i++)
		if (!span_is_equal(x->fields[i].name, y->fields[i].name) ||
		    !span_is_equal(x->fields[i].value, y->fields[i].value))
			return false;
	return true;
}

/* Whether the day differs from the one in `known`, where *at moves up. */
static bool
has_changed(
    const struct day_segment *day, const struct build_days *known, size_t *at)
{
	while (*at < known->len && known->days[*at].day < day->day)
		(*at)++;
	return *at == known->len || !day_is_equal(day, &known->days[*at]);
}

/* Writes a day or a month and gives its id, which names it as the field does. */
static enum err
put_segment(const struct build *b, const struct day_segment *days,
    const char *field, bool is_tail, char id[SEGMENT_ID_SIZE])
{
	char label[DATE_FIELD_SIZE];

	snprintf(label, sizeof(label), "%s", field);
	*strchr(label, ':') = '-';
	build_segment_id(id, b, is_tail, label);
	return segment_put_day(b->bulk, id, days);
}

/* is_new  the record has no field of this day */
static enum err
put_day(const struct build *b, const struct day_segment *day, bool is_tail,
    bool is_new, struct record *out)
{
	char field[DATE_FIELD_SIZE], id[SEGMENT_ID_SIZE];
	enum err e;

	date_field_of_day(day->day, field);
	e = put_segment(b, day, field, is_tail, id);
	if (e != ERR_OK)
		return e;
	return is_new ? record_add(out, span_text(field), span_text(id))
		      : record_put_text(out, field, id);
}

enum err
build_months_tail(const struct build *b, const struct build_days *days,
    const struct build_days *known, struct record *manifest)
{
	enum err e = ERR_OK;
	size_t at = 0;

	for (size_t i = 0; e == ERR_OK && i < days->len; i++)
		if (has_changed(&days->days[i], known, &at))
			e = put_day(b, &days->days[i], true, false, manifest);
	return e;
}

static int
by_day(const void *left, const void *right)
{
	const struct single *a = left, *b = right;

	return (a->day > b->day) - (a->day < b->day);
}

/* What is known and what is new of the same day become one. */
static size_t
join_same(struct single *s, size_t len)
{
	size_t kept = 0;

	for (size_t i = 0; i < len; i++) {
		struct single *last = &s[kept ? kept - 1 : 0];

		if (kept == 0 || last->day != s[i].day) {
			s[kept++] = s[i];
			continue;
		}
		last->id = last->id.len ? last->id : s[i].id;
		last->now = last->now ? last->now : s[i].now;
	}
	return kept;
}

/* Ascending; owner the arena. */
static enum err
list_singles(const struct build *b, const struct build_days *days,
    const struct build_days *known, const struct record *checkpoint,
    struct single **out, size_t *len)
{
	struct single *s = arena_alloc(
	    b->arena, (checkpoint->len + days->len + 1) * sizeof(*s));
	size_t found = 0, at = 0;

	if (!s)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < checkpoint->len; i++) {
		const struct record_field *f = &checkpoint->fields[i];
		bool is_month;

		s[found].id = f->value;
		if (date_field_parse(f->name, &s[found].day, &is_month) &&
		    !is_month)
			found++;
	}
	for (size_t i = 0; i < days->len; i++)
		if (has_changed(&days->days[i], known, &at))
			s[found++] = (struct single){ .day = days->days[i].day,
				.now = &days->days[i] };
	qsort(s, found, sizeof(*s), by_day);
	*out = s;
	*len = join_same(s, found);
	return ERR_OK;
}

/* days[date] becomes what Redis has of the month, and of the single days that do
 * not change.
 *
 * id  of the month; empty: there is none yet */
static enum err
read_month(const struct build *b, struct span id, const struct single *s,
    size_t len, int32_t first, struct day_segment days[MONTH_DAYS])
{
	struct span ids[1 + MONTH_DAYS];
	struct day_segment read[1 + MONTH_DAYS], split[MONTH_DAYS];
	size_t reads = 0, split_len = 0;
	enum err e = ERR_OK;

	if (id.len > 0) {
		read[reads].day = first;
		ids[reads++] = id;
	}
	for (size_t i = 0; i < len; i++) {
		if (s[i].now)
			continue;
		read[reads].day = s[i].day;
		ids[reads++] = s[i].id;
	}
	if (reads > 0)
		e = segment_days(b->reader, ids, reads, b->arena, read);
	if (e == ERR_OK && id.len > 0)
		e = month_split(&read[0], b->arena, split, &split_len);
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < split_len; i++)
		days[split[i].day - first] = split[i];
	for (size_t i = id.len > 0; i < reads; i++)
		days[read[i].day - first] = read[i];
	return ERR_OK;
}

static void
forget_singles(const struct single *s, size_t len, struct record *out)
{
	for (size_t i = 0; i < len; i++) {
		char field[DATE_FIELD_SIZE];

		date_field_of_day(s[i].day, field);
		record_remove(out, field);
	}
}

/* s  single days of one month */
static enum err
fold(const struct build *b, const struct single *s, size_t len,
    struct record *out)
{
	struct day_segment days[MONTH_DAYS] = { 0 }, month;
	int32_t first = civil_month_begin(s[0].day);
	char field[DATE_FIELD_SIZE], id[SEGMENT_ID_SIZE];
	size_t kept = 0;
	enum err e;

	date_field_of_month(first, field);
	e = read_month(b, record_get(out, field), s, len, first, days);
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < len; i++)
		if (s[i].now)
			days[s[i].day - first] = *s[i].now;
	for (size_t i = 0; i < MONTH_DAYS; i++)
		if (days[i].fields_len > 0)
			days[kept++] = days[i];
	e = month_join(days, kept, b->arena, &month);
	if (e == ERR_OK)
		e = put_segment(b, &month, field, false, id);
	if (e != ERR_OK)
		return e;
	forget_singles(s, len, out);
	return record_put_text(out, field, id);
}

static enum err
put_singles(const struct build *b, const struct single *s, size_t len,
    struct record *out)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < len; i++)
		if (s[i].now)
			e = put_day(b, s[i].now, false, s[i].id.len == 0, out);
	return e;
}

enum err
build_months(const struct build *b, const struct build_days *days,
    const struct build_days *known, struct record *checkpoint)
{
	struct single *s = NULL;
	size_t len = 0, from = 0, to;
	enum err e = list_singles(b, days, known, checkpoint, &s, &len);

	for (; e == ERR_OK && from < len; from = to) {
		int32_t month = civil_month_begin(s[from].day);
		bool has_ended;

		for (to = from + 1;
		     to < len && civil_month_begin(s[to].day) == month;)
			to++;
		/* The last month has days of their own, and so is here. */
		has_ended = to < len;
		if (has_ended && to - from >= FOLD_DAYS)
			e = fold(b, s + from, to - from, checkpoint);
		else
			e = put_singles(b, s + from, to - from, checkpoint);
	}
	return e;
}
