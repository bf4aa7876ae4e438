#ifndef TRAWL_TESTS_SUPPORT_REDIS_PROCESS_H
#define TRAWL_TESTS_SUPPORT_REDIS_PROCESS_H

#include "common/base/config.h"

#include <sys/types.h>

/* A real redis-server of a test: on a unix socket in a directory of its own,
 * without a port and without files. It ends with the test, however that ends.
 * What goes wrong here fails the test. */
struct redis_process {
	pid_t pid; /* 0 while it does not run */
	char dir[64];
	struct redis_address address;
};

/* Makes the directory and starts Redis; it accepts connections on return. */
void redis_process_init(struct redis_process *p);

/* Starts it (again), empty. */
void redis_process_start(struct redis_process *p);

/* kill -9; gone on return. Nothing when it does not run. */
void redis_process_kill(struct redis_process *p);

/* Kills and removes the directory. */
void redis_process_cleanup(struct redis_process *p);

/* Asks through redis-cli's protocol on a connection of its own, blocking, and
 * writes the answer as text: a number, a string, "(nil)", "(error) ..." or, for
 * an array, its elements with a blank between. For looking behind the
 * program's back. */
const char *redis_process_ask(struct redis_process *p, const char *format, ...);

/* A connection that hears what is published on a channel from now on; the caller
 * ends it with redisFree(). */
struct redisContext *redis_process_subscribe(
    struct redis_process *p, const char *channel);

/* The next message, which is waited for some seconds. */
const char *redis_process_hear(struct redisContext *c);

#endif
