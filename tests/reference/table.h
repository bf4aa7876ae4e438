#ifndef TRAWL_TESTS_REFERENCE_TABLE_H
#define TRAWL_TESTS_REFERENCE_TABLE_H

#include "common/base/arena.h"

#include <stdint.h>

/* The one container of the reference: texts, each with a count and a text, in
 * order of their first arrival. Memory is the arena's; running out of it ends
 * the program, which is only ever a test. */
struct entry {
	const char *key;
	uint64_t count;      /* 0 at first */
	const char *text;    /* NULL at first */
	struct entry *next;  /* by arrival */
	struct entry *chain; /* of the same bucket */
};

enum { TABLE_BUCKETS = 65536 };

struct table {
	struct arena *arena;
	struct entry **bucket; /* [TABLE_BUCKETS] */
	struct entry *first, *last;
	size_t len;
};

void table_init(struct table *t, struct arena *a);

/* The entry of this key; made when there is none. The key is copied. */
struct entry *table_at(struct table *t, const char *key);

/* NULL when there is none. */
struct entry *table_find(const struct table *t, const char *key);

/* A formatted text in the arena, never NULL. */
const char *text_of(struct arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
