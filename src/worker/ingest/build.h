#ifndef TRAWL_WORKER_INGEST_BUILD_H
#define TRAWL_WORKER_INGEST_BUILD_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/span.h"
#include "common/shoplog/answer/day.h"
#include "common/shoplog/tally/tally.h"
#include "worker/ingest/build_days.h"
#include "worker/ingest/build_shard.h"
#include "worker/store/redis/record.h"

#include <stdint.h>

/* From a tally and its reduced shards to a generation. What readers see may
 * hold one line more than what the next parse goes on from: an unterminated last
 * line, the tail. So a few segments are made twice, without it for the
 * checkpoint and with it for the manifest. Segments are flushed by the caller.
 * Pool threads. */

/* All votes of a tally, as votes_encode() gives them. out  in the arena */
enum err build_votes(const struct tally *t, struct arena *a, struct span *out)
    __attribute__((warn_unused_result));

/* Writes the segments that no shard owns and fills `out`, an empty record.
 *
 * t           what the tallies of the log, without the tail, have in common
 * tail_bytes  of an unterminated last line
 * votes       that the job has found, of build_votes
 * reduced     SHARDS records of build_shards
 * known       of build_on_base
 * days        filled, for build_manifest; owner the arena
 * why         names the file that has changed, or cannot be read */
enum err build_checkpoint(const struct build *b, const struct tally *t,
    uint64_t tail_bytes, struct span votes, const struct record *reduced,
    const struct build_days *known, struct record *out, struct build_days *days,
    struct problem *why) __attribute__((warn_unused_result));

struct build_tail {
	const struct build_days *days; /* of the checkpoint */
	struct span votes; /* found with the tail; empty: as they were */
};

/* The same for readers.
 *
 * t         now with the tail
 * tail      NULL: there is none
 * manifest  an empty record, filled
 * job       gets the summary, for who asked for the parse */
enum err build_manifest(const struct build *b, const struct tally *t,
    const struct build_tail *tail, const struct record *reduced,
    const struct record *checkpoint, struct record *manifest,
    struct record *job) __attribute__((warn_unused_result));

#endif
