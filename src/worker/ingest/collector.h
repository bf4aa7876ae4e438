#ifndef TRAWL_WORKER_INGEST_COLLECTOR_H
#define TRAWL_WORKER_INGEST_COLLECTOR_H

struct worker;
struct collector;

/* Gives back, from time to time, segments that nobody names any more: those that a
 * parse has replaced, and those of jobs that died. Loop thread only. */

/* NULL when memory is out. */
struct collector *collector_open(struct worker *w);

/* Frees itself within the loop's next turns, when the pool has let go. NULL is
 * allowed. */
void collector_close(struct collector *c);

#endif
