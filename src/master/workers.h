#ifndef TRAWL_MASTER_WORKERS_H
#define TRAWL_MASTER_WORKERS_H

#include "common/base/shared.h"
#include "master/child.h"

/* What a worker does, in a process of its own; its return value is the exit
 * status. */
typedef int workers_run(int slot, void *arg);

/* The workers of a host, one a slot, each replaced when it ends. Process: master,
 * which has one thread. */
struct workers {
	struct child child[WORKERS_MAX];
	int len;
	struct shared *shared;
	workers_run *run;
	void *arg;
};

/* len     WORKERS_MAX at most
 * shared  where it is said which process runs in a slot; borrowed
 * run     with `arg`, by each worker */
void workers_init(struct workers *w, int len, struct shared *shared,
    workers_run *run, void *arg);

/* Starts those that are to be started now. One that cannot be started is due
 * later again. */
void workers_start_due(struct workers *w);

/* When the next one is to be started, CLOCK_MONOTONIC; INT64_MAX: all run. */
int64_t workers_due_ms(const struct workers *w);

bool workers_is_any_alive(const struct workers *w);

/* To all that run. */
void workers_signal(const struct workers *w, int number);

/* Notes that a process ended (waitpid(2) named it), and gives back what it held
 * in the shared mapping. Returns its slot; -1: it was none of them. */
int workers_ended(struct workers *w, pid_t pid);

#endif
