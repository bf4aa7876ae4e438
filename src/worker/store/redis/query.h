#ifndef TRAWL_WORKER_STORE_REDIS_QUERY_H
#define TRAWL_WORKER_STORE_REDIS_QUERY_H

#include "worker/req.h"
#include "worker/store/redis/redis.h"

/* Queries of a request: one line each, plus a function that reads the reply.
 * Replies stay inside store/. Loop thread only. */

/* Reads a reply, which is no error and not NULL, into what `out` points to
 * (memory that lives as long as the request). Type and lengths are still to be
 * checked: anything unexpected is ERR_CORRUPT. */
typedef enum err store_decode(
    struct req *r, const struct redisReply *reply, void *out);

/* Sends a command for `r`; when its answer is there and decoded, `next` runs.
 * Every failure ends the request. Format as redisCommand().
 *
 * next  NULL: it goes along with the query that the same step sends behind it, in
 *       one round trip, and the step of that one runs when both are answered.
 *       REQ_DONE: nothing was sent, the request has failed. So for all queries. */
enum req_state store_send(struct req *r, store_decode *decode, void *out,
    req_step *next, const char *format, ...)
    __attribute__((warn_unused_result));

/* The same by words, which is quicker, for what every request may send.
 *
 * is_tracked  Redis is to tell when what is read changes (tracking.h); the
 *             caller has noted a stamp just before, so the connection is up */
enum req_state store_send_words(struct req *r, store_decode *decode, void *out,
    req_step *next, bool is_tracked, int argc, const char *const *argv,
    const size_t *lens) __attribute__((warn_unused_result));

/* The same for a script; format: its keys, then its other arguments. */
enum req_state store_script(struct req *r, store_decode *decode, void *out,
    req_step *next, enum script script, int keys, const char *format, ...)
    __attribute__((warn_unused_result));

/* Decoders that several queries share. */

/* Any success; out is not used. */
enum err store_decode_nothing(
    struct req *r, const struct redisReply *reply, void *out);

/* A number into an int64_t; a number in a string too, nil is 0. */
enum err store_decode_number(
    struct req *r, const struct redisReply *reply, void *out);

/* 1 or 0 into a bool. */
enum err store_decode_flag(
    struct req *r, const struct redisReply *reply, void *out);

/* A string into a struct span of the arena; nil is {NULL, 0}. */
enum err store_decode_text(
    struct req *r, const struct redisReply *reply, void *out);

/* Asks Redis whether it is there. */
enum req_state store_ping(struct req *r, req_step *next)
    __attribute__((warn_unused_result));

#endif
