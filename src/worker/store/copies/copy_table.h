#ifndef TRAWL_WORKER_STORE_COPIES_COPY_TABLE_H
#define TRAWL_WORKER_STORE_COPIES_COPY_TABLE_H

#include "common/base/token.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sessions that a worker remembers, by the tag of their token: a hash table of
 * a bounded number of bytes, from which the least recently used goes first. It
 * does not judge whether what it holds is still so. Not locked. */
struct copy_table;

struct session_copy {
	int64_t user_id;
	uint64_t ends_ms; /* uv_now() */
	int64_t minute;   /* in which it was last recalled; 0: not yet */
	uint64_t stamp;   /* when it was taken, see copies.h */
};

/* Grows with what it holds, to `bytes` at most. NULL when memory is out. */
struct copy_table *copy_table_new(size_t bytes);
void copy_table_free(struct copy_table *t); /* takes NULL */

/* Fetches the memory that copy_table_find() will look at. */
void copy_table_prefetch(
    const struct copy_table *t, const uint8_t tag[TOKEN_TAG_SIZE]);

/* The copy, now the most recently used; NULL when there is none. Borrowed until
 * the next put. */
struct session_copy *copy_table_find(
    struct copy_table *t, const uint8_t tag[TOKEN_TAG_SIZE]);

/* Remembers, in place of an older one of this tag. When the table can hold
 * nothing (bytes too few, memory out) it holds nothing: that is no error. */
void copy_table_put(struct copy_table *t, const uint8_t tag[TOKEN_TAG_SIZE],
    const struct session_copy *copy);

/* For tests: how many there are, and the bytes that they and the table take. */
size_t copy_table_len(const struct copy_table *t);
size_t copy_table_bytes(const struct copy_table *t);

#endif
