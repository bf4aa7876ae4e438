#ifndef TRAWL_WORKER_INGEST_ASK_H
#define TRAWL_WORKER_INGEST_ASK_H

#include "worker/ingest/ingest.h"

struct worker;
struct redis;
struct watches;
struct runner;
struct asks;

/* Those who asked this worker for a parse and wait for its end. Loop thread
 * only. */

/* redis    borrowed until it is closed, which is after asks_close
 * watches  the same
 * runner   that is offered the first task of jobs that begin here; borrowed until
 *          runner_close
 * NULL when memory is out. */
struct asks *asks_open(struct worker *w, struct redis *redis,
    struct watches *watches, struct runner *runner);

/* See ingest_parse(). */
enum err asks_add(struct asks *a, const struct parse_wish *wish, parse_fn *fn,
    void *arg) __attribute__((warn_unused_result));

/* Answers all with ERR_DRAINING; frees itself when the pool and Redis have let
 * go. NULL is allowed. */
void asks_close(struct asks *a);

#endif
