/* The answers that are sums of days: 1 to 4 and 6. */
#include "common/shoplog/answer/answer.h"

#include "common/base/civil.h"
#include "common/shoplog/answer/ranking.h"

#include <stdlib.h>

struct span
answer_default_category(int report)
{
	switch (report) {
	case 2:
		return span_text("fresh_fish");
	case 3:
		return span_text("frozen_fish");
	case 5:
		return span_text("semi_manufactures");
	default:
		return (struct span){ 0 };
	}
}

static int
by_value(const void *a, const void *b)
{
	const struct answer_row *x = a, *y = b;

	if (x->value != y->value)
		return x->value > y->value ? -1 : 1;
	return span_compare(x->name, y->name);
}

void
ranking_sort(struct answer *out)
{
	qsort(out->ranking, out->ranking_len, sizeof(*out->ranking), by_value);
}

void
ranking_name_first(struct answer *out)
{
	ranking_sort(out);
	out->is_named = true;
	out->value = out->ranking_len ? out->ranking[0].value : 0;
}

bool
answer_set_category(struct answer *out, struct arena *a, struct span category)
{
	out->category = span_of(arena_copy(a, category), category.len);
	return out->category.data != NULL;
}

static enum err
rank_countries(
    struct answer *out, struct arena *a, const uint64_t countries[COUNTRIES])
{
	size_t len = 0;

	for (int i = 0; i < COUNTRIES; i++)
		len += i != COUNTRY_UNKNOWN && countries[i] > 0;
	if (!ranking_new(out, a, len))
		return ERR_NO_MEMORY;
	for (uint16_t i = 0; i < COUNTRIES; i++) {
		struct answer_row *row = &out->ranking[out->ranking_len];

		if (i == COUNTRY_UNKNOWN || countries[i] == 0)
			continue;
		row->name = span_text(country_name(i));
		country_code(i, row->code);
		row->value = countries[i];
		out->ranking_len++;
	}
	out->unknown = countries[COUNTRY_UNKNOWN];
	ranking_name_first(out);
	return ERR_OK;
}

enum err
answer_visitors(
    struct answer *out, struct arena *a, const uint64_t countries[COUNTRIES])
{
	*out = (struct answer){ .report = 1 };
	return rank_countries(out, a, countries);
}

enum err
answer_interest(struct answer *out, struct arena *a, struct span category,
    const uint64_t countries[COUNTRIES])
{
	*out = (struct answer){ .report = 2 };
	if (!answer_set_category(out, a, category))
		return ERR_NO_MEMORY;
	return rank_countries(out, a, countries);
}

enum err
answer_time_of_day(struct answer *out, struct arena *a, struct span category,
    const uint64_t hours[24])
{
	static const char *const parts[] = { "night", "morning", "daytime",
		"evening" };
	uint64_t sums[4] = { 0 };

	*out = (struct answer){ .report = 3 };
	if (!answer_set_category(out, a, category) || !ranking_new(out, a, 4))
		return ERR_NO_MEMORY;
	for (int i = 0; i < 24; i++) {
		out->hours[i] = hours[i];
		sums[i / 6] += hours[i];
	}
	for (int i = 0; i < 4; i++)
		if (sums[i] > 0)
			out->ranking[out->ranking_len++] =
			    (struct answer_row){ .name = span_text(parts[i]),
				    .value = sums[i] };
	ranking_name_first(out);
	return ERR_OK;
}

/* Keeps the busiest hours of those offered in order of time: an hour passes
 * only those before it that had fewer requests. */
static void
offer(struct answer *out, const struct answer_row *row)
{
	size_t i = out->ranking_len;

	if (i == BUSIEST_HOURS && out->ranking[i - 1].value >= row->value)
		return;
	if (i < BUSIEST_HOURS)
		out->ranking_len++;
	else
		i--;
	for (; i > 0 && out->ranking[i - 1].value < row->value; i--)
		out->ranking[i] = out->ranking[i - 1];
	out->ranking[i] = *row;
}

enum { HOUR_NAME = CIVIL_DAY_TEXT - 1 + 3 }; /* "2018-08-02T03" */

/* Adds the hours of one day that have requests.
 *
 * names  room for HOUR_NAME bytes an hour; returns what is left of it */
static char *
add_hours(struct answer *out, const struct day_hours *day, char *names)
{
	char date[CIVIL_DAY_TEXT];

	civil_day_format(day->day, date);
	for (int hour = 0; hour < 24; hour++) {
		struct answer_row *row = &out->series[out->series_len];

		if (day->hours[hour] == 0)
			continue;
		memcpy(names, date, CIVIL_DAY_TEXT - 1);
		names[HOUR_NAME - 3] = 'T';
		names[HOUR_NAME - 2] = (char)('0' + hour / 10);
		names[HOUR_NAME - 1] = (char)('0' + hour % 10);
		row->name = span_of(names, HOUR_NAME);
		row->value = day->hours[hour];
		names += HOUR_NAME;
		out->series_len++;
		offer(out, row);
	}
	return names;
}

enum err
answer_load(struct answer *out, struct arena *a, const struct day_hours *days,
    size_t days_len)
{
	size_t len = 0;
	char *names;

	*out = (struct answer){ .report = 4 };
	for (size_t i = 0; i < days_len; i++)
		for (int hour = 0; hour < 24; hour++)
			len += days[i].hours[hour] > 0;
	out->series = arena_alloc(a, (len + 1) * sizeof(*out->series));
	names = arena_alloc(a, len * HOUR_NAME);
	if (!out->series || !names || !ranking_new(out, a, BUSIEST_HOURS))
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < days_len; i++)
		names = add_hours(out, &days[i], names);
	out->value = out->ranking_len ? out->ranking[0].value : 0;
	return ERR_OK;
}

enum err
answer_unpaid(
    struct answer *out, struct arena *a, uint64_t begun, uint64_t paid)
{
	uint64_t unpaid = begun > paid ? begun - paid : 0;

	*out = (struct answer){ .report = 6, .value = unpaid };
	if (!ranking_new(out, a, 2))
		return ERR_NO_MEMORY;
	out->ranking[0].name = span_text("unpaid");
	out->ranking[0].value = unpaid;
	out->ranking[1].name = span_text("paid");
	out->ranking[1].value = paid;
	out->ranking_len = 2;
	ranking_sort(out);
	return ERR_OK;
}
