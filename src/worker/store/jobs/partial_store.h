#ifndef TRAWL_WORKER_STORE_JOBS_PARTIAL_STORE_H
#define TRAWL_WORKER_STORE_JOBS_PARTIAL_STORE_H

#include "common/base/err.h"
#include "common/base/span.h"
#include "worker/store/redis/bulk.h"
#include "worker/store/redis/record.h"

#include <stdint.h>

/* What the tasks of one job leave for each other: the string
 * `{logs}:job:<n>:partial:<index>` of every chunk (common/shoplog/tally/partial.h), one
 * more, `tail`, for an unterminated last line, and the hash
 * `{logs}:job:<n>:reduced:<shard>`. The end of the job unlinks them, and a day
 * after a job that nobody ended they are gone by themselves. Pool threads. */
enum { PARTIAL_TAIL = -1 };

/* Adds a partial to the batch. index  of the chunk, or PARTIAL_TAIL */
void partial_put(struct bulk *b, int64_t job, int64_t index, struct span bytes);

/* The section of a partial that everybody else's merge shares: PARTIAL_COMMON,
 * or a shard from 0 on. */
enum { PARTIAL_COMMON = -1 };

/* names, section  borrowed until it returns */
typedef enum err partial_fn(struct span names, struct span section, void *arg);

/* Hands the section of partials 0 to count - 1 to fn, in this order, a bounded
 * number of bytes in memory at a time. ERR_CORRUPT when one is missing or has
 * an unknown form; else what fn or Redis says. */
enum err partial_fetch(struct bulk *b, int64_t job, uint32_t count, int section,
    partial_fn *fn, void *arg) __attribute__((warn_unused_result));

/* The same for the tail; fn is not called when there is none. */
enum err partial_fetch_tail(struct bulk *b, int64_t job, int section,
    partial_fn *fn, void *arg) __attribute__((warn_unused_result));

/* Adds to the batch what the reduction of a shard found. */
void reduced_put(
    struct bulk *b, int64_t job, unsigned shard, const struct record *reduced);

/* What the commit needs of all shards.
 *
 * reduced  `shards` empty records, filled */
enum err reduced_fetch(struct bulk *b, int64_t job, unsigned shards,
    struct record *reduced) __attribute__((warn_unused_result));

#endif
