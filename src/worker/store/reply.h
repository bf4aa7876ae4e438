#ifndef TRAWL_WORKER_STORE_REPLY_H
#define TRAWL_WORKER_STORE_REPLY_H

#include "common/base/err.h"

#include <stdbool.h>

struct redisReply;

/* What the words of an error of Redis mean. */

/* ERR_OK unless the reply is an error: of a Redis that cannot just now (OOM,
 * READONLY, LOADING, ...) ERR_STORE_DOWN, STALE (of our scripts) ERR_STALE, all
 * else ERR_INTERNAL; logged once with its words. */
enum err reply_err(const struct redisReply *reply);

/* Whether it is an error that ends by itself, so that the same command may do in a
 * moment. */
bool reply_is_passing(const struct redisReply *reply);

#endif
