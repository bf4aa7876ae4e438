#ifndef TRAWL_WORKER_STORE_REDIS_RECORD_H
#define TRAWL_WORKER_STORE_REDIS_RECORD_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A hash of Redis in memory: named values in the order in which they were put.
 * Names and values live in the arena. All zeros but the arena is the empty
 * record. One thread at a time. */
struct record_field {
	struct span name, value;
};

struct record {
	struct arena *arena; /* borrowed */
	struct record_field *fields;
	size_t len, room;
};

struct redisReply;

/* Empty. a  borrowed */
void record_init(struct record *r, struct arena *a);

/* Adds a field or replaces its value; both are copied. ERR_OK or
 * ERR_NO_MEMORY. */
enum err record_put(struct record *r, const char *name, struct span value)
    __attribute__((warn_unused_result));
enum err record_put_text(struct record *r, const char *name, const char *value)
    __attribute__((warn_unused_result));
enum err record_put_number(struct record *r, const char *name, uint64_t value)
    __attribute__((warn_unused_result));

/* Adds a field that is known to be new, without looking. */
enum err record_add(struct record *r, struct span name, struct span value)
    __attribute__((warn_unused_result));

/* Takes a field away, if it is there; the order of the others stays. */
void record_remove(struct record *r, const char *name);

/* The value, or the empty span when there is no such field. */
struct span record_get(const struct record *r, const char *name);

/* The value as a number; 0 when there is none or it is not one. */
uint64_t record_number(const struct record *r, const char *name);

/* The answer to HGETALL; an empty one gives an empty record. ERR_CORRUPT when
 * it is no such answer. Store only. */
enum err record_of_reply(struct record *r, const struct redisReply *reply);

#endif
