#ifndef TRAWL_WORKER_INGEST_FOLLOW_H
#define TRAWL_WORKER_INGEST_FOLLOW_H

#include <stdbool.h>

struct asks;
struct follow;
struct redis;
struct worker;

/* Keeps the reports up to date with the log (setting `follow`): listens to the
 * kernel where the log lies and asks for a parse when it has changed, FOLLOW_MS
 * after the last one at the earliest. Where the kernel cannot tell it looks
 * every second. While the log is quiet it asks every FOLLOW_CHECK_MS whether its
 * folders are still the same, and Redis whether it still has the reports: if not,
 * the log is looked at anew. Loop thread only. */
enum { FOLLOW_MS = 400, FOLLOW_CHECK_MS = 1000 };

/* asks, redis  borrowed until they are closed, which is after follow_close
 * It begins to act when it is told that it leads. NULL when memory is out. */
struct follow *follow_open(
    struct worker *w, struct asks *asks, struct redis *redis);

/* Whether it is this worker's turn: one of a host is enough. Two that act do no
 * harm. */
void follow_lead(struct follow *f, bool is_leading);

/* Frees itself within the loop's next turns, when the pool and asks have let go.
 * NULL is allowed. */
void follow_close(struct follow *f);

#endif
