#ifndef TRAWL_WORKER_STORE_REDIS_COMMAND_H
#define TRAWL_WORKER_STORE_REDIS_COMMAND_H

#include "worker/store/redis/redis.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* One command on its way to Redis: its bytes in the protocol's form, who wants
 * the answer, and until when. */
struct command {
	struct command *next; /* the queue's own */
	redis_fn *fn;         /* NULL: the connection's own greeting */
	void *arg;
	uint64_t due_ms;    /* uv_now() at which it is overdue */
	enum script script; /* SCRIPTS: an ordinary command */
	bool has_text;      /* of the script: EVAL, not EVALSHA */
	bool is_usual;      /* of the size that a pool keeps */
	int argc;           /* of the whole command */
	size_t rest;        /* script: where its keys and arguments begin */
	size_t len;
	char text[];
};

/* First in, first out. All zeros is the empty queue. */
struct command_queue {
	struct command *head, *tail;
	size_t len;
};

/* Spare commands of usual size: a few, and the one that was given back last, which is
 * still in the cache, is taken first. Zeroed is empty. */
struct command_pool {
	struct command *spares;
	size_t len;
};
void command_pool_cleanup(struct command_pool *pool);

/* All give a command to be freed with command_free(), or NULL when memory is out.
 *
 * lens  NULL: argv holds C strings
 * pool  where its memory may come from; NULL: malloc(3) alone */
struct command *command_new(struct command_pool *pool, int argc,
    const char *const *argv, const size_t *lens);

/* pool  where its memory may go, wherever it is from; NULL: nowhere */
void command_free(struct command_pool *pool, struct command *c);

/* As redisvFormatCommand(). */
struct command *command_format(const char *format, va_list args);

/* EVALSHA of a built-in script. */
struct command *command_script(enum script script, int keys, int argc,
    const char *const *argv, const size_t *lens);

/* The same with keys and arguments by format. */
struct command *command_script_format(
    enum script script, int keys, const char *format, va_list args);

/* The EVAL of an EVALSHA that Redis did not know, with its receiver and
 * deadline. `sha` stays the caller's. */
struct command *command_eval(const struct command *sha);

void command_push(struct command_queue *q, struct command *c);

/* The oldest, taken out; NULL when the queue is empty. */
struct command *command_pop(struct command_queue *q);

/* The earliest deadline in it; UINT64_MAX when it is empty. */
uint64_t command_queue_due(const struct command_queue *q);

/* Moves what is overdue to the end of `out`; both keep their order. */
void command_take_overdue(
    struct command_queue *q, uint64_t now, struct command_queue *out);

#endif
