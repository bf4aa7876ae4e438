/* Days, read downward:
 *
 *	find      the days of the period, and which of them have been read
 *	read      the others
 *	keep      all that is known now
 *	sum
 */
#include "worker/service/cold_days.h"

#include "worker/service/cold_manifest.h"
#include "worker/store/log_read.h"

#include <string.h>

/* One field of days that have been read, ascending. */
struct values {
	struct kept_item item;
	int32_t *days;
	struct span *ids;
	struct span *values; /* empty: the day has not the field */
	size_t len;
};

/* Those days of the manifest that the period holds, and their values. */
struct days {
	const int32_t *days;
	const struct span *ids;
	struct span *values;
	bool *is_known;
	size_t len;
};

static enum err
pick_days(const struct cold *c, struct days *out)
{
	const struct manifest *m = c->manifest;
	size_t from = 0, to = m->days_len;

	while (from < to && !question_covers(c->question, m->days[from]))
		from++;
	while (to > from && !question_covers(c->question, m->days[to - 1]))
		to--;
	out->days = m->days + from;
	out->ids = m->ids + from;
	out->len = to - from;
	out->values = arena_alloc(c->arena, out->len * sizeof(*out->values));
	out->is_known =
	    arena_alloc(c->arena, out->len * sizeof(*out->is_known));
	return out->values && out->is_known ? ERR_OK : ERR_NO_MEMORY;
}

/* Both ascend, so they are walked side by side. Returns how many are not known. */
static size_t
find_known(struct days *d, const struct values *v)
{
	size_t missing = d->len;

	for (size_t i = 0, k = 0; v && i < d->len; i++) {
		while (k < v->len && v->days[k] < d->days[i])
			k++;
		if (k == v->len || v->days[k] != d->days[i] ||
		    !span_is_equal(v->ids[k], d->ids[i]))
			continue;
		d->values[i] = v->values[k];
		d->is_known[i] = true;
		missing--;
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
			ids[len++] = d->ids[i];
	e = log_read_days(
	    c->bulk, ids, len, span_text(field), c->arena, values);
	len = 0;
	for (size_t i = 0; e == ERR_OK && i < d->len; i++)
		if (!d->is_known[i])
			d->values[i] = values[len++];
	return e;
}

static bool
copy(struct values *v, int32_t day, struct span id, struct span value)
{
	struct arena *a = &v->item.arena;
	size_t at = v->len++;

	v->days[at] = day;
	v->ids[at] = span_of(arena_copy(a, id), id.len);
	if (value.data)
		v->values[at] = span_of(arena_copy(a, value), value.len);
	v->item.bytes += id.len + value.len + sizeof(*v->days) +
			 sizeof(*v->ids) + sizeof(*v->values);
	return v->ids[at].data && (!value.data || v->values[at].data);
}

/* What is known of the days of this manifest, the period's and others. */
static bool
fill(struct values *v, const struct manifest *m, const struct days *d,
    const struct values *before)
{
	size_t room = m->days_len, first = (size_t)(d->days - m->days);
	struct arena *a = &v->item.arena;
	bool ok = true;

	v->days = arena_alloc(a, room * sizeof(*v->days));
	v->ids = arena_alloc(a, room * sizeof(*v->ids));
	v->values = arena_alloc(a, room * sizeof(*v->values));
	if (!v->days || !v->ids || !v->values)
		return false;
	for (size_t i = 0, k = 0; ok && i < m->days_len; i++) {
		if (i >= first && i - first < d->len) {
			ok = copy(
			    v, m->days[i], m->ids[i], d->values[i - first]);
			continue;
		}
		while (
		    before && k < before->len && before->days[k] < m->days[i])
			k++;
		if (before && k < before->len &&
		    before->days[k] == m->days[i] &&
		    span_is_equal(before->ids[k], m->ids[i]))
			ok = copy(v, m->days[i], m->ids[i], before->values[k]);
	}
	return ok;
}

/* Without memory for it nothing is kept. */
static void
keep(const struct cold *c, struct span name, const struct days *d,
    const struct values *before)
{
	struct values *v = kept_item_new(name, sizeof(*v));

	if (!v)
		return;
	if (fill(v, c->manifest, d, before))
		kept_put(c->kept, &v->item);
	kept_release(c->kept, &v->item);
}

static enum err
sum(const struct cold *c, const struct days *d, struct answer *out)
{
	struct question_sum sum;
	enum err e = question_sum_init(&sum, c->question, c->arena, d->len);

	for (size_t i = 0; e == ERR_OK && i < d->len; i++)
		if (d->values[i].data)
			e = question_sum_add(&sum, d->days[i], d->values[i]);
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
	known = kept_hold(c->kept, name);
	missing = find_known(&d, known);
	if (missing > 0) {
		e = read_missing(c, field, &d, missing);
		if (e == ERR_OK)
			keep(c, name, &d, known);
	}
	if (e == ERR_OK)
		e = sum(c, &d, out);
	if (known)
		kept_release(c->kept, &known->item);
	return e;
}
