#ifndef TRAWL_WORKER_INGEST_BUILD_MONTHS_H
#define TRAWL_WORKER_INGEST_BUILD_MONTHS_H

#include "common/base/err.h"
#include "worker/ingest/build_days.h"
#include "worker/ingest/build_shard.h"
#include "worker/store/redis/record.h"

/* The segments of days. Each day is written as one of its own, `day:2018-08-01`,
 * for as long as it is likely to change; the days of a month that has ended become
 * one, `month:2018-08` (common/shoplog/answer/month.h), so that a long log is few keys. A
 * late line gives a day of its own again, which takes precedence over the month's;
 * a few of them make the month anew. Pool threads. */

/* Writes what differs from `known` and says so in the checkpoint, which has the
 * base's fields already.
 *
 * known  of build_on_base */
enum err build_months(const struct build *b, const struct build_days *days,
    const struct build_days *known, struct record *checkpoint)
    __attribute__((warn_unused_result));

/* The same for readers: with the tail, whose day may change with the next parse.
 *
 * known  the days of the checkpoint */
enum err build_months_tail(const struct build *b, const struct build_days *days,
    const struct build_days *known, struct record *manifest)
    __attribute__((warn_unused_result));

#endif
