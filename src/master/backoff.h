#ifndef TRAWL_MASTER_BACKOFF_H
#define TRAWL_MASTER_BACKOFF_H

#include <stdint.h>

/* How long to wait before a child that died is replaced: the first replacement
 * comes at once, then 100 ms doubling up to 5 s, and from the beginning again
 * after a life of 10 s. All zeros is a child that never died. */
enum {
	BACKOFF_FIRST_MS = 100,
	BACKOFF_MAX_MS = 5000,
	BACKOFF_GOOD_LIFE_MS = 10000,
};

struct backoff {
	int64_t next_ms; /* the next delay */
};

/* The delay after a death, in milliseconds. lived_ms: how long it lived. */
int64_t backoff_delay(struct backoff *b, int64_t lived_ms);

#endif
