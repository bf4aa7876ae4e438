#ifndef TRAWL_WORKER_INGEST_FOLD_H
#define TRAWL_WORKER_INGEST_FOLD_H

#include "common/base/err.h"
#include "common/base/span.h"
#include "common/shoplog/columns.h"
#include "common/shoplog/tally.h"
#include "worker/ingest/base.h"
#include "worker/ingest/build_shard.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A segment that a growth adds to a list of them, a base and its deltas, so that
 * neither grows out of bounds: deltas of about the same size become one, and all
 * of it becomes a new base when the deltas reach a tenth of the old. So a list has
 * a number of segments that is logarithmic in the log, and what is written over
 * the log's life is, up to that, its length. Pool threads. */

/* How many of the newest of a list become one with a new segment of `bytes` bytes;
 * all of them: a new base.
 *
 * is_turn  false: a base is folded only when its deltas are a fifth of it, so
 *          that not all shards of a log fold with the same growth */
size_t fold_count(const struct base_list *list, uint64_t bytes, bool is_turn);

/* Whether it is the shard's turn in that job: one shard has it. */
bool fold_is_turn(int64_t job, unsigned shard);

/* Writes the segment, folded, and gives the list: ids with blanks between.
 *
 * list   NULL: there is nothing before
 * id     of what is written */
struct fold {
	const struct build *build;
	const struct base_list *list;
	const char *id;
	unsigned shard;
};
enum err fold_carts(const struct fold *f, const struct columns *c,
    struct span *ids) __attribute__((warn_unused_result));
enum err fold_addresses(const struct fold *f, const struct tally *t,
    struct span *ids) __attribute__((warn_unused_result));

/* bytes  as votes_encode() gives them */
enum err fold_votes(const struct fold *f, struct span bytes, struct span *ids)
    __attribute__((warn_unused_result));

#endif
