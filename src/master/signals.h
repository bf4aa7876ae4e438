#ifndef TRAWL_MASTER_SIGNALS_H
#define TRAWL_MASTER_SIGNALS_H

/* The signals of the master as a descriptor to poll: SIGTERM, SIGINT and SIGHUP
 * (but not one that was ignored before) ask for the end, SIGCHLD says that a child
 * has ended. They are blocked from signals_open() on; SIGPIPE, SIGUSR1 and SIGUSR2,
 * which mean nothing here, are ignored. */

/* Gives a descriptor, or -1 with errno. */
int signals_open(void);

/* Takes what has come; the number of those that ask for the end. */
unsigned signals_read(int fd);

#endif
