#include "worker/ingest/heap.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>

/* Larger blocks are few, and mapped and unmapped one by one. */
enum { MAPPED_FROM = 32 << 20, KEPT = 32 << 20, STEP = 1 << 20 };

void
heap_keep(void)
{
	mallopt(M_MMAP_THRESHOLD, MAPPED_FROM);
	mallopt(M_TRIM_THRESHOLD, KEPT);
}

/* malloc_trim() gives back what is free inside of an arena, but the end of one that
 * is not the first thread's only goes when a large block is freed there. */
void
heap_give_back(void)
{
	volatile char *block;

	mallopt(M_TRIM_THRESHOLD, STEP);
	block = malloc(STEP);
	if (block)
		block[0] = 0;
	free((void *)(uintptr_t)block);
	malloc_trim(0);
	mallopt(M_TRIM_THRESHOLD, KEPT);
}
