/* What a worker makes of a job's record. The chunks follow from the source and
 * the size of a chunk, so only their number travels. */
#include "worker/ingest/job_view.h"

#include "worker/ingest/countries.h"
#include "worker/ingest/plan.h"
#include "worker/ingest/resume.h"
#include "worker/ingest/source_text.h"

#include <stdlib.h>
#include <unistd.h>

/* A text that is not there is empty; false when memory is out. */
static bool
copy(
    struct arena *a, const struct record *r, const char *name, struct span *out)
{
	struct span value = record_get(r, name);
	const char *text = arena_copy(a, value);

	*out = span_of(text, text ? value.len : 0);
	return text != NULL;
}

enum err
job_view_of_record(const struct record *r, int64_t number, struct job_view *out)
{
	uint64_t chunk_size = record_number(r, "chunk_size");
	char here[SOURCE_SEEN_FROM_SIZE];
	struct resume from;
	enum err e;

	*out = (struct job_view){ .number = number };
	arena_init(&out->arena);
	if (!copy(&out->arena, r, "mode", &out->mode) ||
	    !copy(&out->arena, r, "geo", &out->geo) ||
	    !copy(&out->arena, r, "geo_note", &out->geo_note) ||
	    !copy(&out->arena, r, "base", &out->base) ||
	    !copy(&out->arena, r, "source", &out->source_text))
		return ERR_NO_MEMORY;
	if (chunk_size == 0)
		return ERR_CORRUPT;
	source_seen_from(here);
	out->is_seen_from_here =
	    span_is_equal(record_get(r, "seen_from"), span_text(here));
	e = source_of_text(out->source_text, &out->source);
	if (e != ERR_OK)
		return e;
	from = (struct resume){ (uint32_t)record_number(r, "from_file"),
		record_number(r, "from_offset") };
	e = resume_chunks(
	    &out->source, from, chunk_size, &out->chunks, &out->chunks_len);
	if (e == ERR_OK && out->chunks_len != record_number(r, "chunks"))
		e = ERR_CORRUPT;
	return e;
}

enum err
job_view_of_plan(const struct plan *plan, int64_t number, struct job_view *out)
{
	const struct record *fields = &plan->fields;
	struct arena arena;
	struct record r;
	enum err e;

	*out = (struct job_view){ .number = number };
	arena_init(&arena);
	record_init(&r, &arena);
	e = record_put(&r, "source", plan->source_text);
	for (size_t i = 0; e == ERR_OK && i < fields->len; i++)
		e = record_add(
		    &r, fields->fields[i].name, fields->fields[i].value);
	if (e == ERR_OK)
		e = job_view_of_record(&r, number, out);
	arena_reset(&arena);
	return e;
}

void
job_view_cleanup(struct job_view *v)
{
	source_cleanup(&v->source);
	free(v->chunks);
	arena_reset(&v->arena);
	*v = (struct job_view){ 0 };
}

bool
job_view_ends(const struct job_view *v, enum err e)
{
	return v->is_seen_from_here ||
	       (e != ERR_LOG_CHANGED && e != ERR_LOG_UNREADABLE);
}

enum err
job_view_check(const struct job_view *v, const struct worker_setup *setup,
    struct problem *why)
{
	enum err e = ERR_OK;

	if (!countries_are_ours(setup, v->geo))
		return ERR_STALE;
	for (size_t i = 0; e == ERR_OK && i < v->source.files_len; i++) {
		int fd;

		e = source_file_open(&v->source.files[i], &fd, why);
		if (e == ERR_OK)
			close(fd);
	}
	return job_view_ends(v, e) ? e : ERR_STALE;
}

uint64_t
job_chunk_size(const struct source *s, uint64_t setting)
{
	uint64_t least = s->bytes / CHUNKS_MAX + 1;

	return setting > least ? setting : least;
}
