#ifndef TRAWL_COMMON_SHOPLOG_TABLE_BUCKETS_H
#define TRAWL_COMMON_SHOPLOG_TABLE_BUCKETS_H

#include <stddef.h>

/* Memory for the buckets of a hash table, zeroed, each on a cache line of its own.
 * Where there are many it asks for huge pages: every key needs another place, and
 * to find the page of that place takes as long as to fetch it. */
enum { BUCKET_SIZE = 64, BUCKETS_HUGE = 2 << 20 };

/* size  a power of two, BUCKET_SIZE or more
 * Returns NULL when memory is out; free(3). */
void *buckets_new(size_t size);

#endif
