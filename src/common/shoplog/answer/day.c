/* Days as hashes that a person can read, and what they add up to. */
#include "common/shoplog/answer/day.h"

#include "common/base/civil.h"
#include "common/shoplog/carts/columns.h"
#include "common/shoplog/table/names_order.h"
#include "common/shoplog/table/radix_sort.h"
#include "common/shoplog/tally/tally_state.h"

#include <stdlib.h>

static void
print_number(struct writer *w, const char *before, uint64_t value)
{
	writer_bytes(w, before, strlen(before));
	writer_decimal(w, value);
}

/* Adds a field, the value being all that `w` holds; `w` is empty afterwards. */
static enum err
add_field(struct day_segment *s, struct arena *a, const char *name,
    struct span category, struct writer *w)
{
	struct day_field *field = &s->fields[s->fields_len];
	size_t name_len = strlen(name);
	size_t len = name_len + (category.len ? 1 + category.len : 0);
	char *text = arena_alloc(a, len + 1);
	char *value = arena_copy(a, span_of(w->bytes.data, w->bytes.len));

	if (!text || !value || w->has_failed)
		return ERR_NO_MEMORY;
	memcpy(text, name, name_len);
	if (category.len) {
		text[name_len] = ' ';
		memcpy(text + name_len + 1, category.data, category.len);
	}
	field->name = span_of(text, len);
	field->value = span_of(value, w->bytes.len);
	s->fields_len++;
	w->bytes.len = 0;
	return ERR_OK;
}

static void
print_hours(struct writer *w, const uint64_t hours[24])
{
	for (int i = 0; i < 24; i++)
		print_number(w, i ? " " : "", hours[i]);
}

/* Rows of one country each, most first, ties by code. */
static int
by_value(const void *a, const void *b)
{
	const struct count *x = a, *y = b;
	char x_code[3], y_code[3];

	if (x->value != y->value)
		return x->value > y->value ? -1 : 1;
	country_code((uint16_t)(x->slot - COUNT_HOURS), x_code);
	country_code((uint16_t)(y->slot - COUNT_HOURS), y_code);
	return strcmp(x_code, y_code);
}

static void
print_countries(struct writer *w, struct count *rows, size_t len)
{
	if (len > 1)
		qsort(rows, len, sizeof(*rows), by_value);
	for (size_t i = 0; i < len; i++) {
		char text[8] = " ";

		country_code((uint16_t)(rows[i].slot - COUNT_HOURS), text + 1);
		text[3] = '=';
		text[4] = '\0';
		print_number(w, text + (i == 0), rows[i].value);
	}
}

/* The rows of one day and one category (or of all requests): the hours, then
 * the countries. */
struct group {
	struct count *rows;
	size_t hours_len, len;
};

static struct group
group_of(struct count *rows, size_t len)
{
	struct group g = { .rows = rows };

	while (g.len < len && counts_are_grouped(&rows[g.len], &rows[0]))
		g.hours_len += rows[g.len++].slot < COUNT_HOURS;
	return g;
}

static uint64_t
hours_of(struct group g, uint64_t hours[24])
{
	uint64_t sum = 0;

	memset(hours, 0, 24 * sizeof(*hours));
	for (size_t i = 0; i < g.hours_len; i++) {
		hours[g.rows[i].slot] = g.rows[i].value;
		sum = add_saturating(sum, g.rows[i].value);
	}
	return sum;
}

static enum err
add_totals(struct day_segment *s, struct arena *a, struct group requests,
    const struct day_carts *carts, struct writer *w)
{
	const struct span none = { 0 };
	char day[CIVIL_DAY_TEXT];
	uint64_t hours[24];
	enum err e;

	civil_day_format(s->day, day);
	writer_bytes(w, day, sizeof(day) - 1);
	e = add_field(s, a, "day", none, w);
	if (e)
		return e;
	print_number(w, "", hours_of(requests, hours));
	e = add_field(s, a, "requests", none, w);
	if (e)
		return e;
	print_hours(w, hours);
	e = add_field(s, a, "hours", none, w);
	if (e)
		return e;
	print_countries(w, requests.rows + requests.hours_len,
	    requests.len - requests.hours_len);
	e = add_field(s, a, "countries", none, w);
	if (e)
		return e;
	print_number(w, "begun=", carts->begun);
	print_number(w, " paid=", carts->paid);
	return add_field(s, a, "carts", none, w);
}

static enum err
add_category(struct day_segment *s, struct arena *a, const struct names *names,
    struct group g, struct writer *w)
{
	struct span category = names_text(names, g.rows[0].category);
	uint64_t hours[24];
	enum err e = ERR_OK;

	if (g.hours_len > 0) {
		hours_of(g, hours);
		print_hours(w, hours);
		e = add_field(s, a, "views", category, w);
	}
	if (!e && g.len > g.hours_len) {
		print_countries(w, g.rows + g.hours_len, g.len - g.hours_len);
		e = add_field(s, a, "goods", category, w);
	}
	return e;
}

/* rows  of this day only */
static enum err
build_day(struct day_segment *s, struct arena *a, const struct names *names,
    struct count *rows, size_t len, const struct day_carts *carts)
{
	struct writer w = { 0 };
	struct group g = { 0 };
	size_t at = 0, fields = 5;
	enum err e;

