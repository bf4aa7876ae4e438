#ifndef TRAWL_WORKER_STORE_REDIS_LINK_H
#define TRAWL_WORKER_STORE_REDIS_LINK_H

#include "common/base/config.h"
#include "common/base/err.h"

#include <stddef.h>
#include <uv.h>

/* One connection to Redis, from resolving its name to its end: bytes out,
 * replies in. It knows no commands and never comes back: when it is lost, its
 * owner opens another. Loop thread only. */
struct link;
struct redisReply;

struct link_hooks {
	void (*open)(void *arg); /* connected: link_put may begin */
	/* reply  borrowed until the hook returns */
	void (*reply)(const struct redisReply *reply, void *arg);
	/* Called once at most and nothing after it: the link closes, its owner
	 * forgets it.
	 * why  borrowed until the hook returns */
	void (*lost)(const char *why, void *arg);
	void *arg;
};

/* Starts connecting. Hooks are called from the loop, never from inside a
 * function of this file.
 *
 * attempt  a name with several addresses gives the attempt-th of them
 * NULL when memory or descriptors are out. */
struct link *link_open(uv_loop_t *loop, const struct redis_address *address,
    unsigned attempt, const struct link_hooks *hooks);

/* Keeps a copy of the bytes; all that one loop pass puts is written at once,
 * before the loop sleeps. ERR_NO_MEMORY: nothing was kept. */
enum err link_put(struct link *l, const char *data, size_t len)
    __attribute__((warn_unused_result));

/* Silences the hooks at once (also from inside one of them) and frees within
 * the loop's next turns. NULL is allowed. */
void link_close(struct link *l);

#endif
