#ifndef TRAWL_WORKER_INGEST_JOB_VIEW_H
#define TRAWL_WORKER_INGEST_JOB_VIEW_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/shoplog/chunk.h"
#include "common/shoplog/source/source.h"
#include "worker/context.h"
#include "worker/store/redis/record.h"

#include <stdbool.h>
#include <stdint.h>

struct plan;

/* A job as one worker sees it: what of the log each task reads. Every worker
 * makes the same of the same record. Immutable once made, any thread. */
struct job_view {
	struct arena arena; /* owner of the texts */
	int64_t number;     /* 0: no job */
	struct span mode;
	struct span geo;      /* the source of countries that it fixed */
	struct span geo_note; /* why it is not the usual one; may be empty */
	struct span source_text;
	struct span base; /* the generation it goes on from; empty: none */
	struct source source;
	bool is_seen_from_here; /* as source_seen_from() has it */
	struct chunk *chunks;   /* of what the job reads */
	size_t chunks_len;
};

enum {
	/* A job has no more chunks than this: chunks grow with the log. */
	CHUNKS_MAX = 8192,
};

/* Fills *out; job_view_cleanup gives it back in any case. ERR_CORRUPT,
 * ERR_NO_MEMORY. */
enum err job_view_of_record(
    const struct record *r, int64_t number, struct job_view *out);

/* The same of the plan that the job was started with: what its record says, without
 * asking for it. */
enum err job_view_of_plan(
    const struct plan *plan, int64_t number, struct job_view *out);

/* Zeroed is allowed. */
void job_view_cleanup(struct job_view *v);

/* Whether what went wrong with the log is the end of the job: where it is seen from
 * elsewhere it is not, others may see what was seen when the job began. */
bool job_view_ends(const struct job_view *v, enum err e);

/* Whether this worker can work for the job: it has its source of countries and
 * sees the same files. Blocks on the disk: a pool thread.
 *
 * Returns ERR_OK; ERR_STALE: others must do it; ERR_NO_FILES: others may, and this
 * worker later; ERR_LOG_CHANGED, ERR_LOG_UNREADABLE: the file is not what it was
 * when the job began, and the job is to end. */
enum err job_view_check(const struct job_view *v,
    const struct worker_setup *setup, struct problem *why);

/* Bytes of a chunk of this log.
 *
 * setting  chunk_size, which is the least */
uint64_t job_chunk_size(const struct source *s, uint64_t setting);

#endif
