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

/* Waits until one is free; its number. Any thread but the loop's. */
uint32_t slots_take(struct slots *s);

/* Gives back what slots_take() gave. */
void slots_give(struct slots *s, uint32_t slot);

/* Gives back whatever the process `pid` has. Master: when it has died. */
void slots_give_all(struct slots *s, pid_t pid);

#endif
