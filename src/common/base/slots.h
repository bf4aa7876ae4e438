#ifndef TRAWL_COMMON_BASE_SLOTS_H
#define TRAWL_COMMON_BASE_SLOTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* At most so many at once, over all processes of a host: lies in memory that
 * they share. A slot knows the process that has it, so that a process that died
 * with it can be made to give it back.
 *
 * Who has a slot may go on with it for one piece of work after the other, as long
 * as slots_may_keep() says so: nobody sleeps and nobody is woken then, and a CPU
 * that is busy stays so. Processes that wait get their share all the same. */
enum { SLOTS_MAX = 256 };

struct slots {
	uint32_t len; /* in use; const after the fork; 1 to SLOTS_MAX */
	_Atomic int32_t owner[SLOTS_MAX];  /* pid; 0: free */
	_Atomic int32_t waiter[SLOTS_MAX]; /* pid; negative: woken; 0: nobody */
	_Atomic uint32_t ticket[SLOTS_MAX]; /* of waiter: less came before */
	_Atomic uint32_t tickets;
};

/* Waits until one is free; processes that have fewer go first, and of those that
 * have as many who came first. Its number, or -1: none was within `limit_ms`, as
 * when a process that has it is stopped. Any thread but the loop's, and one of a
 * process at a time: there are SLOTS_MAX places to wait at, who finds none looks
 * every 100 ms. */
int slots_take(struct slots *s, int64_t limit_ms);

/* Whether who took a slot at `since_ms` (clock_ms()) may keep it for more: unless
 * a process waits that has two less, or has less while the time of this one is
 * over. */
bool slots_may_keep(const struct slots *s, int64_t since_ms);

/* Gives back what slots_take() gave. */
void slots_give(struct slots *s, int slot);

/* Gives back whatever the process `pid` has. Master: when it has died. */
void slots_give_all(struct slots *s, pid_t pid);

#endif
