#include "worker/service/cold_manifest.h"

#include "worker/store/jobs/generation.h"
#include "worker/store/segments/date_field.h"
#include "worker/store/segments/log_read.h"

#include <stdlib.h>
#include <string.h>

int
manifest_days_compare(
    const struct manifest_days *a, const struct manifest_days *b)
{
	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return b->is_month - a->is_month;
}

static int
compare(const void *left, const void *right)
{
	return manifest_days_compare(left, right);
}

static enum err
list_days(struct manifest *m)
{
	const struct record *r = &m->record;

	m->days = arena_alloc(&m->item.arena, r->len * sizeof(*m->days));
	if (!m->days)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < r->len; i++) {
		const struct record_field *f = &r->fields[i];
		struct manifest_days *days = &m->days[m->days_len];

		m->item.bytes +=
		    f->name.len + f->value.len + sizeof(*f) + sizeof(*days);
		days->id = f->value;
		m->days_len +=
		    date_field_parse(f->name, &days->first, &days->is_month);
	}
	qsort(m->days, m->days_len, sizeof(*m->days), compare);
	return ERR_OK;
}

static enum err
describe(struct manifest *m)
{
	struct arena *a = &m->item.arena;
	struct parse_summary s;
	const char **files;
	enum err e = summary_of_record(&m->record, a, &s);

	if (e != ERR_OK)
		return e;
	files = arena_alloc(a, (s.files_len + 1) * sizeof(*files));
	if (!files)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < s.files_len; i++) {
		files[i] = arena_copy(a, s.files[i]);
		if (!files[i])
			return ERR_NO_MEMORY;
	}
	/* Values of a record have a NUL behind. */
	m->source = (struct report_source){
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
	m->generation = s.generation;
	return s.job.data && s.parsed_at.data && s.geo.data && s.generation.data
		   ? ERR_OK
		   : ERR_CORRUPT;
}

static enum err
fill(struct bulk *b, struct manifest *m)
{
	enum err e;

	record_init(&m->record, &m->item.arena);
	e = log_read_manifest(b, &m->record);
	if (e == ERR_OK && m->record.len == 0)
		e = ERR_NOTHING_PARSED;
	if (e == ERR_OK)
		e = describe(m);
	return e == ERR_OK ? list_days(m) : e;
}

enum err
cold_manifest(struct bulk *b, struct cold_cache *cache, struct span generation,
    struct manifest **out)
{
	const struct span name = span_text("manifest");
	struct manifest *m = cold_cache_hold(cache, name);
	enum err e;

	*out = NULL;
	if (m && span_is_equal(m->generation, generation)) {
		*out = m;
		return ERR_OK;
	}
	if (m)
		cold_cache_release(cache, &m->item);
	m = cold_cache_item_new(name, sizeof(*m));
	if (!m)
		return ERR_NO_MEMORY;
	e = fill(b, m);
	if (e != ERR_OK) {
		cold_cache_release(cache, &m->item);
		return e;
	}
	cold_cache_put(cache, &m->item);
	*out = m;
	return ERR_OK;
}
