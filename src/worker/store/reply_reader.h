#ifndef TRAWL_STORE_REPLY_READER_H
#define TRAWL_STORE_REPLY_READER_H

#include "common/base/arena.h"

struct redisReader;

/* hiredis's reader of replies, with replies that lie in an arena: a row of a
 * page is a dozen objects, and all of them are gone with one arena_reset().
 *
 * a  borrowed; to be reset when a reply has been used, never while one is
 *    being read
 * NULL when memory is out. Freed with redisReaderFree(). */
struct redisReader *reply_reader_new(struct arena *a);

#endif
