/* Days, read downward:
 *
 *	find      the segments of the period, and which of them have been read
 *	read      the others
 *	keep      all that is known now
 *	sum
 */
#include "worker/service/cold_days.h"

#include "common/base/civil.h"
#include "common/shoplog/answer/month.h"
#include "worker/service/cold_manifest.h"
#include "worker/store/segments/log_read.h"

#include <string.h>

/* One field of segments that have been read, in the order of a manifest. */
struct values {
	struct cold_cache_item item;
	struct manifest_days *days;
	struct span *values; /* empty: the segment has not the field */
	size_t len;
};

/* Those segments of the manifest that may have days of the period, and their
 * values. */
struct days {
	const struct manifest_days *days;
	struct span *values;
	bool *is_known;
	size_t len;
};

/* Whether days of the segment may be in the period, which is a month wide too
 * much at most. */
static bool
is_before(const struct manifest_days *d, struct period p)
{
	return d->first + (d->is_month ? MONTH_DAYS - 1 : 0) < p.from;
}

static enum err
pick_days(const struct cold *c, struct days *out)
{
	const struct manifest *m = c->manifest;
	struct period period = c->question->period;
	size_t from = 0, to = m->days_len;

	while (from < to && is_before(&m->days[from], period))
		from++;
	while (to > from && m->days[to - 1].first > period.to)
		to--;
	out->days = m->days + from;
	out->len = to - from;
	out->values = arena_alloc(c->arena, out->len * sizeof(*out->values));
	out->is_known =
	    arena_alloc(c->arena, out->len * sizeof(*out->is_known));
	return out->values && out->is_known ? ERR_OK : ERR_NO_MEMORY;
}

/* The value of a segment; NULL: it is not known. Those that are looked for come in
 * order, and *at, which begins with 0, moves up with them. */
static const struct span *
find(const struct values *v, const struct manifest_days *d, size_t *at)
{
	while (v && *at < v->len && manifest_days_compare(&v->days[*at], d) < 0)
		(*at)++;
	if (!v || *at == v->len || manifest_days_compare(&v->days[*at], d) ||
	    !span_is_equal(v->days[*at].id, d->id))
		return NULL;
	return &v->values[*at];
}

/* Returns how many are not known. */
static size_t
find_known(struct days *d, const struct values *v)
{
	size_t missing = 0, at = 0;

	for (size_t i = 0; i < d->len; i++) {
		const struct span *value = find(v, &d->days[i], &at);

		d->is_known[i] = value != NULL;
		if (value)
			d->values[i] = *value;
		missing += value == NULL;
	}
	return missing;
}

static enum err
read_missing(
    const struct cold *c, const char *field, struct days *d, size_t missing)
{
	struct span *ids = arena_alloc(c->arena, missing * sizeof(*ids));
	struct span *values = arena_alloc(c->arena, missing * sizeof(*values));
	size_t len = 0;
	enum err e;

	if (!ids || !values)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < d->len; i++)
		if (!d->is_known[i])
			ids[len++] = d->days[i].id;
	e = log_read_days(
	    c->bulk, ids, len, span_text(field), c->arena, values);
	len = 0;
	for (size_t i = 0; e == ERR_OK && i < d->len; i++)
		if (!d->is_known[i])
			d->values[i] = values[len++];
	return e;
}

static bool
copy(struct values *v, const struct manifest_days *d, struct span value)
{
	struct arena *a = &v->item.arena;
	size_t at = v->len++;

	v->days[at] = *d;
	v->days[at].id = span_of(arena_copy(a, d->id), d->id.len);
	if (value.data)
		v->values[at] = span_of(arena_copy(a, value), value.len);
	v->item.bytes +=
	    d->id.len + value.len + sizeof(*v->days) + sizeof(*v->values);
	return v->days[at].id.data && (!value.data || v->values[at].data);
}

