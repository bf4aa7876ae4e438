#ifndef TRAWL_COMMON_BASE_TURN_H
#define TRAWL_COMMON_BASE_TURN_H

/* Turns on a CPU, where threads that must not wait share it with threads that
 * work for long. Linux gives a thread that wakes up the CPU at once only if that
 * thread has had no more than its share just then; otherwise it looks again at a
 * tick of its clock, 4 ms later or 8. So who works for long ends its turns
 * itself. What the kernel refuses or does not know is left out: slower for others
 * and wrong for nobody. */

/* This thread answers others: it has the shortest turns there are, and whoever
 * has longer ones makes room when it wakes up (Linux 6.12 on). */
void turn_short(void);

/* This thread works for long: a lower priority, and turns not much longer than the
 * stretches between two turn_end, since what is left of one is forfeited there.
 *
 * nice  its nice value, unless the caller's is higher */
void turn_give_way(int nice);

/* Lets whoever waits for this CPU have it; a third of a microsecond when nobody
 * does. To be called every 0.2 ms or so. */
void turn_end(void);

#endif
