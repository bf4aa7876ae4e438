#include "common/shoplog/table/buckets.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

void *
buckets_new(size_t size)
{
	size_t line = size < BUCKETS_HUGE ? BUCKET_SIZE : BUCKETS_HUGE;
	void *buckets = aligned_alloc(line, size);

	if (!buckets)
		return NULL;
	if (line == BUCKETS_HUGE)
		(void)madvise(buckets, size, MADV_HUGEPAGE);
	return memset(buckets, 0, size);
}
