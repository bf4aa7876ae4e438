#ifndef TRAWL_WORKER_STORE_REDIS_REPLY_READER_H
#define TRAWL_WORKER_STORE_REDIS_REPLY_READER_H

#include "common/base/arena.h"

#include <stdbool.h>
#include <stddef.h>

struct redisReader;
struct redisReply;

/* hiredis's reader of replies, with replies that lie in an arena: a row of a
 * page is a dozen objects, and all of them are gone with one arena_reset().
 *
 * a  borrowed; to be reset when a reply has been used, never while one is
 *    being read
 * NULL when memory is out. Freed with redisReaderFree(). */
struct redisReader *reply_reader_new(struct arena *a);

/* Whether it has used up all that it was fed. */
bool reply_reader_is_empty(const struct redisReader *reader);

/* Most replies are one short value that is there at once. Reads the one that
 * `bytes` begin with, where it lies: *reply borrows from them, and the byte behind a
 * text becomes NUL.
 *
 * Returns its length; 0: it is an array, not whole, or none, and `bytes` are as
 * before, for the reader. */
size_t reply_read_short(char *bytes, size_t len, struct redisReply *reply);

#endif
