/* From a setting to a job. Paths become absolute, because another worker may
 * run in another directory. */
#include "worker/ingest/plan.h"

#include "common/shoplog/chunk.h"
#include "worker/ingest/job_view.h"
#include "worker/ingest/source_text.h"
#include "worker/store/bulk.h"
#include "worker/store/generation.h"
#include "worker/store/log_read.h"

#include <stdlib.h>

static enum err
make_absolute(struct source *s, struct problem *why)
{
	for (size_t i = 0; i < s->files_len; i++) {
		char *path = realpath(s->files[i].path, NULL);

		if (!path)
			return problem_set(why, ERR_NO_LOG,
			    "%s: vanished just now", s->files[i].path);
		free(s->files[i].path);
		s->files[i].path = path;
	}
	return ERR_OK;
}

static enum err
describe(const struct source *s, const char *geo, uint64_t chunk_size,
    size_t chunks, struct plan *out)
{
	struct record *f = &out->fields;

	if (record_put_text(f, "mode", "full") != ERR_OK ||
	    record_put_text(f, "geo", geo) != ERR_OK ||
	    record_put_number(f, "bytes", s->bytes) != ERR_OK ||
	    record_put_number(f, "chunk_size", chunk_size) != ERR_OK ||
	    record_put_number(f, "chunks", chunks) != ERR_OK)
		return ERR_NO_MEMORY;
	return ERR_OK;
}

/* Both halves of one generation tell of this very log, countries included. */
static bool
is_known(const struct record *checkpoint, const struct record *manifest,
    struct span source, const char *geo)
{
	return manifest->len > 0 &&
	       span_is_equal(record_get(checkpoint, "generation"),
		   record_get(manifest, "generation")) &&
	       span_is_equal(record_get(checkpoint, "source"), source) &&
	       span_is_equal(record_get(checkpoint, "geo"), span_text(geo));
}

/* Whether the reports are of this log already: same files, same sizes, written
 * to at the same times. */
static enum err
compare(const struct plan_wish *wish, const char *geo, struct arena *a,
    struct plan *out)
{
	const struct worker_setup *setup = wish->setup;
	struct bulk *b =
	    bulk_new(&setup->redis, NULL, setup->config->redis_timeout_ms);
	struct record checkpoint, manifest;
	enum err e = b ? ERR_OK : ERR_NO_MEMORY;

	record_init(&checkpoint, a);
	record_init(&manifest, a);
	if (e == ERR_OK)
		e = generation_checkpoint(b, &checkpoint);
	if (e == ERR_OK)
		e = log_read_manifest(b, &manifest);
	bulk_free(b);
	if (e != ERR_OK ||
	    !is_known(&checkpoint, &manifest, out->source_text, geo))
		return e;
	out->unchanged = manifest;
	e = record_put_text(&out->unchanged, "mode", "unchanged");
	return e == ERR_OK ? record_put_text(&out->unchanged, "seconds", "0")
			   : e;
}

enum err
plan_make(const struct plan_wish *wish, struct arena *a, struct plan *out,
    struct problem *why)
{
	const struct config *config = wish->setup->config;
	const struct geo *table = wish->setup->geo;
	const char *geo = table ? geo_source(table) : "none";
	struct source source = { 0 };
	struct chunk *chunks = NULL;
	size_t chunks_len = 0;
	uint64_t chunk_size;
	enum err e;

	*out = (struct plan){ 0 };
	record_init(&out->fields, a);
	e = source_resolve(&source, config->logs_file_name, why);
	if (e != ERR_OK)
		return e;
	chunk_size = job_chunk_size(&source, (uint64_t)config->chunk_size);
	e = make_absolute(&source, why);
	if (e == ERR_OK)
		e = source_to_text(&source, a, &out->source_text);
	if (e == ERR_OK && !wish->is_full)
		e = compare(wish, geo, a, out);
	if (e == ERR_OK)
		e = chunk_split(&source, chunk_size, &chunks, &chunks_len);
	if (e == ERR_OK)
		e = describe(&source, geo, chunk_size, chunks_len, out);
	out->kind = chunks_len > 1 ? TASK_MAP : TASK_WHOLE;
	out->tasks = chunks_len > 1 ? (uint32_t)chunks_len : 1;
	free(chunks);
	source_cleanup(&source);
	return e;
}
