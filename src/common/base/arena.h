#ifndef TRAWL_COMMON_BASE_ARENA_H
#define TRAWL_COMMON_BASE_ARENA_H

#include "common/base/span.h"

#include <stddef.h>

/* An arena is memory that dies together. A request has one: whatever api,
 * service and store allocate for it is gone when the response has been sent.
 * Not locked: one thread at a time. */
struct arena_block;
struct arena_hook;
struct arena_pool;
struct arena {
	struct arena_block *blocks; /* newest first */
	struct arena_hook *hooks;   /* newest first; they live in the blocks */
	struct arena_pool *pool;    /* borrowed; NULL: malloc(3) alone */
};

/* Spare first blocks for the many arenas of one thread, each of which lives for a
 * short time: a few, and the one that was given back last, which is still in the
 * cache, is taken first. Zeroed is empty. */
struct arena_pool {
	struct arena_block *blocks;
	size_t len;
};
void arena_pool_cleanup(struct arena_pool *p);

/* An empty arena is all zeros and owns nothing; this says so by name. */
void arena_init(struct arena *a);

/* Returns `size` bytes, zeroed, aligned for any type; NULL when memory is out.
 * Owner: the arena. Do not free. */
void *arena_alloc(struct arena *a, size_t size);

/* Copies of bytes and of text, with a NUL behind. NULL when memory is out. */
char *arena_copy(struct arena *a, struct span bytes);
char *arena_printf(struct arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Calls fn(arg) at the next reset, last registered first: for things the arena
 * cannot free by itself, such as a json_t. Returns 0, or -1 when memory is out
 * (fn has not been called then). */
int arena_on_reset(struct arena *a, void (*fn)(void *arg), void *arg);

/* Runs the hooks, gives every block back: an idle connection costs nothing. */
void arena_reset(struct arena *a);

#endif
