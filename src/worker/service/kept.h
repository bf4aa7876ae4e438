#ifndef TRAWL_WORKER_SERVICE_KEPT_H
#define TRAWL_WORKER_SERVICE_KEPT_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/span.h"

#include <stddef.h>

/* What the cold reports of a worker have read, for the next one that asks the
 * same of another period. Items have names, never change, and are counted: a
 * report holds what it uses, and what nobody has held for the longest goes when
 * all of them are more than so many bytes. Any thread. */
struct kept;

/* The beginning of every item. */
struct kept_item {
	struct arena arena; /* of the item and of all that is in it */
	struct span name;   /* in the arena */
	size_t bytes;       /* of memory; to what a small item has, whoever
			       makes a greater one adds before kept_put */

	/* of kept.c alone */
	struct kept_item *newer, *older;
	int refs;
	int is_listed;
};

/* bytes_max  0: nothing is kept
 * NULL when memory is out. */
struct kept *kept_new(size_t bytes_max);

/* Nobody holds an item any more. NULL is allowed. */
void kept_free(struct kept *k);

/* A new item of `size` bytes, zeroed but for its beginning, held by the caller.
 * NULL when memory is out. */
void *kept_item_new(struct span name, size_t size);

/* The item of this name, held; NULL: there is none. */
void *kept_hold(struct kept *k, struct span name);

/* Takes the place of the item of its name. The caller holds it still, also when
 * it is too large to be kept. */
void kept_put(struct kept *k, struct kept_item *item);

/* Gives back what is held. NULL is allowed. */
void kept_release(struct kept *k, struct kept_item *item);

#endif
