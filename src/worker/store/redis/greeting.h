#ifndef TRAWL_WORKER_STORE_REDIS_GREETING_H
#define TRAWL_WORKER_STORE_REDIS_GREETING_H

#include "common/base/config.h"
#include "worker/store/redis/command.h"

/* What is said first on every new connection to Redis: AUTH (the default user's
 * when only a password is set), SELECT unless it is database 0, CLIENT SETNAME,
 * and PING, which Redis refuses while it still loads its file. Commands without
 * a receiver, appended to `out`; ERR_NO_MEMORY leaves those made so far. */
enum err greeting_make(
    struct command_queue *out, const struct redis_address *to, const char *name)
    __attribute__((warn_unused_result));

#endif
