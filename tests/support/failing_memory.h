#ifndef TRAWL_TESTS_SUPPORT_FAILING_MEMORY_H
#define TRAWL_TESTS_SUPPORT_FAILING_MEMORY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>

/* One allocation of jansson's fails, and none before or after it. */
static int
    failing_memory_left; /* allocations until it does; negative: it did */

static inline void *
failing_memory_allocate(size_t size)
{
	return failing_memory_left-- == 0 ? NULL : malloc(size);
}

/* The n-th, from 0 on. */
static inline void
failing_memory_begin(int n)
{
	failing_memory_left = n;
	json_set_alloc_funcs(failing_memory_allocate, free);
}

/* All is as it was; whether there were so many. */
static inline bool
failing_memory_end(void)
{
	json_set_alloc_funcs(malloc, free);
	return failing_memory_left < 0;
}

#endif
