#ifndef TRAWL_WORKER_INGEST_RUNNER_H
#define TRAWL_WORKER_INGEST_RUNNER_H

#include "common/base/err.h"
#include "worker/ingest/job_view.h"
#include "worker/store/jobs/task.h"

struct worker;
struct redis;
struct runner;

/* Takes tasks of the running job, one for each of its hands (hand.h), so that the
 * pool reads the log while the result of another task is on its way to Redis.
 * Before the first task of a job it looks whether it can work for it. Loop thread
 * only. */
enum { RUNNER_HANDS = 2 };

/* redis  borrowed until it is closed, which is after runner_close
 * name   among all workers of all hosts; copied
 * NULL when memory is out. */
struct runner *runner_open(
    struct worker *w, struct redis *redis, const char *name);

/* There may be a task. Without it one is looked for from time to time, too. */
void runner_wake(struct runner *r);

/* Whoever has looked at the log and is about to start a job can have its first task
 * done here: until runner_begin() or runner_withdraw() no other is taken.
 *
 * Returns the name under which the task is to be given, borrowed; NULL: it has
 * something else to do. */
const char *runner_offer(struct runner *r);

/* view  of the job; taken */
void runner_begin(
    struct runner *r, const struct task *t, struct job_view *view);

/* has_lost  no answer came, so it may have been given one */
void runner_withdraw(struct runner *r, bool has_lost);

/* Stops the running task at its next look; frees itself within the loop's next
 * turns, when the pool and Redis have let go. NULL is allowed. */
void runner_close(struct runner *r);

#endif
