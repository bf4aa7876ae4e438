/* The seven reports, each read off the tables of a reading. */
#include "reference/reading.h"

#include <inttypes.h>
#include <stdlib.h>

bool
reading_is_inside(const struct reference_query *q, const char *day)
{
	return (!q->from || strcmp(day, q->from) >= 0) &&
	       (!q->to || strcmp(day, q->to) <= 0);
}

static int
by_value(const void *left, const void *right)
{
	const struct reference_row *a = left, *b = right;

	if (a->value != b->value)
		return a->value > b->value ? -1 : 1;
	return strcmp(a->name, b->name);
}

static int
by_name(const void *left, const void *right)
{
	const struct reference_row *a = left, *b = right;

	return strcmp(a->name, b->name);
}

/* The entries that count something. */
static struct reference_rows
rows_of(struct arena *a, const struct table *t,
    int order(const void *, const void *))
{
	struct reference_rows rows = { 0 };

	rows.row = arena_alloc(a, (t->len + 1) * sizeof(*rows.row));
	if (!rows.row)
		abort();
	for (const struct entry *e = t->first; e; e = e->next)
		if (e->count)
			rows.row[rows.len++] =
			    (struct reference_row){ .name = e->key,
				    .value = e->count };
	qsort(rows.row, rows.len, sizeof(*rows.row), order);
	return rows;
}

/* The country rows of a table of codes, without the unknown. */
static struct reference_rows
country_rows_of(struct arena *a, struct table *t, uint64_t *unknown)
{
	struct entry *nobody = table_at(t, "??");
	struct reference_rows rows;

	*unknown = nobody->count;
	nobody->count = 0;
	rows = rows_of(a, t, by_value);
	for (size_t i = 0; i < rows.len; i++) {
		struct reference_row *row = &rows.row[i];

		row->code = row->name;
		row->name =
		    country_name(country_from_code(span_text(row->code)));
	}
	qsort(rows.row, rows.len, sizeof(*rows.row), by_value);
	return rows;
}

static void
rank(struct reference_report *report, struct reference_rows ranking)
{
	report->ranking = ranking;
	if (ranking.len) {
		report->answer = ranking.row[0].name;
		report->value = ranking.row[0].value;
	}
}

static void
report_countries(struct reading *r)
{
	struct reference_report *one = &r->out->report[1];
	struct reference_report *two = &r->out->report[2];

	rank(one, country_rows_of(r->arena, &r->countries, &one->unknown));
	rank(two, country_rows_of(r->arena, &r->interest, &two->unknown));
}

static void
report_time_of_day(struct reading *r)
{
	static const char *const parts[] = { "night", "morning", "daytime",
		"evening" };
	struct reference_report *report = &r->out->report[3];
	struct table by_part;

	table_init(&by_part, r->arena);
	for (int hour = 0; hour < 24; hour++) {
		report->hours[hour] = r->views[hour];
		table_at(&by_part, parts[hour / 6])->count += r->views[hour];
	}
	rank(report, rows_of(r->arena, &by_part, by_value));
}

static void
report_load(struct reading *r)
{
	struct reference_report *report = &r->out->report[4];

	report->series = rows_of(r->arena, &r->hours, by_name);
	rank(report, rows_of(r->arena, &r->hours, by_value));
	if (report->ranking.len > 10)
		report->ranking.len = 10;
}

/* goods id -> text: the page most voted for */
static void
elect(struct reading *r, struct table *catalogue)
{
	table_init(catalogue, r->arena);
	for (struct entry *vote = r->votes.first; vote; vote = vote->next) {
		const char *page = strchr(vote->key, ' ') + 1;
		struct entry *best = table_at(
		    catalogue, text_of(r->arena, "%.*s",
				   (int)(page - 1 - vote->key), vote->key));

		if (vote->count > best->count ||
		    (vote->count == best->count &&
			strcmp(page, best->text) < 0)) {
			best->count = vote->count;
			best->text = page;
		}
	}
}

static bool
is_paid_inside(const struct reading *r, const char *cart)
{
	const struct entry *paid = table_find(&r->paid, cart);

	return paid && reading_is_inside(r->query, paid->text);
}

static void
report_together(struct reading *r)
{
	struct reference_report *report = &r->out->report[5];
	const char *category = r->query->category[5];
	struct table catalogue, held /* "<cart> <category>" */, together;
	struct arena *a = r->arena;

	elect(r, &catalogue);
	table_init(&held, a);
	table_init(&together, a);
	for (struct entry *item = r->items.first; item; item = item->next) {
		const char *goods_id = strchr(item->key, ' ') + 1;
		struct entry *page = table_find(&catalogue, goods_id);

		if (page)
			table_at(&held,
			    text_of(a, "%.*s%.*s", (int)(goods_id - item->key),
				item->key, (int)strcspn(page->text, "/"),
				page->text));
	}
	for (struct entry *e = held.first; e; e = e->next) {
		const char *other = strchr(e->key, ' ') + 1;
		const char *cart =
		    text_of(a, "%.*s", (int)(other - 1 - e->key), e->key);

		if (!is_paid_inside(r, cart) ||
		    !table_find(&held, text_of(a, "%s %s", cart, category)))
			continue;
		if (strcmp(other, category) == 0)
			report->carts++;
		else
			table_at(&together, other)->count++;
	}
	rank(report, rows_of(a, &together, by_value));
}

static void
report_unpaid(struct reading *r)
{
	struct reference_report *report = &r->out->report[6];
	struct reference_row *row = arena_alloc(r->arena, 2 * sizeof(*row));

	if (!row)
		abort();
	row[0].name = "paid";
	row[1].name = "unpaid";
	for (struct entry *cart = r->named.first; cart; cart = cart->next)
		if (reading_is_inside(r->query, cart->text))
			row[table_find(&r->paid, cart->key) ? 0 : 1].value++;
	report->value = row[1].value;
	qsort(row, 2, sizeof(*row), by_value);
	report->ranking = (struct reference_rows){ row, 2 };
}

static void
report_repeat(struct reading *r)
{
	struct reference_report *report = &r->out->report[7];
	struct table buyers, times;

	table_init(&buyers, r->arena);
	table_init(&times, r->arena);
	for (struct entry *paid = r->paid.first; paid; paid = paid->next) {
		struct entry *user = table_find(&r->user, paid->key);

		if (!reading_is_inside(r->query, paid->text))
			continue;
		if (!user)
			user = table_find(&r->payer, paid->key);
		table_at(&buyers, user->text)->count++;
	}
	for (struct entry *buyer = buyers.first; buyer; buyer = buyer->next) {
		table_at(&times, text_of(r->arena, "%" PRIu64, buyer->count))
		    ->count++;
		report->value += buyer->count >= 2;
	}
	report->buyers = buyers.len;
	report->ranking = rows_of(r->arena, &times, by_value);
}

static void
list_categories(struct reading *r)
{
	for (struct entry *e = r->seen.first; e; e = e->next)
		e->count = 1;
	r->out->categories = rows_of(r->arena, &r->seen, by_name);
}

void
reading_report(struct reading *r)
{
	list_categories(r);
	report_countries(r);
	report_time_of_day(r);
	report_load(r);
	report_together(r);
	report_unpaid(r);
	report_repeat(r);
}
