#ifndef TRAWL_MASTER_CHILD_H
#define TRAWL_MASTER_CHILD_H

#include "master/backoff.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A process of ours that is replaced when it ends. All zeros: never started,
 * due at once. */
struct child {
	pid_t pid; /* 0: not running */
	int64_t started_ms;
	int64_t due_ms; /* of the next start */
	struct backoff backoff;
};

/* fork(2) for every process of ours: the child is killed when its parent ends,
 * however that ends; it is in a process group of its own, so that the ^C of a
 * terminal reaches the master alone, which ends the others in order; its signals
 * are as a fresh process has them, but for those that the master ignores
 * (signals_open()), which stay ignored.
 *
 * Returns as fork(2): 0 in the child, -1 with errno. Process: master, which has
 * one thread (the kernel watches the thread that forked). */
pid_t child_fork(void);

/* Whether it is to be started now. */
bool child_is_due(const struct child *c);

/* Notes that it runs, and that it has ended (or could not be started). */
void child_started(struct child *c, pid_t pid);
void child_ended(struct child *c);

/* How a process ended, for the log: "was ended by signal 9 (Killed)", "ended
 * with status 1". status: as waitpid(2) gives it. */
enum { CHILD_END_TEXT = 80 };
void child_describe_end(int status, char out[CHILD_END_TEXT]);

#endif
