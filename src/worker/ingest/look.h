#ifndef TRAWL_WORKER_INGEST_LOOK_H
#define TRAWL_WORKER_INGEST_LOOK_H

#include "common/base/err.h"
#include "worker/ingest/plan.h"

#include <stdbool.h>

struct pool;

/* A look at the log, and at what is known of it (plan.h), on the pool. One that has
 * not begun is for all who ask meanwhile: it sees whatever they saw, so a crowd
 * costs as much as one or two. Loop thread only. */
struct look;

/* The looks of a worker that have not begun: at what is new, and at everything, and
 * the same of who yields. Zeroed but for its setting at first; needs no cleanup. */
struct looks {
	const struct worker_setup *setup;
	struct pool *pool;
	struct look *open[2][2]; /* by plan_wish.is_full, yields; not owned */
};

/* Somebody who waits for a look; memory: his, until fn has been called. */
struct looker {
	struct looker *next;
	void (*fn)(struct looker *l);
};

/* Calls l->fn, never from inside this function, when the look is over.
 *
 * is_full, yields  as in plan_wish
 * out  held; look_release gives it back, after l->fn was called
 * Returns ERR_OK; else nothing is called: ERR_OVERLOAD, ERR_NO_MEMORY. */
enum err look_join(struct looks *s, bool is_full, bool yields, struct looker *l,
    struct look **out) __attribute__((warn_unused_result));

/* NULL is allowed. */
void look_release(struct look *k);

/* Whether it failed, when it is over. words  for a person; may be empty; borrowed */
enum err look_err(const struct look *k, const char **words);

/* What it saw, when it did not fail; borrowed, as all in it. */
const struct plan *look_plan(const struct look *k);

#endif
