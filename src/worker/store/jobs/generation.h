#ifndef TRAWL_WORKER_STORE_JOBS_GENERATION_H
#define TRAWL_WORKER_STORE_JOBS_GENERATION_H

#include "common/base/err.h"
#include "worker/req.h"
#include "worker/store/jobs/task.h"
#include "worker/store/redis/bulk.h"
#include "worker/store/redis/record.h"
#include "worker/store/redis/redis.h"

#include <stdint.h>

/* A generation of the reports: the hash `{logs}:manifest` says what a parse
 * found and names the segments that readers sum up; `{logs}:checkpoint` is what
 * the next parse goes on from. One script puts both in place of the old ones. */
struct generation {
	const struct record *manifest;
	const struct record *checkpoint;
	const struct record *job; /* more fields of the job's record */
};

/* Ends the job of this task: from here on readers see the new generation. What
 * is in the batch already, its last segments, goes along. ERR_STALE: another job
 * runs, nothing changed for readers.
 *
 * worker  who did it, for people
 * chunks  map tasks of the job, whose partials are given back
 * Thread: a pool thread. */
enum err generation_commit(struct bulk *b, const struct task *t,
    const char *worker, uint32_t chunks, const struct generation *g)
    __attribute__((warn_unused_result));

/* The checkpoint, empty when there is none. Thread: a pool thread. */
enum err generation_checkpoint(struct bulk *b, struct record *out)
    __attribute__((warn_unused_result));

/* The same with the manifest, in one round trip: most often, but not always, of
 * one generation. */
enum err generation_both(struct bulk *b, struct record *checkpoint,
    struct record *manifest) __attribute__((warn_unused_result));

/* Asks whether there is a generation at all. Returns ERR_OK, and then calls back
 * once, or why it cannot even send. Loop thread only. */
typedef void generation_there_fn(enum err e, bool is_there, void *arg);
enum err generation_is_there(struct redis *r, generation_there_fn *fn,
    void *arg) __attribute__((warn_unused_result));

/* A summary as fields of a manifest or of a job's record, and back. Texts of
 * `out` are borrowed from the record or live in the arena. */
enum err summary_to_record(const struct parse_summary *s, struct record *r)
    __attribute__((warn_unused_result));
enum err summary_of_record(const struct record *r, struct arena *a,
    struct parse_summary *out) __attribute__((warn_unused_result));

#endif
