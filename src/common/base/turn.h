#ifndef TRAWL_COMMON_BASE_TURN_H
#define TRAWL_COMMON_BASE_TURN_H

/* Turns on a CPU, where threads that must not wait share it with threads that
 * work for long. Linux gives a thread that wakes up the CPU at once only if that
 * thread has had no more than its share just then; otherwise it looks again at a
 * tick of its clock, 4 ms later or 8. So who works for long ends its turns
 * itself, where it can. (A shorter turn for the thread that must not wait, which
 * takes the CPU from whoever has longer ones, takes it from its clients and from
 * Redis too: a question that Redis answers cost a fifth more CPU so.) What the
 * kernel refuses or does not know is left out: slower for others and wrong for
 * nobody. */

/* This thread works for long, beside others that must not wait: a lower priority,
 * and longer turns than others have, so that who wakes up takes its place (Linux 6.12
 * on). For good.
 *
 * nice  its nice value, unless the caller's is higher */
void turn_give_way(int nice);

/* Lets whoever waits for this CPU have it; a third of a microsecond when nobody
 * does. To be called every 0.2 ms or so. What is left of a turn is forfeited: from
 * the first call on this thread's turns are 0.5 ms, so where others work all the time
 * it has two fifths of its share, and all that they leave.
 *
 * Nothing on a thread that has not called turn_give_way(): code that works for long
 * calls this wherever it runs, and not every caller of it gives way. */
void turn_end(void);

#endif
