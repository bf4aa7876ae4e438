#ifndef TRAWL_WORKER_STORE_JOBS_JOB_H
#define TRAWL_WORKER_STORE_JOBS_JOB_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/span.h"
#include "worker/store/jobs/task.h"
#include "worker/store/redis/bulk.h"
#include "worker/store/redis/record.h"
#include "worker/store/redis/redis.h"

#include <stdbool.h>
#include <stdint.h>

/* A job is one parse of the log: at most one runs in one Redis, and its number,
 * which only grows, fences off what late workers do. Its record is the hash
 * `{logs}:job:<number>` (redis/KEYS.md). Loop thread only; every function
 * returns ERR_OK, and then calls back once, or why it cannot even send. */

/* What a new job begins with. */
struct job_start {
	struct span source;          /* source_text.h */
	const struct record *fields; /* more of the record */
	enum task_kind kind;         /* TASK_MAP or TASK_WHOLE */
	uint32_t tasks;
	bool is_full; /* all is to be read, whatever is known */
	/* That the log was compared with to find out what is new; empty: there
	 * was none. When it is not the last one any more, what is new is looked
	 * for again. */
	struct span generation;
	int64_t keep_s; /* how long its record is of interest */
	/* That begins with the first task of a new job, having looked at the log
	 * already; NULL: workers are told that there are tasks. */
	const char *worker;
	int64_t silence_ms; /* of a running job that is given up */
};

/* number  of a job that reads what the asker wants: the new one, the running
 *         one, or one that begins when that is over
 * begun   the first task of a new job, in the hands of job_start.worker; NULL:
 *         that has nothing to do with it. When there is
 *         no answer it may have a task that it does not know (task_take) */
typedef void job_started_fn(
    enum err e, int64_t number, const struct task *begun, void *arg);
enum err job_start(struct redis *r, const struct job_start *start,
    job_started_fn *fn, void *arg) __attribute__((warn_unused_result));

/* record  filled in the arena that was given; empty: there is no such job */
typedef void job_read_fn(enum err e, struct record *record, void *arg);
enum err job_read(struct redis *r, int64_t number, struct arena *a,
    job_read_fn *fn, void *arg) __attribute__((warn_unused_result));

/* Ends the job of a task, if it is the running one, with an error and its words;
 * not when somebody else has been given the task meanwhile. Without an entry it is
 * the job that cannot be done, whoever does it. The task `plan` of one that has just
 * begun goes back to the queue when its host sees no log (ERR_NO_LOG,
 * ERR_LOG_UNREADABLE): others may. */
typedef void job_failed_fn(enum err e, void *arg);
enum err job_fail(struct redis *r, const struct task *t, enum err why,
    const char *words, job_failed_fn *fn, void *arg)
    __attribute__((warn_unused_result));

/* The job that task `t` was the plan of begins, or is done without any work.
 *
 * worker  who looked, for people
 * start   is_full, generation, keep_s, worker and silence_ms are not used; tasks 0: the
 *         log is what the reports are of, which is what the fields then say
 * ERR_STALE: another job runs. Thread: a pool thread. */
enum err job_plan(struct bulk *b, const struct task *t, const char *worker,
    const struct job_start *start) __attribute__((warn_unused_result));

/* How a job ended, by its record: ERR_OK with *is_over false while it runs,
 * ERR_NO_JOB when the record is empty. */
enum err job_outcome(const struct record *record, bool *is_over);

#endif
