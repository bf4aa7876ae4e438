#ifndef TRAWL_WORKER_INGEST_ASK_H
#define TRAWL_WORKER_INGEST_ASK_H

#include "worker/ingest/ingest.h"

#include <stdbool.h>
#include <stdint.h>

struct worker;
struct redis;
struct asks;

/* Those who asked this worker for a parse and wait for its end. Loop thread
 * only. */

/* redis  borrowed until it is closed, which is after asks_close */
struct asks *asks_open(struct worker *w, struct redis *redis);

/* See ingest_parse(). */
enum err asks_add(struct asks *a, bool is_full, parse_fn *fn, void *arg)
    __attribute__((warn_unused_result));

/* The job is over; 0: any may be. */
void asks_job_is_over(struct asks *a, int64_t job);

/* Answers all with ERR_DRAINING; frees itself when the pool and Redis have let
 * go. NULL is allowed. */
void asks_close(struct asks *a);

#endif
