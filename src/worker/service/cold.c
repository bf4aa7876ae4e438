/* A report from its segments, read downward:
 *
 *	manifest   which segments there are
 *	category   is it one that occurs
 *	days       1 2 3 4 6: sums over the days of the period
 *	columns    5 7: carts of all shards, and votes
 *	document
 *
 * A parse may replace the generation meanwhile and give segments back; then the
 * whole is read again. */
#include "worker/service/cold.h"

#include "common/base/civil.h"
#include "common/report/report.h"
#include "common/shoplog/columns.h"
#include "common/shoplog/day.h"
#include "common/shoplog/tally.h"
#include "common/shoplog/votes.h"
#include "worker/store/generation.h"
#include "worker/store/log_read.h"

#include <stdio.h>
#include <stdlib.h>

enum { TRIES = 4, CATEGORIES_SHOWN = 50, NAME_SIZE = 32 };

struct cold {
	struct bulk *bulk;
	struct arena arena;
	const struct cold_question *q;
	struct record manifest;
	struct span category; /* the one that was asked for, or the default */
	struct answer answer;
};

/* The days of the period, ascending as the manifest has them. */
struct days {
	int32_t *days;
	struct span *ids;
	size_t len;
};

/* The date of a field "day:2018-08-01". */
static bool
day_of(struct span name, int32_t *day)
{
	static const char prefix[] = "day:";
	enum { PREFIX = sizeof(prefix) - 1 };

	return name.len > PREFIX && memcmp(name.data, prefix, PREFIX) == 0 &&
	       civil_day_parse(
		   span_of(name.data + PREFIX, name.len - PREFIX), day);
}

static int
compare_days(const void *left, const void *right)
{
	const struct record_field *a = left, *b = right;

	return span_compare(a->name, b->name);
}

static enum err
pick_days(struct cold *c, struct days *out)
{
	struct record *m = &c->manifest;

	out->days = arena_alloc(&c->arena, m->len * sizeof(*out->days));
	out->ids = arena_alloc(&c->arena, m->len * sizeof(*out->ids));
	if (!out->days || !out->ids)
		return ERR_NO_MEMORY;
	/* Dates in byte order are dates in order of time. */
	qsort(m->fields, m->len, sizeof(*m->fields), compare_days);
	for (size_t i = 0; i < m->len; i++) {
		int32_t day;

		if (!day_of(m->fields[i].name, &day) ||
		    day < c->q->period.from || day > c->q->period.to)
			continue;
		out->days[out->len] = day;
		out->ids[out->len++] = m->fields[i].value;
	}
	return ERR_OK;
}

/* The values of one field of these days; "views " or "goods " goes before a
 * category. */
static enum err
read_field(struct cold *c, const struct days *days, const char *kind,
    struct span **out)
{
	struct span field = span_text(kind);
	char *named;

	if (kind[field.len - 1] == ' ') {
		named = arena_alloc(&c->arena, field.len + c->category.len + 1);
		if (!named)
			return ERR_NO_MEMORY;
		memcpy(named, kind, field.len);
		if (c->category.len)
			memcpy(named + field.len, c->category.data,
			    c->category.len);
		field = span_of(named, field.len + c->category.len);
	}
	*out = arena_alloc(&c->arena, days->len * sizeof(**out));
	if (!*out)
		return ERR_NO_MEMORY;
	return log_read_days(
	    c->bulk, days->ids, days->len, field, &c->arena, *out);
}

static enum err
by_country(struct cold *c, const struct days *days)
{
	bool is_interest = c->q->report == 2;
	uint64_t *countries =
	    arena_alloc(&c->arena, COUNTRIES * sizeof(*countries));
	struct span *values;
	enum err e = countries ? ERR_OK : ERR_NO_MEMORY;

	if (e == ERR_OK)
		e = read_field(
		    c, days, is_interest ? "goods " : "countries", &values);
	for (size_t i = 0; e == ERR_OK && i < days->len; i++)
		if (values[i].data)
			e = day_add_countries(values[i], countries);
	if (e != ERR_OK)
		return e;
	if (is_interest)
		return answer_interest(
		    &c->answer, &c->arena, c->category, countries);
	return answer_visitors(&c->answer, &c->arena, countries);
}

static enum err
time_of_day(struct cold *c, const struct days *days)
{
	uint64_t hours[24] = { 0 };
	struct span *values;
	enum err e = read_field(c, days, "views ", &values);

	for (size_t i = 0; e == ERR_OK && i < days->len; i++)
		if (values[i].data)
			e = day_add_hours(values[i], hours);
	if (e != ERR_OK)
		return e;
	return answer_time_of_day(&c->answer, &c->arena, c->category, hours);
}

