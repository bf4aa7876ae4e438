#ifndef TRAWL_WORKER_INGEST_FOLD_H
#define TRAWL_WORKER_INGEST_FOLD_H

#include "common/base/err.h"
#include "common/base/span.h"
#include "worker/ingest/base.h"
#include "worker/ingest/build_shard.h"
#include "worker/store/segments/segment.h"

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

/* One list and what it gets. Zero but for the first four: */
enum fold_kind { FOLD_CARTS, FOLD_ADDRESSES, FOLD_VOTES };

struct fold {
	enum fold_kind kind;
	const struct base_list *list; /* NULL: there is nothing before */
	unsigned shard;
	char id[SEGMENT_ID_SIZE]; /* of what is written */

	uint8_t *newest; /* the new segment; owner. NULL: nothing new */
	size_t newest_len;
	size_t count; /* of the list's newest that become one with it */
	struct segment_part *parts; /* their bytes */
};

/* There is a new segment, whose bytes it takes. */
void fold_begin(
    struct fold *f, const struct build *b, uint8_t *bytes, size_t len);

/* Fetches what is folded of all of these with one question. */
enum err folds_fetch(const struct build *b, struct fold *const *folds,
    size_t len) __attribute__((warn_unused_result));

/* Writes the segment and gives the list: ids with blanks between; nothing new: as
 * it was. fold_cleanup() in any case. */
enum err fold_end(const struct fold *f, const struct build *b, struct span *ids)
    __attribute__((warn_unused_result));
void fold_cleanup(struct fold *f);

#endif
