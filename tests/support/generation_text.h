#ifndef TRAWL_TESTS_SUPPORT_GENERATION_TEXT_H
#define TRAWL_TESTS_SUPPORT_GENERATION_TEXT_H

#include "common/base/arena.h"
#include "common/base/civil.h"
#include "common/shoplog/answer/month.h"
#include "common/shoplog/answer/votes.h"
#include "common/shoplog/carts/columns.h"
#include "common/shoplog/tally/addresses.h"
#include "worker/store/jobs/generation.h"
#include "worker/store/redis/bulk.h"
#include "worker/store/segments/log_read.h"
#include "worker/store/segments/segment_read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* All that manifest and checkpoint of one Redis say, in one canonical text, so
 * that two ways to one log can be compared: lists of segments are folded into
 * one, months are days again, the fields of a day sorted. The mode, times and ids
 * are left out. */
struct generation_text {
	struct arena arena;
	struct bulk *bulk;
	char *text;
	size_t len;
};

static inline void
text_add(struct generation_text *g, const char *name, struct span value)
{
	g->text = realloc(g->text, g->len + 16 + strlen(name) + 2 * value.len);
	assert_non_null(g->text);
	g->len += (size_t)sprintf(g->text + g->len, "%s ", name);
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.data[i];

		if (c >= ' ' && c < 127)
			g->text[g->len++] = (char)c;
		else
			g->len += (size_t)sprintf(
			    g->text + g->len, "%02x", (unsigned)c);
	}
	g->text[g->len++] = '\n';
	g->text[g->len] = '\0';
}

/* The bytes of every segment of a list. */
static inline size_t
text_segments(struct generation_text *g, struct span list, struct span *bytes)
{
	struct span ids[64];
	size_t len = 0;

	while (list.len > 0) {
		const char *end = memchr(list.data, ' ', list.len);
		size_t id = end ? (size_t)(end - list.data) : list.len;

		assert_true(len < 64);
		ids[len++] = span_of(list.data, id);
		list.data += end ? id + 1 : id;
		list.len -= end ? id + 1 : id;
	}
	assert_int_equal(
	    log_read_bytes(g->bulk, ids, len, &g->arena, bytes), ERR_OK);
	return len;
}

static inline void
text_carts(struct generation_text *g, const char *name, struct span list)
{
	struct columns sum = { 0 };
	struct span bytes[64];
	size_t len = text_segments(g, list, bytes), size;
	uint8_t *encoded;

	for (size_t i = 0; i < len; i++) {
		struct columns next, both;

		assert_int_equal(columns_decode(bytes[i], &next), ERR_OK);
		assert_int_equal(columns_append(&sum, &next, &both), ERR_OK);
		columns_cleanup(&sum);
		columns_cleanup(&next);
		sum = both;
	}
	assert_int_equal(columns_encode(&sum, &encoded, &size), ERR_OK);
	text_add(g, name, span_of(encoded, size));
	free(encoded);
	columns_cleanup(&sum);
}

static inline void
text_addresses(struct generation_text *g, const char *name, struct span list)
{
	unsigned shard = (unsigned)strtoul(strchr(name, ':') + 1, NULL, 10);
	struct tally *t = tally_new(NULL);
	struct span bytes[64];
	size_t len = text_segments(g, list, bytes), size;
	uint8_t *encoded;

	assert_non_null(t);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(addresses_append(t, shard, bytes[i]), ERR_OK);
	assert_int_equal(
	    addresses_encode(t, shard, false, &encoded, &size), ERR_OK);
	text_add(g, name, span_of(encoded, size));
	free(encoded);
	tally_free(t);
}

static inline void
text_votes(struct generation_text *g, struct span list)
{
	struct tally *t = tally_new(NULL);
	struct span bytes[64];
	size_t len = text_segments(g, list, bytes), size;
	uint8_t *encoded;

	assert_non_null(t);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(votes_append(t, bytes[i]), ERR_OK);
	assert_int_equal(votes_encode(t, &encoded, &size), ERR_OK);
	text_add(g, "votes", span_of(encoded, size));
	free(encoded);
	tally_free(t);
}

static inline int
text_by_name(const void *left, const void *right)
{
	const struct span *a = left, *b = right;

	return span_compare(*a, *b);
}

