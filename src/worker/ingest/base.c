/* The checkpoint, opened. Days are read as they are asked for (base_days.c), carts
 * and addresses looked up one by one (base_carts.c, base_pages.c): there are as
 * many as the log is long. */
#include "worker/ingest/base.h"

#include "worker/store/jobs/generation.h"
#include "worker/store/segments/segment_read.h"

#include <stdio.h>
#include <string.h>

enum { FIELD_SIZE = 32 };

/* The words of a field. */
static enum err
split(struct span text, struct arena *a, struct base_list *out)
{
	size_t words = text.len > 0;

	for (size_t i = 0; i < text.len; i++)
		words += text.data[i] == ' ';
	*out = (struct base_list){
		.ids = arena_alloc(a, (words + 1) * sizeof(*out->ids)),
		.sizes = arena_alloc(a, (words + 1) * sizeof(*out->sizes)),
	};
	if (!out->ids || !out->sizes)
		return ERR_NO_MEMORY;
	while (span_take_word(&text, &out->ids[out->len]))
		out->len++;
	return ERR_OK;
}

static enum err
list_segments(struct base *base, struct arena *a)
{
	enum err e =
	    split(record_get(&base->checkpoint, "votes"), a, &base->votes);

	for (unsigned i = 0; e == ERR_OK && i < SHARDS; i++) {
		char field[FIELD_SIZE];

		snprintf(field, sizeof(field), "carts:%02u", i);
		e = split(
		    record_get(&base->checkpoint, field), a, &base->carts[i]);
		snprintf(field, sizeof(field), "addresses:%02u", i);
		if (e == ERR_OK)
			e = split(record_get(&base->checkpoint, field), a,
			    &base->addresses[i]);
	}
	return e;
}

/* All lists in one order, to ask once for the sizes of all. */
static struct base_list *
list_at(struct base *base, size_t i)
{
	if (i < SHARDS)
		return &base->carts[i];
	if (i < (size_t)2 * SHARDS)
		return &base->addresses[i - SHARDS];
	return i == (size_t)2 * SHARDS ? &base->votes : NULL;
}

static enum err
read_sizes(struct bulk *b, struct base *base, struct arena *a)
{
	struct base_list all = { 0 }, *list;
	size_t len = 0, at = 0;
	enum err e;

	for (size_t i = 0; (list = list_at(base, i)) != NULL; i++)
		len += list->len;
	all.ids = arena_alloc(a, (len + 1) * sizeof(*all.ids));
	all.sizes = arena_alloc(a, (len + 1) * sizeof(*all.sizes));
	if (!all.ids || !all.sizes)
		return ERR_NO_MEMORY;
	for (size_t i = 0; (list = list_at(base, i)) != NULL; i++)
		for (size_t j = 0; j < list->len; j++)
			all.ids[all.len++] = list->ids[j];
	e = segment_sizes(b, all.ids, all.len, all.sizes);
	for (size_t i = 0; (list = list_at(base, i)) != NULL; i++)
		for (size_t j = 0; j < list->len; j++)
			list->sizes[j] = all.sizes[at++];
	return e;
}

static enum err
read_summary(struct base *base, struct arena *a)
{
	struct tally_summary *to = &base->summary;
	struct parse_summary s;
	enum err e = summary_of_record(&base->checkpoint, a, &s);

	if (e != ERR_OK)
		return e;
	*to = (struct tally_summary){
		.lines = s.lines,
		.malformed = s.malformed,
		.other = s.other,
		.bytes = s.bytes,
		.first_s = s.first_s,
		.last_s = s.last_s,
		.places_len = (uint32_t)s.places_len,
	};
	for (size_t i = 0; i < s.places_len && i < MALFORMED_PLACES; i++)
		to->places[i] = (struct malformed_place){ s.places[i].file,
			s.places[i].offset };
	return ERR_OK;
}

enum err
base_open(struct bulk *b, const struct job_view *job, struct arena *a,
    struct base **out)
{
	struct base *base = arena_alloc(a, sizeof(*base));
	struct span categories;
	enum err e;

	if (!base)
		return ERR_NO_MEMORY;
	record_init(&base->checkpoint, a);
	e = generation_checkpoint(b, &base->checkpoint);
	if (e == ERR_OK && !span_is_equal(job->base,
			       record_get(&base->checkpoint, "generation")))
		e = ERR_CORRUPT;
	if (e == ERR_OK)
		e = read_summary(base, a);
	if (e == ERR_OK)
		e = list_segments(base, a);
	if (e == ERR_OK)
		e = read_sizes(b, base, a);
	categories = record_get(&base->checkpoint, "categories");
	if (e == ERR_OK && categories.len > 0)
		e = segment_names(
		    b, categories, a, &base->categories, &base->categories_len);
	*out = base;
	return e;
}
