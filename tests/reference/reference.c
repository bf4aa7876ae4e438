/* The one pass over the lines, which fills the tables of a reading. */
#include "reference/reference.h"

#include "reference/line.h"
#include "reference/reading.h"

#include <inttypes.h>
#include <stdlib.h>

struct reference_query
reference_query_default(const struct geo *geo)
{
	struct reference_query query = { .geo = geo };

	query.category[2] = "fresh_fish";
	query.category[3] = "frozen_fish";
	query.category[5] = "semi_manufactures";
	return query;
}

static const char *
address_text(struct arena *a, const struct address *address)
{
	const uint8_t *b = address->bytes;

	return text_of(a,
	    "%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x%02x",
	    b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10],
	    b[11], b[12], b[13], b[14], b[15]);
}

static void
name_cart(
    struct reading *r, const struct reference_line *line, const char *cart)
{
	struct entry *named = table_at(&r->named, cart);

	if (!named->text)
		named->text = line->date;
}

static void
count(struct reading *r, const struct reference_line *line)
{
	uint16_t country = geo_country(r->query->geo, &line->address);
	char code[3];

	country_code(country, code);
	table_at(&r->countries, code)->count++;
	table_at(
	    &r->hours, text_of(r->arena, "%sT%.2s", line->date, line->clock))
	    ->count++;
	if (line->kind == EVENT_CATEGORY &&
	    strcmp(line->category, r->query->category[3]) == 0)
		r->views[atoi(line->clock)]++;
	if (line->kind == EVENT_GOODS &&
	    strcmp(line->category, r->query->category[2]) == 0)
		table_at(&r->interest, code)->count++;
}

static void
add(struct reading *r, const struct reference_line *line)
{
	struct arena *a = r->arena;
	const char *moment = text_of(a, "%sT%s", line->date, line->clock);
	const char *cart = text_of(a, "%" PRIu64, line->cart_id);
	const char *who = address_text(a, &line->address);
	struct entry *before = table_at(&r->page, who), *e;

	if (!r->out->from || strcmp(moment, r->out->from) < 0)
		r->out->from = moment;
	if (!r->out->to || strcmp(moment, r->out->to) > 0)
		r->out->to = moment;
	if (reading_is_inside(r->query, line->date))
		count(r, line);
	if (line->category)
		table_at(&r->seen, line->category);
	switch (line->kind) {
	case EVENT_CART:
		name_cart(r, line, cart);
		table_at(
		    &r->items, text_of(a, "%s %" PRIu64, cart, line->goods_id));
		if (before->text && before->text[0])
			table_at(&r->votes, text_of(a, "%" PRIu64 " %s",
						line->goods_id, before->text))
			    ->count++;
		break;
	case EVENT_PAY:
		name_cart(r, line, cart);
		table_at(&r->user, cart)->text =
		    text_of(a, "user %" PRIu64, line->user_id);
		break;
	case EVENT_SUCCESS:
		name_cart(r, line, cart);
		table_at(&r->payer, cart)->text = text_of(a, "ip %s", who);
		e = table_at(&r->paid, cart);
		if (!e->text)
			e->text = line->date;
		break;
	case EVENT_OTHER:
		r->out->other++;
		break;
	case EVENT_HOME:
	case EVENT_CATEGORY:
	case EVENT_GOODS:
		break;
	}
	before->text = line->kind == EVENT_GOODS
			   ? text_of(a, "%s/%s", line->category, line->goods)
			   : "";
}

static void
read_file(struct reading *r, size_t file, struct span bytes)
{
	struct reference *out = r->out;

	for (size_t at = 0; at < bytes.len;) {
		const char *start = bytes.data + at;
		const char *end = memchr(start, '\n', bytes.len - at);
		size_t len = end ? (size_t)(end - start) : bytes.len - at;
		size_t whole = end ? len + 1 : len;
		struct reference_line line;

		if (len && start[len - 1] == '\r')
			len--;
		if (len) {
			out->lines++;
			if (reference_line_read(
				r->arena, span_of(start, len), &line)) {
				add(r, &line);
			} else {
				out->malformed++;
				if (out->places_len < REFERENCE_PLACES)
					out->places[out->places_len++] =
					    (struct reference_place){ file,
						    at };
			}
		}
		at += whole;
	}
}

void
reference_read(struct arena *a, const struct span *files, size_t files_len,
    const struct reference_query *query, struct reference *out)
{
	struct reading r = { .arena = a, .query = query, .out = out };
	struct table *tables[] = { &r.countries, &r.interest, &r.hours, &r.seen,
		&r.page, &r.votes, &r.named, &r.paid, &r.payer, &r.user,
		&r.items };

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		table_init(tables[i], a);
	for (size_t i = 0; i < files_len; i++)
		read_file(&r, i, files[i]);
	for (int n = 1; n <= REFERENCE_REPORTS; n++)
		out->report[n].category = query->category[n];
	reading_report(&r);
}
