/* A report from its segments, read downward:
 *
 *	manifest   which segments there are
 *	category   is it one that occurs
 *	days       1 2 3 4 6: sums over the days of the period
 *	carts      5 7: carts of all shards, and votes (cold_carts.c)
 *	document
 *
 * A parse may replace the generation meanwhile and give segments back; then the
 * whole is read again. */
#include "worker/service/cold.h"

#include "common/base/civil.h"
#include "common/report/report.h"
#include "common/shoplog/question.h"
#include "worker/service/cold_carts.h"
#include "worker/store/generation.h"
#include "worker/store/log_read.h"

#include <stdio.h>
#include <stdlib.h>

enum { TRIES = 4, CATEGORIES_SHOWN = 50 };

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
pick_days(struct cold *c, const struct question *q, struct days *out)
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
		    !question_covers(q, day))
			continue;
		out->days[out->len] = day;
		out->ids[out->len++] = m->fields[i].value;
	}
	return ERR_OK;
}

static enum err
sum_days(struct cold *c, const struct question *q)
{
	const char *field = question_field(q, &c->arena);
	struct question_sum sum;
	struct days days = { 0 };
	struct span *values;
	enum err e = field ? pick_days(c, q, &days) : ERR_NO_MEMORY;

	if (e == ERR_OK)
		e = question_sum_init(&sum, q, &c->arena, days.len);
	if (e != ERR_OK)
		return e;
	values = arena_alloc(&c->arena, days.len * sizeof(*values));
	if (!values)
		return ERR_NO_MEMORY;
	e = log_read_days(
	    c->bulk, days.ids, days.len, span_text(field), &c->arena, values);
	for (size_t i = 0; e == ERR_OK && i < days.len; i++)
		if (values[i].data)
			e = question_sum_add(&sum, days.days[i], values[i]);
	return e == ERR_OK ? question_sum_answer(&sum, &c->arena, &c->answer)
			   : e;
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
	struct question q = { .report = c->q->report,
		.category = c->category,
		.period = c->q->period };
	enum err e = check_category(c, words);

	if (e != ERR_OK)
		return e;
	if (question_is_of_days(&q))
		return sum_days(c, &q);
	return cold_carts(c->bulk, &c->manifest, &q, &c->arena, &c->answer);
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
