#ifndef TRAWL_WORKER_SERVICE_COLD_MANIFEST_H
#define TRAWL_WORKER_SERVICE_COLD_MANIFEST_H

#include "common/base/err.h"
#include "common/base/span.h"
#include "common/report/report.h"
#include "worker/service/kept.h"
#include "worker/store/bulk.h"
#include "worker/store/record.h"

#include <stddef.h>
#include <stdint.h>

/* The manifest of a generation, read once and kept. */
struct manifest {
	struct kept_item item;
	struct record record;
	struct span generation;
	struct report_source source; /* of its reports */
	int32_t *days;               /* ascending */
	struct span *ids;            /* of their segments */
	size_t days_len;
};

/* The one of this generation, if it is kept, or else what Redis has today. Held:
 * kept_release(k, &m->item).
 *
 * generation  empty: what Redis has today
 * ERR_OK, ERR_NOTHING_PARSED, ERR_CORRUPT, ERR_NO_MEMORY, or as bulk_run. */
enum err cold_manifest(struct bulk *b, struct kept *k, struct span generation,
    struct manifest **out) __attribute__((warn_unused_result));

#endif
