#ifndef TRAWL_WORKER_STORE_REDIS_BULK_LINK_H
#define TRAWL_WORKER_STORE_REDIS_BULK_LINK_H

#include "common/base/config.h"
#include "common/base/err.h"

#include <stddef.h>
#include <stdint.h>

struct batch;
struct redisContext;
struct redisReply;

/* One connection to Redis of a pool thread. It blocks, and its socket's time-outs
 * bound every read and write. When it is lost it is closed, with all that was
 * asked; nothing is sent twice. One thread at a time. SIGPIPE is ignored in the
 * process. */
enum {
	BULK_LINK_AHEAD_MAX = 25, /* the end of a string, "$<20 digits>\r\n" */
	BULK_LINK_WAIT_MS = 4000, /* for one read or write to move */
};
struct bulk_link {
	const struct redis_address *address; /* borrowed */
	struct redisContext *context;        /* NULL: not connected */

	/* What came behind the string that was received last. */
	char ahead[BULK_LINK_AHEAD_MAX];
	size_t ahead_len;
};

/* Not connected yet.
 *
 * address  borrowed until bulk_link_close */
void bulk_link_init(struct bulk_link *l, const struct redis_address *address);

/* Connects and greets, unless it is connected. ERR_NO_FILES; ERR_STORE_DOWN: Redis
 * is away, or refuses. */
enum err bulk_link_open(struct bulk_link *l)
    __attribute__((warn_unused_result));

/* One that is not connected is allowed. */
void bulk_link_close(struct bulk_link *l);

/* Sends a batch, on a connection made for it if there is none, and reads the reply
 * to each of its commands.
 *
 * replies  room for batch->commands; filled with ERR_OK, each to be freed with
 *          freeReplyObject(); all NULL otherwise
 * Returns what bulk_link_open() does; ERR_STORE_DOWN too when the connection was
 * lost, or a reply is an error that ends by itself (reply_is_passing). */
enum err bulk_link_exchange(struct bulk_link *l, const struct batch *batch,
    struct redisReply **replies) __attribute__((warn_unused_result));

/* Sends the batch alone; its replies are taken by bulk_link_receive(). ERR_STALE:
 * there is no connection, or it was lost. */
enum err bulk_link_send(struct bulk_link *l, const struct batch *batch)
    __attribute__((warn_unused_result));

/* Takes the next reply, a string of exactly `len` bytes, into `to`.
 *
 * deadline_ms  clock_ms() by which all of it is here
 * ERR_STALE: the connection was lost, or the reply is no string, or an empty one;
 * ERR_CORRUPT: it has another length; ERR_STORE_DOWN: it took too long. On any of
 * them the connection is closed. */
enum err bulk_link_receive(struct bulk_link *l, char *to, size_t len,
    int64_t deadline_ms) __attribute__((warn_unused_result));

#endif