static enum err
load(struct cold *c, const struct days *days)
{
	struct day_hours *hours =
	    arena_alloc(&c->arena, days->len * sizeof(*hours));
	struct span *values;
	enum err e = hours ? ERR_OK : ERR_NO_MEMORY;

	if (e == ERR_OK)
		e = read_field(c, days, "hours", &values);
	for (size_t i = 0; e == ERR_OK && i < days->len; i++) {
		hours[i].day = days->days[i];
		if (values[i].data)
			e = day_add_hours(values[i], hours[i].hours);
	}
	if (e != ERR_OK)
		return e;
	return answer_load(&c->answer, &c->arena, hours, days->len);
}

static enum err
unpaid(struct cold *c, const struct days *days)
{
	uint64_t begun = 0, paid = 0;
	struct span *values;
	enum err e = read_field(c, days, "carts", &values);

	for (size_t i = 0; e == ERR_OK && i < days->len; i++)
		if (values[i].data)
			e = day_add_carts(values[i], &begun, &paid);
	if (e != ERR_OK)
		return e;
	return answer_unpaid(&c->answer, &c->arena, begun, paid);
}

/* The segments of a list "id id ...", as values. */
static enum err
read_list(struct cold *c, struct span list, struct span **out, size_t *len)
{
	struct span *ids =
	    arena_alloc(&c->arena, (list.len / 2 + 1) * sizeof(*ids));
	size_t n = 0;

	*out = arena_alloc(&c->arena, (list.len / 2 + 1) * sizeof(**out));
	if (!ids || !*out)
		return ERR_NO_MEMORY;
	while (list.len > 0) {
		const char *blank = memchr(list.data, ' ', list.len);
		size_t id = blank ? (size_t)(blank - list.data) : list.len;

		if (id > 0)
			ids[n++] = span_of(list.data, id);
		list.data += id + (blank != NULL);
		list.len -= id + (blank != NULL);
	}
	*len = n;
	return log_read_bytes(c->bulk, ids, n, &c->arena, *out);
}

/* One shard: its base with all deltas folded in. */
static enum err
read_shard(struct cold *c, unsigned shard, struct columns *out)
{
	char field[NAME_SIZE];
	struct span *segments;
	size_t len;
	enum err e;

	snprintf(field, sizeof(field), "carts:%02u", shard);
	e = read_list(c, record_get(&c->manifest, field), &segments, &len);
	for (size_t i = 0; e == ERR_OK && i < len; i++) {
		struct columns base = *out, next = { 0 }, sum = { 0 };

		e = columns_decode(segments[i], &next);
		if (e == ERR_OK && i == 0) {
			*out = next;
			continue;
		}
		if (e == ERR_OK)
			e = columns_append(&base, &next, &sum);
		columns_cleanup(&next);
		if (e == ERR_OK) {
			columns_cleanup(&base);
			*out = sum;
		}
	}
	return e;
}

static enum err
read_catalogue(struct cold *c, struct catalogue **out)
{
	struct tally *t = tally_new(NULL);
	struct span *segments;
	size_t len = 0;
	enum err e = t ? ERR_OK : ERR_NO_MEMORY;

	if (e == ERR_OK)
		e = read_list(
		    c, record_get(&c->manifest, "votes"), &segments, &len);
	for (size_t i = 0; e == ERR_OK && i < len; i++)
		e = votes_append(t, segments[i]);
	if (e == ERR_OK)
		e = catalogue_of_tally(t, out);
	tally_free(t);
	return e;
}

static enum err
by_carts(struct cold *c)
{
	struct columns shards[SHARDS] = { 0 };
	struct catalogue *catalogue = NULL;
	enum err e = ERR_OK;

	for (unsigned i = 0; e == ERR_OK && i < SHARDS; i++)
		e = read_shard(c, i, &shards[i]);
	if (e == ERR_OK && c->q->report == 5)
		e = read_catalogue(c, &catalogue);
	if (e == ERR_OK && c->q->report == 5)
		e = answer_together(&c->answer, &c->arena, c->category, shards,
		    SHARDS, catalogue, c->q->period);
	else if (e == ERR_OK)
		e = answer_repeat(
		    &c->answer, &c->arena, shards, SHARDS, c->q->period);
	for (unsigned i = 0; i < SHARDS; i++)
		columns_cleanup(&shards[i]);
	catalogue_free(catalogue);
	return e;
}

