#ifndef TRAWL_COMMON_BASE_SLOTS_H
#define TRAWL_COMMON_BASE_SLOTS_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

/* At most so many at once, over all processes of a host: lies in memory that
 * they share. A slot knows the process that has it, so that a process that died
 * with it can be made to give it back. */
enum { SLOTS_MAX = 256 };

struct slots {
	uint32_t len; /* in use; const after the fork; 1 to SLOTS_MAX */
	_Atomic uint32_t given; /* moves on whenever one is given back */
	_Atomic int32_t owner[SLOTS_MAX]; /* pid; 0: free */
};

/* Waits until one is free. Its number, or -1: none was within `limit_ms`, as
 * when a process that has it is stopped. Any thread but the loop's. */
int slots_take(struct slots *s, int64_t limit_ms);

/* Gives back what slots_take() gave. */
void slots_give(struct slots *s, int slot);

/* Gives back whatever the process `pid` has. Master: when it has died. */
void slots_give_all(struct slots *s, pid_t pid);

#endif
