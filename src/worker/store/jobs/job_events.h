#ifndef TRAWL_WORKER_STORE_JOBS_JOB_EVENTS_H
#define TRAWL_WORKER_STORE_JOBS_JOB_EVENTS_H

#include "common/base/config.h"

#include <stdint.h>
#include <uv.h>

/* What the scripts of jobs publish on the channel `{logs}:events`, heard by
 * every worker of every host, so that nobody needs to ask again and again. A
 * message can be lost with a connection: whoever waits asks by itself from
 * time to time, too. Loop thread only. */
struct job_events;

enum job_event {
	JOB_HAS_TASKS, /* the job has new tasks */
	JOB_IS_OVER,   /* the job is done or has failed */
	JOB_NEWS_LOST, /* messages may have been missed; job is 0 */
};

typedef void job_events_fn(enum job_event event, int64_t job, void *arg);

/* Subscribes, again and again if it must. address is copied. NULL when memory
 * is out. */
struct job_events *job_events_open(uv_loop_t *loop,
    const struct redis_address *address, const char *name, job_events_fn *fn,
    void *arg);

/* No call of fn after it. NULL is allowed. */
void job_events_close(struct job_events *e);

#endif
