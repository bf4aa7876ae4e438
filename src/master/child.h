#ifndef TRAWL_MASTER_CHILD_H
#define TRAWL_MASTER_CHILD_H

#include <sys/types.h>

/* fork(2) for every process of ours: the child is killed when its parent ends,
 * however that ends; it is in a process group of its own, so that the ^C of a
 * terminal reaches the master alone, which ends the others in order; its signals
 * are as a fresh process has them, but for SIGPIPE, which stays ignored.
 *
 * Returns as fork(2): 0 in the child, -1 with errno. Process: master, which has
 * one thread (the kernel watches the thread that forked). */
pid_t child_fork(void);

#endif