	if (len > 0 && rows[0].category == NAME_NONE) {
		g = group_of(rows, len);
		at = g.len;
	}
	for (size_t i = at; i < len; i++)
		fields += i == at || !counts_are_grouped(&rows[i], &rows[i - 1])
			      ? 2
			      : 0;
	s->fields = arena_alloc(a, fields * sizeof(*s->fields));
	e = s->fields ? add_totals(s, a, g, carts, &w) : ERR_NO_MEMORY;
	for (; !e && at < len; at += g.len) {
		g = group_of(rows + at, len - at);
		e = add_category(s, a, names, g, &w);
	}
	writer_cleanup(&w);
	return e;
}

static int
by_day(const void *a, const void *b)
{
	const struct day_carts *x = a, *y = b;

	return (x->day > y->day) - (x->day < y->day);
}

/* One row for every day that has counts or carts, ascending. */
static enum err
list_days(struct day_carts **out, size_t *out_len, const struct count *rows,
    size_t rows_len, const struct day_carts *carts, size_t carts_len)
{
	struct day_carts *days;
	size_t len = 0, kept = 0;

	days = calloc(rows_len + carts_len + 1, sizeof(*days));
	if (!days)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < rows_len; i++)
		if (i == 0 || rows[i].day != rows[i - 1].day)
			days[len++].day = rows[i].day;
	for (size_t i = 0; i < carts_len; i++)
		days[len++] = carts[i];
	qsort(days, len, sizeof(*days), by_day);
	for (size_t i = 0; i < len; i++) {
		struct day_carts *last = &days[kept ? kept - 1 : 0];

		if (kept == 0 || last->day != days[i].day) {
			days[kept++] = days[i];
			continue;
		}
		last->begun = add_saturating(last->begun, days[i].begun);
		last->paid = add_saturating(last->paid, days[i].paid);
	}
	*out = days;
	*out_len = kept;
	return ERR_OK;
}

static enum err
build_days(const struct tally *t, struct count *rows, size_t rows_len,
    const struct day_carts *days, size_t len, struct arena *a,
    struct day_segment **out)
{
	size_t from = 0;
	struct day_segment *segments =
	    arena_alloc(a, (len + 1) * sizeof(*segments));

	if (!segments)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < len; i++) {
		size_t to = from;
		enum err e;

		while (to < rows_len && rows[to].day == days[i].day)
			to++;
		segments[i].day = days[i].day;
		e = build_day(&segments[i], a, &t->names, rows + from,
		    to - from, &days[i]);
		if (e)
			return e;
		from = to;
	}
	*out = segments;
	return ERR_OK;
}

/* As day_segments(), of the categories that the order knows. */
static enum err
build_segments(const struct tally *t, const struct names_order *order,
    const struct day_carts *carts, size_t carts_len, struct arena *a,
    struct day_segment **out, size_t *len)
{
	struct day_carts *days = NULL;
	struct count *rows;
	size_t rows_len;
	enum err e = counts_sorted(&t->counts, order, &rows, &rows_len);

	if (e)
		return e;
	e = list_days(&days, len, rows, rows_len, carts, carts_len);
	if (!e)
		e = build_days(t, rows, rows_len, days, *len, a, out);
	free(days);
	free(rows);
	return e;
}

enum err
day_segments(const struct tally *t, const struct day_carts *carts,
    size_t carts_len, struct arena *a, struct day_segment **out, size_t *len)
{
	struct names_order order;
	enum err e = names_order_init(&order, &t->names);

	if (e)
		return e;
	counts_use_names(&t->counts, &order);
	names_order_sort(&order);
	e = build_segments(t, &order, carts, carts_len, a, out, len);
	names_order_cleanup(&order);
	return e;
}

enum err
day_segments_of(const struct tally *t, const struct span *categories,
    size_t categories_len, const struct day_carts *carts, size_t carts_len,
    struct arena *a, struct day_segment **out, size_t *len)
{
	struct names_order order;
	enum err e = names_order_init(&order, &t->names);

	if (e)
		return e;
	for (size_t i = 0; i < categories_len; i++) {
		uint32_t id = names_find_category(&t->names, categories[i]);

		if (id != NAME_NONE)
			names_order_use(&order, id);
	}
	names_order_sort(&order);
	e = build_segments(t, &order, carts, carts_len, a, out, len);
	names_order_cleanup(&order);
	return e;
}

/* One more cart of the day at the end of the rows, or in a row of its own. */
static void
add_cart(struct day_carts *rows, size_t from, size_t *len, int32_t day,
    uint64_t paid)
{
	if (*len == from || rows[*len - 1].day != day)
		rows[(*len)++] = (struct day_carts){ .day = day };
	rows[*len - 1].begun++;
	rows[*len - 1].paid += paid;
}

enum err
day_carts_of(const struct columns *c, struct day_carts **rows, size_t *len)
{
	size_t room = c->carts_len + (size_t)1, from = *len;
	struct day_carts *grown =
	    reallocarray(*rows, *len + room, sizeof(*grown));
	struct radix_row *by_day = malloc(2 * room * sizeof(*by_day));

	if (grown)
		*rows = grown;
	if (!grown || !by_day) {
		free(by_day);
		return ERR_NO_MEMORY;
	}
	for (uint32_t i = 0; i < c->carts_len; i++)
		by_day[i] = (struct radix_row){ c->named_day[i],
			c->paid_day[i] != COLUMNS_NO_DAY };
	radix_sort(by_day, by_day + room, c->carts_len);
	for (uint32_t i = 0; i < c->carts_len; i++)
		add_cart(
		    grown, from, len, (int32_t)by_day[i].key, by_day[i].value);
	free(by_day);
	return ERR_OK;
}
