#ifndef TRAWL_WORKER_STORE_REDIS_BULK_H
#define TRAWL_WORKER_STORE_REDIS_BULK_H

#include "common/base/config.h"
#include "common/base/err.h"
#include "common/base/span.h"
#include "worker/store/redis/redis.h"

#include <stdatomic.h>
#include <stddef.h>

/* Redis for a pool thread: it blocks, so that megabytes of partials and segments
 * are sent and read where nobody else waits, and a task reads downward. Commands
 * are collected and sent as one batch; when the connection (bulk_link.h) is lost,
 * or Redis is starting up, the whole batch is sent again on a new one, until
 * patience ends. So a batch holds only what may be done twice.
 *
 * One thread at a time. SIGPIPE is ignored in the process. */
struct bulk;
struct redisReply;

/* Connects with the first batch.
 *
 * address      borrowed until bulk_free
 * stop         polled while it waits: non-zero ends every call with
 *              ERR_DRAINING; NULL: nobody stops it
 * patience_ms  for one batch; BULK_PATIENCE_MS outlasts a restart of Redis
 * NULL when memory is out. */
enum { BULK_PATIENCE_MS = 20000 };
struct bulk *bulk_new(const struct redis_address *address,
    const _Atomic int *stop, int64_t patience_ms);

/* NULL is allowed. */
void bulk_free(struct bulk *b);

/* Adds a command to the batch; the arguments are copied. The first failure is
 * kept and is what bulk_run returns. */
void bulk_put(struct bulk *b, int argc, const struct span *argv);
void bulk_putf(struct bulk *b, const char *format, ...);

/* A built-in script, by its text: a batch has few, and each commits much. */
void bulk_put_script(struct bulk *b, enum script script, int keys, int argc,
    const struct span *argv);

/* Bytes of the commands that bulk_run would send now. */
size_t bulk_size(const struct bulk *b);

/* Judges the reply to the index-th command of the batch; an error reply never
 * comes here. Whatever it returns but ERR_OK is what bulk_run returns. */
typedef enum err bulk_fn(
    size_t index, const struct redisReply *reply, void *arg);

/* Sends the batch and reads all replies, then hands them to `fn` (NULL: they
 * are of no interest). The batch is empty afterwards, whatever comes.
 * ERR_STORE_DOWN when patience ended, ERR_NO_FILES at once, ERR_NO_MEMORY, and what
 * reply_err() says. */
enum err bulk_run(struct bulk *b, bulk_fn *fn, void *arg)
    __attribute__((warn_unused_result));

/* For long strings that are used where they are received: bulk_send sends the
 * batch, which is empty then, and bulk_receive takes the next reply of what was
 * sent, a string of exactly `len` bytes. Redis may be asked for what follows while
 * what came is being used; all replies are to be taken before bulk_run. Nothing is
 * sent twice: ERR_STALE says that the connection was lost, or that the string is
 * an empty one (a key that is gone has those), ERR_CORRUPT that it has another
 * length, ERR_STORE_DOWN that patience ended. On any error the connection is closed,
 * with all that was asked. */
enum err bulk_send(struct bulk *b) __attribute__((warn_unused_result));
enum err bulk_receive(struct bulk *b, char *to, size_t len)
    __attribute__((warn_unused_result));

/* bulk_run for a batch of writes, as one transaction: all of it, or nothing when
 * Redis has no room or no disk for one of them. It is also done in one turn of
 * Redis's loop: each turn that writes waits for the disk, and otherwise there is
 * one for every 16 KiB. An error reply of any command is what it returns. */
enum err bulk_run_at_once(struct bulk *b) __attribute__((warn_unused_result));

#endif
