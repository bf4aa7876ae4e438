/* From a setting to a job. Paths become absolute, because another worker may
 * run in another directory. */
#include "worker/ingest/plan.h"

#include "common/shoplog/chunk.h"
#include "worker/ingest/countries.h"
#include "worker/ingest/job_view.h"
#include "worker/ingest/resume.h"
#include "worker/ingest/source_text.h"
#include "worker/store/jobs/generation.h"
#include "worker/store/redis/bulk.h"
#include "worker/store/segments/named_segments.h"

#include <stdlib.h>

static enum err
make_absolute(struct source *s, struct problem *why)
{
	for (size_t i = 0; i < s->files_len; i++) {
		char *path = realpath(s->files[i].path, NULL);

		if (!path)
			return problem_set(why, ERR_LOG_CHANGED,
			    "%s: vanished just now; parse again",
			    s->files[i].path);
		free(s->files[i].path);
		s->files[i].path = path;
	}
	return ERR_OK;
}

/* What a plan is made of. */
struct planning {
	const struct plan_wish *wish;
	struct arena *arena;
	struct bulk *bulk;
	struct record checkpoint, manifest;
	struct span geo, geo_note; /* countries_choose */
	struct source source;
	struct span base; /* generation that it goes on from; empty: none */
	struct resume from;
	uint64_t chunk_size;
};

/* The chunks of what is read, as fields of the job's record. */
static enum err
describe(const struct planning *p, struct plan *out)
{
	struct record *f = &out->fields;
	bool is_full = p->base.len == 0;
	char here[SOURCE_SEEN_FROM_SIZE];
	struct chunk *chunks;
	size_t len;
	uint64_t bytes = 0;
	enum err e =
	    resume_chunks(&p->source, p->from, p->chunk_size, &chunks, &len);

	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < len; i++)
		bytes += chunks[i].to - chunks[i].from;
	free(chunks);
	/* A little growth is one task, wherever in the file it lies. */
	out->kind = len > 1 && bytes > p->chunk_size ? TASK_MAP : TASK_WHOLE;
	out->tasks = out->kind == TASK_MAP ? (uint32_t)len : 1;
	source_seen_from(here);
	if (record_put_text(f, "mode", is_full ? "full" : "incremental") !=
		ERR_OK ||
	    record_put_text(f, "seen_from", here) != ERR_OK ||
	    record_put(f, "geo", p->geo) != ERR_OK ||
	    record_put_number(f, "bytes_total", bytes) != ERR_OK ||
	    record_put_number(f, "chunk_size", p->chunk_size) != ERR_OK ||
	    record_put_number(f, "chunks", len) != ERR_OK)
		return ERR_NO_MEMORY;
	if (p->geo_note.len > 0 &&
	    record_put(f, "geo_note", p->geo_note) != ERR_OK)
		return ERR_NO_MEMORY;
	if (is_full)
		return ERR_OK;
	if (record_put(f, "base", p->base) != ERR_OK ||
	    record_put_number(f, "from_file", p->from.file) != ERR_OK ||
	    record_put_number(f, "from_offset", p->from.offset) != ERR_OK)
		return ERR_NO_MEMORY;
	return ERR_OK;
}

/* Both halves of one generation are there, and all that they name: else there is
 * nothing to go on from, and what readers are shown is to be made anew. */
static enum err
is_whole(struct bulk *b, const struct record *checkpoint,
    const struct record *manifest, bool *out)
{
	*out = manifest->len > 0 &&
	       span_is_equal(record_get(checkpoint, "generation"),
		   record_get(manifest, "generation"));
	if (!*out)
		return ERR_OK;
	return named_segments_are_there(b, checkpoint, manifest, out);
}

/* What of the log the reports are of already: all of it (same files, same sizes,
 * written to at the same times), its beginning, or nothing. */
static enum err
compare(struct planning *p, struct plan *out, struct problem *why)
{
	bool is_there = false, is_ours, is_unchanged, is_same = false;
	enum err e = ERR_OK;

	is_ours = span_is_equal(record_get(&p->checkpoint, "geo"), p->geo);
	if (is_ours || p->wish->yields)
		e = is_whole(p->bulk, &p->checkpoint, &p->manifest, &is_there);
	if (e != ERR_OK || !is_there)
		return e;
	is_unchanged = source_text_is_same(
	    record_get(&p->checkpoint, "source"), out->source_text);
	if (is_ours && !is_unchanged) {
		e = resume_find(
		    &p->checkpoint, &p->source, &is_same, &p->from, why);
		if (is_same)
			p->base = out->generation;
		else
			p->from = (struct resume){ 0 };
		return e;
	}
	out->unchanged = p->manifest;
	if (record_put_text(&out->unchanged, "mode",
		is_unchanged ? "unchanged" : "yielded") != ERR_OK ||
	    record_put_text(&out->unchanged, "state", "done") != ERR_OK)
		return ERR_NO_MEMORY;
	return ERR_OK;
}

/* The generation is read first and the log is looked at then: it has no more than
 * the look sees, and whoever commits another one in between is noticed when the
 * job is to start. */
static enum err
look(struct planning *p, struct plan *out, struct problem *why)
{
	const struct config *config = p->wish->setup->config;
	enum err e = generation_both(p->bulk, &p->checkpoint, &p->manifest);

	out->generation = record_get(&p->checkpoint, "generation");
	if (e == ERR_OK)
		e = source_resolve(&p->source, config->logs_file_name, why);
	if (e != ERR_OK)
		return e;
	p->chunk_size =
	    job_chunk_size(&p->source, (uint64_t)config->chunk_size);
	e = make_absolute(&p->source, why);
	return e == ERR_OK
		   ? source_to_text(&p->source, p->arena, &out->source_text)
		   : e;
}

enum err
plan_make(const struct plan_wish *wish, struct arena *a, struct plan *out,
    struct problem *why)
{
	const struct worker_setup *setup = wish->setup;
	struct planning p = { .wish = wish, .arena = a };
	enum err e;

	*out = (struct plan){ 0 };
	record_init(&out->fields, a);
	record_init(&p.checkpoint, a);
	record_init(&p.manifest, a);
	p.bulk = bulk_new(&setup->redis, NULL, setup->config->redis_timeout_ms);
	e = p.bulk ? look(&p, out, why) : ERR_NO_MEMORY;
	if (e == ERR_OK)
		e = countries_choose(setup, p.bulk, a, &p.geo, &p.geo_note);
	if (e == ERR_OK && !wish->is_full)
		e = compare(&p, out, why);
	if (e == ERR_OK && out->unchanged.len == 0)
		e = describe(&p, out);
	bulk_free(p.bulk);
	source_cleanup(&p.source);
	return e;
}