/* "No category x. Those that occur: a, b, c" */
static enum err
refuse_category(struct cold *c, struct span id, char **words)
{
	struct span *names = NULL;
	size_t len = 0, size = 0;
	enum err e = ERR_OK;
	FILE *text;

	if (id.len > 0)
		e = log_read_categories(
		    c->bulk, id, CATEGORIES_SHOWN + 1, &c->arena, &names, &len);
	if (e != ERR_OK)
		return e;
	text = open_memstream(words, &size);
	if (!text)
		return ERR_NO_MEMORY;
	fprintf(
	    text, "No category %.*s; ", (int)c->category.len, c->category.data);
	fputs(len ? "there are: " : "there are none", text);
	for (size_t i = 0; i < len && i < CATEGORIES_SHOWN; i++)
		fprintf(text, "%s%.*s", i ? ", " : "", (int)names[i].len,
		    names[i].data);
	if (len > CATEGORIES_SHOWN)
		fputs(", ...", text);
	if (fclose(text) != 0)
		return ERR_NO_MEMORY;
	return ERR_NO_CATEGORY;
}

static enum err
check_category(struct cold *c, char **words)
{
	struct span id = record_get(&c->manifest, "categories");
	bool is_known = false;
	enum err e = ERR_OK;

	if (!c->q->has_category)
		return ERR_OK;
	if (id.len > 0)
		e = log_read_category(c->bulk, id, c->category, &is_known);
	if (e != ERR_OK || is_known)
		return e;
	return refuse_category(c, id, words);
}

static enum err
compute(struct cold *c, char **words)
{
	struct days days = { 0 };
	enum err e = check_category(c, words);

	if (e == ERR_OK)
		e = pick_days(c, &days);
	if (e != ERR_OK)
		return e;
	switch (c->q->report) {
	case 1:
	case 2:
		return by_country(c, &days);
	case 3:
		return time_of_day(c, &days);
	case 4:
		return load(c, &days);
	case 6:
		return unpaid(c, &days);
	default:
		return by_carts(c);
	}
}

static enum err
write_document(struct cold *c, struct cold_answer *out)
{
	struct parse_summary s;
	struct report_source source;
	const char **files;
	enum err e = summary_of_record(&c->manifest, &c->arena, &s);

	if (e != ERR_OK)
		return e;
	files = arena_alloc(&c->arena, (s.files_len + 1) * sizeof(*files));
	if (!files)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < s.files_len; i++) {
		files[i] = arena_copy(&c->arena, s.files[i]);
		if (!files[i])
			return ERR_NO_MEMORY;
	}
	/* Values of a record have a NUL behind. */
	source = (struct report_source){
		.job = s.job.data,
		.files = files,
		.files_len = s.files_len,
		.lines = s.lines,
		.malformed = s.malformed,
		.first_s = s.first_s,
		.last_s = s.last_s,
		.parsed_at = s.parsed_at.data,
		.geo = s.geo.data,
	};
	if (!source.job || !source.parsed_at || !source.geo)
		return ERR_CORRUPT;
	e = report_encode(&c->answer, &source,
	    c->q->has_period ? &c->q->period : NULL, &out->document,
	    &out->document_len);
	if (e == ERR_OK)
		out->generation = strdup(s.generation.data);
	return e == ERR_OK && !out->generation ? ERR_NO_MEMORY : e;
}

static enum err
try(struct bulk *b, const struct cold_question *q, struct cold_answer *out)
{
	struct cold c = { .bulk = b, .q = q };
	enum err e;

	arena_init(&c.arena);
	record_init(&c.manifest, &c.arena);
	c.category =
	    q->has_category ? q->category : answer_default_category(q->report);
	e = log_read_manifest(b, &c.manifest);
	if (e == ERR_OK && c.manifest.len == 0)
		e = ERR_NOTHING_PARSED;
	if (e == ERR_OK)
		e = compute(&c, &out->words);
	if (e == ERR_OK)
		e = write_document(&c, out);
	arena_reset(&c.arena);
	return e;
}

void
cold_compute(const struct redis_address *address, int64_t patience_ms,
    const struct cold_question *q, struct cold_answer *out)
{
	struct bulk *b = bulk_new(address, NULL, patience_ms);

	*out = (struct cold_answer){ .err = b ? ERR_STALE : ERR_NO_MEMORY };
	for (int i = 0; out->err == ERR_STALE && i < TRIES; i++)
		out->err = try(b, q, out);
	bulk_free(b);
}

void
cold_cleanup(struct cold_answer *a)
{
	free(a->words);
	free(a->generation);
	free(a->document);
	*a = (struct cold_answer){ 0 };
}
