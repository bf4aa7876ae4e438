#ifndef TRAWL_WORKER_SERVICE_COLD_DAYS_H
#define TRAWL_WORKER_SERVICE_COLD_DAYS_H

#include "common/base/err.h"
#include "common/shoplog/answer/answer.h"
#include "worker/service/cold.h"

/* The answer to a question of days. What has been read of a field is kept by the
 * ids of the segments, so that of a grown log only the days that changed are read
 * again. ERR_OK, ERR_STALE, ERR_CORRUPT, ERR_NO_MEMORY, or as bulk_run. */
enum err cold_days(const struct cold *c, struct answer *out)
    __attribute__((warn_unused_result));

#endif
