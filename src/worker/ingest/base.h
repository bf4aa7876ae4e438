#ifndef TRAWL_WORKER_INGEST_BASE_H
#define TRAWL_WORKER_INGEST_BASE_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/shoplog/answer/day.h"
#include "common/shoplog/carts/columns.h"
#include "common/shoplog/tally/tally.h"
#include "worker/ingest/job_view.h"
#include "worker/store/redis/bulk.h"
#include "worker/store/redis/record.h"

#include <stddef.h>
#include <stdint.h>

/* What an incremental job goes on from: the checkpoint, and just as much of its
 * segments as the growth asks about. Pool threads. */
struct base_list {
	struct span *ids; /* of segments: a base, then its deltas */
	uint64_t *sizes;
	size_t len;
};

struct base {
	struct record checkpoint;
	struct tally_summary summary;
	struct base_list carts[SHARDS], addresses[SHARDS], votes;
	struct span *categories; /* of views, in byte order */
	size_t categories_len;
	struct day_carts *days; /* carts of the days that were read */
	size_t days_len;
};

/* The job's base; ERR_CORRUPT when Redis has another one by now, or none. It
 * and all in it is the arena's. */
enum err base_open(struct bulk *b, const struct job_view *job, struct arena *a,
    struct base **out) __attribute__((warn_unused_result));

/* The carts that the base knows of those in `asked` and `more` (NULL: none): days,
 * without users and goods. columns_cleanup gives known[i] back, of the shards
 * from `first` on, `shards` of them. */
struct base_carts_wish {
	unsigned first, shards;
	const struct columns *asked, *more; /* [shards] each */
};
enum err base_carts(struct bulk *b, const struct base *base,
    const struct base_carts_wish *wish, struct arena *a, struct columns *known)
    __attribute__((warn_unused_result));

/* t := t, which is new, with the pages from which the visitors of `asked` and
 * `more` (NULL: nobody), who begin with an add-to-cart, come. */
struct base_pages_wish {
	unsigned first, shards;
	const struct tally *asked, *more;
};
enum err base_pages(struct bulk *b, const struct base *base,
    const struct base_pages_wish *wish, struct arena *a, struct tally *t)
    __attribute__((warn_unused_result));

/* t := t with the counts of those of the days (ascending) that the base has;
 * their carts are in base->days then. */
enum err base_days(struct bulk *b, struct base *base, const int32_t *days,
    size_t len, struct arena *a, struct tally *t)
    __attribute__((warn_unused_result));

#endif
