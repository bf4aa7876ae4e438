#ifndef TRAWL_WORKER_STORE_REDIS_BATCH_H
#define TRAWL_WORKER_STORE_REDIS_BATCH_H

#include "common/base/buffer.h"
#include "common/base/err.h"
#include "common/base/span.h"
#include "worker/store/redis/redis.h"

#include <stdarg.h>
#include <stddef.h>

/* Commands in the form in which Redis reads them, one behind the other, kept
 * until they have been answered: so they can be sent again. All zeros is an empty
 * batch. The first failure of putting is kept in `failed`. One thread at a time. */
struct batch {
	struct buffer bytes; /* owner: batch_cleanup */
	size_t commands;
	enum err failed; /* ERR_NO_MEMORY, or ERR_OK: none */
};

/* Adds a command; the arguments are copied. */
void batch_put(struct batch *b, int argc, const struct span *argv);

/* The same by hiredis' formats (redisvFormatCommand). */
void batch_putf(struct batch *b, const char *format, va_list args);

/* A built-in script, by its text. */
void batch_put_script(struct batch *b, enum script script, int keys, int argc,
    const struct span *argv);

/* What is in it becomes one transaction: MULTI ahead of it, EXEC behind it. */
void batch_join(struct batch *b);

/* The room stays for the next one. */
void batch_empty(struct batch *b);
void batch_cleanup(struct batch *b);

#endif
