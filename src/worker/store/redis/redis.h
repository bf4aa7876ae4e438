#ifndef TRAWL_WORKER_STORE_REDIS_REDIS_H
#define TRAWL_WORKER_STORE_REDIS_REDIS_H

#include "common/base/config.h"
#include "common/base/err.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/* One connection to Redis that comes back by itself (back-off with jitter) and
 * answers every command on every kind of failure: refused, dropped, silent for
 * longer than the deadline, full queue, shutting down. hiredis is known to this
 * folder alone; what leaves it is typed. Loop thread only. SIGPIPE is ignored in the
 * process. */
struct redis;
struct redisReply;

/* reply  NULL when there is no answer (`err` says why), else borrowed until the
 *        callback returns; an error reply of Redis has err ERR_OK and is the
 *        callback's to judge (reply_err)
 * Called exactly once for every command that redis_send took, and never from
 * inside redis_send. */
typedef void redis_fn(enum err err, const struct redisReply *reply, void *arg);

/* Any of them may be NULL. */
struct redis_hooks {
	void (*up)(void *arg);   /* authenticated, database chosen */
	void (*down)(void *arg); /* was up; what was under way is answered */
	/* A published message or invalidation, once redis_subscribe was sent. */
	void (*push)(const struct redisReply *reply, void *arg);
	void *arg;
};

/* Starts connecting; commands sent before `up` wait for it until their deadline.
 *
 * address, hooks  copied; hooks NULL: nobody asks
 * name            CLIENT SETNAME, for `redis-cli CLIENT LIST`
 * queue_limit     commands under way or waiting
 * NULL when memory is out. */
struct redis *redis_open(uv_loop_t *loop, const struct redis_address *address,
    const struct redis_hooks *hooks, const char *name, size_t queue_limit);

/* Other hooks from here on. hooks  copied; NULL: nobody asks any more */
void redis_set_hooks(struct redis *r, const struct redis_hooks *hooks);

/* Answers what waits with ERR_DRAINING (at once), closes, frees within the
 * loop's next turns. May be called from a callback. NULL is allowed. */
void redis_close(struct redis *r);

bool redis_is_up(const struct redis *r);

/* Sends one command: flushed once per loop pass, together with what other
 * requests of that pass send. While the connection is away it waits for it. A
 * command that was on its way when the connection broke is answered
 * ERR_STORE_DOWN and never sent again: nobody knows whether Redis ran it.
 *
 * deadline_ms  time until fn is called with ERR_STORE_DOWN; a connection with
 *              an overdue command on it is dropped and made anew. When the loop
 *              was late itself, Redis has as long again, 500 ms at most
 * lens         NULL: argv holds C strings
 * Returns ERR_OK (fn will be called), ERR_OVERLOAD (queue full), ERR_DRAINING
 * (redis_close was called) or ERR_NO_MEMORY (fn is never called). */
enum err redis_send(struct redis *r, redis_fn *fn, void *arg,
    int64_t deadline_ms, int argc, const char *const *argv, const size_t *lens)
    __attribute__((warn_unused_result));

/* The same by format, as redisCommand(): %s, %b (pointer, size_t), %lld. */
enum err redis_sendf(struct redis *r, redis_fn *fn, void *arg,
    int64_t deadline_ms, const char *format, ...)
    __attribute__((warn_unused_result));
enum err redis_vsendf(struct redis *r, redis_fn *fn, void *arg,
    int64_t deadline_ms, const char *format, va_list args)
    __attribute__((warn_unused_result));

/* SUBSCRIBE to one channel; from its answer on, messages go to hooks.push. A
 * subscription ends with its connection: send it again from hooks.up. */
enum err redis_subscribe(struct redis *r, redis_fn *fn, void *arg,
    int64_t deadline_ms, const char *channel)
    __attribute__((warn_unused_result));

/* The Lua scripts of redis/, built in. Name = file name without ".lua"; the
 * build makes `enum script` and this table from the folder (script_table.c). */
#include "script_names.h" /* made by cmake/embed.cmake: enum script */

/* EVALSHA, and EVAL once when Redis does not know it (NOSCRIPT). argv: keys
 * first, then the other arguments. */
enum err redis_script(struct redis *r, redis_fn *fn, void *arg,
    int64_t deadline_ms, enum script script, int keys, int argc,
    const char *const *argv, const size_t *lens)
    __attribute__((warn_unused_result));

/* The same with keys and arguments by format. */
enum err redis_vscriptf(struct redis *r, redis_fn *fn, void *arg,
    int64_t deadline_ms, enum script script, int keys, const char *format,
    va_list args) __attribute__((warn_unused_result));

#endif
