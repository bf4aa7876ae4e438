#ifndef TRAWL_WORKER_SERVICE_COLD_MANIFEST_H
#define TRAWL_WORKER_SERVICE_COLD_MANIFEST_H

#include "common/base/err.h"
#include "common/base/span.h"
#include "common/report/report.h"
#include "worker/service/cold_cache.h"
#include "worker/store/redis/bulk.h"
#include "worker/store/redis/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A segment of days: one, or all of a month that have none of their own. */
struct manifest_days {
	int32_t first; /* the day, or the first of the month */
	bool is_month;
	struct span id;
};

/* Their order in time, a month before its days: <0, 0, >0. */
int manifest_days_compare(
    const struct manifest_days *a, const struct manifest_days *b);

/* The manifest of a generation, read once and kept. */
struct manifest {
	struct cold_cache_item item;
	struct record record;
	struct span generation;
	struct report_source source; /* of its reports */
	struct manifest_days *days;  /* in that order */
	size_t days_len;
};

/* The one of this generation, if it is kept, or else what Redis has today. Held:
 * cold_cache_release(cache, &m->item).
 *
 * generation  empty: what Redis has today
 * ERR_OK, ERR_NOTHING_PARSED, ERR_CORRUPT, ERR_NO_MEMORY, or as bulk_run. */
enum err cold_manifest(struct bulk *b, struct cold_cache *cache,
    struct span generation, struct manifest **out)
    __attribute__((warn_unused_result));

#endif
