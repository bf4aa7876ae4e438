#ifndef TRAWL_WORKER_INGEST_WATCH_H
#define TRAWL_WORKER_INGEST_WATCH_H

#include "common/base/err.h"
#include "worker/store/redis/record.h"

#include <stdint.h>
#include <uv.h>

struct redis;

/* The jobs that somebody of this worker watches, wherever they run. However many
 * watch one, its record is read once a look: when somebody begins to watch, when
 * it is said to be over, and every WATCH_LOOK_MS. Loop thread only. */
struct watches;

enum { WATCH_LOOK_MS = 250 };

/* record  of the job, empty when there is none; borrowed until it returns; NULL
 *         when `e` is an error: Redis is away, or ERR_DRAINING, the last call
 * It may stop this watch and any other, and start others. */
typedef void watch_fn(enum err e, const struct record *record, void *arg);

/* Somebody who watches; memory: his, zeroed at first. */
struct watch {
	struct watch *next, **at; /* at NULL: watches nothing */
	watch_fn *fn;
	void *arg;
};

/* redis  borrowed until it is closed, which is after watches_close
 * NULL when memory is out. */
struct watches *watches_open(uv_loop_t *loop, struct redis *redis);

/* Calls fn again and again, never from inside this function, until watch_stop.
 * ERR_OK or ERR_NO_MEMORY. */
enum err watch_start(struct watches *all, struct watch *w, int64_t job,
    watch_fn *fn, void *arg) __attribute__((warn_unused_result));

/* One that watches nothing is allowed. */
void watch_stop(struct watch *w);

/* The job is over; 0: any may be. */
void watches_job_is_over(struct watches *all, int64_t job);

/* Stops all with ERR_DRAINING; frees itself when Redis has let go. NULL is
 * allowed. */
void watches_close(struct watches *all);

#endif
