#ifndef TRAWL_MASTER_PRIVATE_REDIS_H
#define TRAWL_MASTER_PRIVATE_REDIS_H

#include "common/base/err.h"
#include "master/data_dir.h"

#include <stdbool.h>
#include <sys/types.h>

/* The Redis that a trawl runs for itself when redis_url is not set: a real
 * redis-server with the built-in redis/redis.conf, whose working directory is
 * data_dir. It holds the lock redis.lock there as long as it lives, so that
 * never two of them write the same append-only file. */
enum {
	/* The exit status of a child that could not run redis-server. */
	PRIVATE_REDIS_NOT_RUN = 127,
};

/* Writes its redis.conf. Once, before the first start. */
enum err private_redis_configure(
    const struct data_dir *dir, struct problem *why);

/* Starts it; its log is data_dir/redis.log.
 *
 * pid  0 when an earlier one (of a killed master) is still ending: try again
 * ERR_INVALID with `why` when it cannot be started. */
enum err private_redis_start(
    const struct data_dir *dir, pid_t *pid, struct problem *why);

/* Whether it answers at its socket; false while it loads its data. Blocks for
 * a tenth of a second at most. */
bool private_redis_is_ready(const char *socket_path);

#endif
