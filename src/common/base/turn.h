#ifndef TRAWL_COMMON_BASE_TURN_H
#define TRAWL_COMMON_BASE_TURN_H

/* Turns on a CPU, where threads that must not wait share it with threads that
 * work for long. A thread that wakes up takes the CPU at once from one of SCHED_IDLE,
 * and moves to a CPU on which only such threads run (sched(7)); from any other it takes
 * it when its own share allows, or at a tick of the clock, 4 ms later or 8. So work that
 * is long is done under SCHED_IDLE.
 *
 * Such a thread has a three-hundredth of what others have where they work all the
 * time. So it looks at the clock, and when it has had less than a hundredth of a CPU it
 * goes on as an ordinary thread of low priority, for 40 ms at first and up to 2.56 s when
 * that happens again. Only who may raise its priority can come back from SCHED_IDLE: root,
 * CAP_SYS_NICE, or RLIMIT_NICE above 20 less the nice value. Who may not, or has been
 * kept waiting, ends its turns itself, where it can.
 *
 * (A shorter turn for the thread that must not wait, which takes the CPU from whoever
 * has longer ones, takes it from its clients and from Redis too: a question that Redis
 * answers cost a fifth more CPU so.) What the kernel refuses or does not know is left
 * out: slower for others and wrong for nobody. */

/* This thread works for long, beside others that must not wait: a lower priority,
 * and longer turns than others have, so that who wakes up takes its place (Linux 6.12
 * on). For good, and for what it executes.
 *
 * nice  its nice value, unless the caller's is higher; 0: no lower priority */
void turn_give_way(int nice);

/* Lets whoever waits for this CPU have it; a third of a microsecond when nobody does.
 * To be called every 0.2 ms or so; work is long from the ninth time on. From the first
 * call on this thread's turns are 0.5 ms, and what it leaves of one is forfeited, so
 * where others work all the time an ordinary thread has two fifths of its share, and all
 * that they leave.
 *
 * Nothing on a thread that has not called turn_give_way(): code that works for long
 * calls this wherever it runs, and not every caller of it gives way. */
void turn_end(void);

/* The work is over: what this thread does next is short or ends no turns, and others
 * may wait for it, as for a lock. It is an ordinary thread again. */
void turn_come_back(void);

#endif