/* What is known of the days of this manifest, the period's and others. */
static bool
fill(struct values *v, const struct manifest *m, const struct days *d,
    const struct values *before)
{
	size_t room = m->days_len, first = (size_t)(d->days - m->days), at = 0;
	struct arena *a = &v->item.arena;
	bool ok = true;

	v->days = arena_alloc(a, room * sizeof(*v->days));
	v->values = arena_alloc(a, room * sizeof(*v->values));
	if (!v->days || !v->values)
		return false;
	for (size_t i = 0; ok && i < m->days_len; i++) {
		const struct manifest_days *here = &m->days[i];
		bool is_here = i >= first && i - first < d->len;
		const struct span *value =
		    is_here ? &d->values[i - first] : find(before, here, &at);

		ok = !value || copy(v, here, *value);
	}
	return ok;
}

/* Without memory for it nothing is kept. */
static void
keep(const struct cold *c, struct span name, const struct days *d,
    const struct values *before)
{
	struct values *v = cold_cache_item_new(name, sizeof(*v));

	if (!v)
		return;
	if (fill(v, c->manifest, d, before))
		cold_cache_put(c->cache, &v->item);
	cold_cache_release(c->cache, &v->item);
}

/* The days of one month, as far as they have been seen: what a day of its own says
 * comes in the place of what the month says of it. */
struct month {
	int32_t first;
	struct month_lines lines;
	bool has_total; /* it is what the days are */
};

/* Whether the period holds all days of the month that there are. */
static bool
is_whole(const struct question *q, const struct month *m)
{
	int32_t from = 0, to = MONTH_DAYS;

	while (from < to && !m->lines.days[from].data)
		from++;
	while (to > from && !m->lines.days[to - 1].data)
		to--;
	return from < to && question_covers(q, m->first + from) &&
	       question_covers(q, m->first + to - 1);
}

static enum err
add_month(struct question_sum *sum, const struct month *m)
{
	const struct question *q = sum->question;
	const struct span *days = m->lines.days;
	enum err e = ERR_OK;

	if (m->has_total && question_takes_sums(q) && is_whole(q, m))
		return question_sum_add(sum, q->period.from, m->lines.total);
	for (int32_t i = 0; e == ERR_OK && i < MONTH_DAYS; i++)
		if (days[i].data)
			e = question_sum_add(sum, m->first + i, days[i]);
	return e;
}

static enum err
add_segment(
    struct month *m, const struct manifest_days *days, struct span value)
{
	if (!days->is_month) {
		m->lines.days[days->first - m->first] = value;
		m->has_total = false;
		return ERR_OK;
	}
	if (value.data && month_read(value, &m->lines) != ERR_OK)
		return ERR_CORRUPT;
	m->has_total = m->lines.total.data != NULL;
	return ERR_OK;
}

static enum err
add_days(struct question_sum *sum, const struct days *d)
{
	struct month m = { 0 };
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < d->len; i++) {
		int32_t first = civil_month_begin(d->days[i].first);

		if (first != m.first) {
			e = add_month(sum, &m);
			m = (struct month){ .first = first };
		}
		if (e == ERR_OK)
			e = add_segment(&m, &d->days[i], d->values[i]);
	}
	return e == ERR_OK ? add_month(sum, &m) : e;
}

static enum err
sum(const struct cold *c, const struct days *d, struct answer *out)
{
	struct question_sum sum;
	size_t most = 0;
	enum err e;

	for (size_t i = 0; i < d->len; i++)
		most += d->days[i].is_month ? MONTH_DAYS : 1;
	e = question_sum_init(&sum, c->question, c->arena, most);
	if (e == ERR_OK)
		e = add_days(&sum, d);
	return e == ERR_OK ? question_sum_answer(&sum, c->arena, out) : e;
}

enum err
cold_days(const struct cold *c, struct answer *out)
{
	const char *field = question_field(c->question, c->arena);
	struct values *known;
	struct span name;
	struct days d;
	size_t missing;
	enum err e;

	if (!field)
		return ERR_NO_MEMORY;
	name = span_text(arena_printf(c->arena, "days %s", field));
	e = name.data ? pick_days(c, &d) : ERR_NO_MEMORY;
	if (e != ERR_OK)
		return e;
	known = cold_cache_hold(c->cache, name);
	missing = find_known(&d, known);
	if (missing > 0) {
		e = read_missing(c, field, &d, missing);
		if (e == ERR_OK)
			keep(c, name, &d, known);
	}
	if (e == ERR_OK)
		e = sum(c, &d, out);
	if (known)
		cold_cache_release(c->cache, &known->item);
	return e;
}
