#ifndef TRAWL_WORKER_SERVICE_COLD_CACHE_H
#define TRAWL_WORKER_SERVICE_COLD_CACHE_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/span.h"

#include <stddef.h>

/* A cache of what the cold reports (cold.h) of a worker have read, for the next one
 * that asks the same of another period. Items have names, never change, and are
 * counted: a report holds what it uses, and what nobody has held for the longest goes
 * when all of them are more than so many bytes. Any thread. */
struct cold_cache;

/* The beginning of every item. */
struct cold_cache_item {
	struct arena arena; /* of the item and of all that is in it */
	struct span name;   /* in the arena */
	/* Of memory, set for a small item; whoever makes a greater one adds to
	 * it before cold_cache_put(). */
	size_t bytes;

	/* of cold_cache.c alone */
	struct cold_cache_item *newer, *older;
	int refs;
	int is_listed;
};

/* bytes_max  0: nothing is kept
 * NULL when memory is out. */
struct cold_cache *cold_cache_new(size_t bytes_max);

/* Nobody holds an item any more. NULL is allowed. */
void cold_cache_free(struct cold_cache *c);

/* A new item of `size` bytes, zeroed but for its beginning, held by the caller.
 * NULL when memory is out. */
void *cold_cache_item_new(struct span name, size_t size);

/* The item of this name, held; NULL: there is none. */
void *cold_cache_hold(struct cold_cache *c, struct span name);

/* Takes the place of the item of its name. The caller holds it still, also when
 * it is too large to be kept. */
void cold_cache_put(struct cold_cache *c, struct cold_cache_item *item);

/* Gives back what is held. NULL is allowed. */
void cold_cache_release(struct cold_cache *c, struct cold_cache_item *item);

#endif
