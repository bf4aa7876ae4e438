#ifndef TRAWL_WORKER_STORE_REDIS_REPLY_H
#define TRAWL_WORKER_STORE_REDIS_REPLY_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/span.h"

#include <stdbool.h>
#include <stddef.h>

struct redisReply;

/* What the words of an error of Redis mean, and texts of replies. Any thread. */

/* ERR_OK unless the reply is an error: of a Redis that cannot just now (OOM,
 * READONLY, LOADING, ...) ERR_STORE_DOWN, STALE (of our scripts) ERR_STALE, all
 * else ERR_INTERNAL; logged once with its words. */
enum err reply_err(const struct redisReply *reply);

/* Whether it is an error that ends by itself, so that the same command may do in a
 * moment. */
bool reply_is_passing(const struct redisReply *reply);

/* A reply that is a string, as it is, in the arena, with a NUL behind it. ERR_OK,
 * ERR_CORRUPT: it is something else; ERR_NO_MEMORY. */
enum err reply_text(const struct redisReply *reply, struct arena *a,
    struct span *out) __attribute__((warn_unused_result));

/* The same of an array of strings, which may be empty.
 *
 * out  *len texts; both in the arena */
enum err reply_texts(const struct redisReply *reply, struct arena *a,
    struct span **out, size_t *len) __attribute__((warn_unused_result));

#endif