static inline void
text_day(struct generation_text *g, const struct day_segment *day)
{
	char date[CIVIL_DAY_TEXT];

	civil_day_format(day->day, date);
	/* A field begins with its name. */
	qsort(day->fields, day->fields_len, sizeof(*day->fields), text_by_name);
	text_add(g, "day", span_text(date));
	for (size_t i = 0; i < day->fields_len; i++) {
		if (span_is_equal(day->fields[i].name, span_text("day")))
			continue;
		text_add(g, " field", day->fields[i].name);
		text_add(g, "  value", day->fields[i].value);
	}
}

static inline struct day_segment
text_read_day(struct generation_text *g, struct span id, const char *date)
{
	struct day_segment day;

	assert_true(civil_day_parse(span_text(date), &day.day));
	assert_int_equal(
	    segment_days(g->bulk, &id, 1, &g->arena, &day), ERR_OK);
	return day;
}

/* Those days of a month that are not of their own. */
static inline size_t
text_split(struct generation_text *g, const struct record *r,
    const struct record_field *f, struct day_segment *out)
{
	struct day_segment month, days[MONTH_DAYS];
	char date[64];
	size_t len, kept = 0;

	snprintf(date, sizeof(date), "%s-01", f->name.data + strlen("month:"));
	month = text_read_day(g, f->value, date);
	assert_int_equal(month_split(&month, &g->arena, days, &len), ERR_OK);
	for (size_t i = 0; i < len; i++) {
		char field[64] = "day:";

		civil_day_format(days[i].day, field + 4);
		if (record_get(r, field).len == 0)
			out[kept++] = days[i];
	}
	return kept;
}

static inline int
text_by_day(const void *left, const void *right)
{
	const struct day_segment *a = left, *b = right;

	return (a->day > b->day) - (a->day < b->day);
}

static inline void
text_days(struct generation_text *g, const struct record *r)
{
	struct day_segment *days =
	    calloc((r->len + 1) * MONTH_DAYS, sizeof(*days));
	size_t len = 0;

	assert_non_null(days);
	for (size_t i = 0; i < r->len; i++) {
		const struct record_field *f = &r->fields[i];

		if (strncmp(f->name.data, "day:", 4) == 0)
			days[len++] =
			    text_read_day(g, f->value, f->name.data + 4);
		else if (strncmp(f->name.data, "month:", 6) == 0)
			len += text_split(g, r, f, days + len);
	}
	qsort(days, len, sizeof(*days), text_by_day);
	for (size_t i = 0; i < len; i++)
		text_day(g, &days[i]);
	free(days);
}

static inline void
text_categories(struct generation_text *g, struct span id)
{
	struct span *names;
	size_t len;

	assert_int_equal(
	    segment_names(g->bulk, id, &g->arena, &names, &len), ERR_OK);
	for (size_t i = 0; i < len; i++)
		text_add(g, "category", names[i]);
}

static inline void
text_record(struct generation_text *g, struct record *r)
{
	static const char *const left_out[] = { "job", "generation", "mode",
		"parsed_at" };

	qsort(r->fields, r->len, sizeof(*r->fields), text_by_name);
	text_days(g, r);
	for (size_t i = 0; i < r->len; i++) {
		const char *name = r->fields[i].name.data;
		struct span value = r->fields[i].value;
		bool is_left_out = false;

		for (size_t j = 0; j < 4; j++)
			is_left_out |= strcmp(name, left_out[j]) == 0;
		if (is_left_out)
			continue;
		if (strncmp(name, "day:", 4) == 0 ||
		    strncmp(name, "month:", 6) == 0)
			continue; /* of text_days */
		else if (strncmp(name, "carts:", 6) == 0)
			text_carts(g, name, value);
		else if (strncmp(name, "addresses:", 10) == 0)
			text_addresses(g, name, value);
		else if (strcmp(name, "votes") == 0)
			text_votes(g, value);
		else if (strcmp(name, "categories") == 0)
			text_categories(g, value);
		else
			text_add(g, name, value);
	}
}

/* The text; the caller frees with free(3). */
static inline char *
generation_text(const struct redis_address *address)
{
	struct generation_text g = { 0 };
	struct record r;

	arena_init(&g.arena);
	g.bulk = bulk_new(address, NULL, 5000);
	assert_non_null(g.bulk);
	record_init(&r, &g.arena);
	assert_int_equal(log_read_manifest(g.bulk, &r), ERR_OK);
	text_record(&g, &r);
	record_init(&r, &g.arena);
	assert_int_equal(generation_checkpoint(g.bulk, &r), ERR_OK);
	text_record(&g, &r);
	bulk_free(g.bulk);
	arena_reset(&g.arena);
	return g.text;
}

#endif
