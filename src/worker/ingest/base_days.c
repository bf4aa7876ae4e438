/* Days of the base: of segments of their own, or cut out of their month's. */
#include "worker/ingest/base.h"

#include "common/base/civil.h"
#include "common/shoplog/answer/month.h"
#include "worker/store/segments/date_field.h"
#include "worker/store/segments/segment_read.h"

/* Segments that are to be read. */
struct wanted {
	struct span *ids;
	struct day_segment *segments; /* `day` is the first of it */
	bool *are_months;
	size_t len;
	int32_t *in_months; /* days that are wanted of months, ascending */
	size_t in_months_len;
};

static enum err
wanted_init(struct wanted *w, size_t days, struct arena *a)
{
	size_t room = days + 1;

	*w = (struct wanted){
		.ids = arena_alloc(a, room * sizeof(*w->ids)),
		.segments = arena_alloc(a, room * sizeof(*w->segments)),
		.are_months = arena_alloc(a, room * sizeof(*w->are_months)),
		.in_months = arena_alloc(a, room * sizeof(*w->in_months)),
	};
	return w->ids && w->segments && w->are_months && w->in_months
		   ? ERR_OK
		   : ERR_NO_MEMORY;
}

static void
want(struct wanted *w, struct span id, int32_t day, bool is_month)
{
	w->ids[w->len] = id;
	w->segments[w->len].day = day;
	w->are_months[w->len++] = is_month;
}

/* The days of one month follow each other, so it is wanted once. */
static void
want_of_month(struct wanted *w, struct span id, int32_t day)
{
	int32_t first = civil_month_begin(day);
	size_t before = w->in_months_len;

	if (before == 0 || civil_month_begin(w->in_months[before - 1]) != first)
		want(w, id, first, true);
	w->in_months[w->in_months_len++] = day;
}

/* A day of its own takes precedence over its month's. */
static void
want_days(struct wanted *w, const struct record *checkpoint,
    const int32_t *days, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char day[DATE_FIELD_SIZE], month[DATE_FIELD_SIZE];
		struct span id;

		date_field_of_day(days[i], day);
		date_field_of_month(days[i], month);
		id = record_get(checkpoint, day);
		if (id.len > 0) {
			want(w, id, days[i], false);
			continue;
		}
		id = record_get(checkpoint, month);
		if (id.len > 0)
			want_of_month(w, id, days[i]);
	}
}

static enum err
restore(struct base *base, const struct day_segment *day, struct tally *t)
{
	return day_restore(t, day, &base->days[base->days_len++]);
}

/* Months come in order, as the days do that are wanted of them: *at moves up. */
static enum err
restore_month(struct base *base, const struct wanted *w, size_t *at,
    const struct day_segment *month, struct arena *a, struct tally *t)
{
	struct day_segment days[MONTH_DAYS];
	size_t len;
	enum err e = month_split(month, a, days, &len);

	for (size_t i = 0; e == ERR_OK && i < len; i++) {
		while (
		    *at < w->in_months_len && w->in_months[*at] < days[i].day)
			(*at)++;
		if (*at < w->in_months_len && w->in_months[*at] == days[i].day)
			e = restore(base, &days[i], t);
	}
	return e;
}

enum err
base_days(struct bulk *b, struct base *base, const int32_t *days, size_t len,
    struct arena *a, struct tally *t)
{
	struct wanted w;
	size_t at = 0;
	enum err e = wanted_init(&w, len, a);

	base->days = arena_alloc(a, (len + 1) * sizeof(*base->days));
	base->days_len = 0;
	if (e != ERR_OK || !base->days)
		return ERR_NO_MEMORY;
	want_days(&w, &base->checkpoint, days, len);
	e = segment_days(b, w.ids, w.len, a, w.segments);
	for (size_t i = 0; e == ERR_OK && i < w.len; i++)
		e = w.are_months[i]
			? restore_month(base, &w, &at, &w.segments[i], a, t)
			: restore(base, &w.segments[i], t);
	return e;
}
