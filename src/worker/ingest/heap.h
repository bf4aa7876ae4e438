#ifndef TRAWL_WORKER_INGEST_HEAP_H
#define TRAWL_WORKER_INGEST_HEAP_H

/* The memory of tasks. A chunk takes tens of megabytes and gives them back to
 * malloc(3); what malloc gives back to the kernel has to be taken again, page by
 * page, for the next chunk (a sixth of the CPU time of a parse of 1 GB:
 * bench/results/ingest.md). So it is kept while a job runs, and given back behind it. */

/* Once, before the worker has threads. */
void heap_keep(void);

/* When there is no task any more. Thread: one of those that ran them; of what lies
 * at the end of another thread's arena 32 MiB may stay. */
void heap_give_back(void);

#endif
