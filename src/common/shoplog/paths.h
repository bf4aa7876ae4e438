#ifndef TRAWL_COMMON_SHOPLOG_PATHS_H
#define TRAWL_COMMON_SHOPLOG_PATHS_H

#include "common/base/err.h"
#include "common/base/span.h"
#include "common/shoplog/event.h"
#include "common/shoplog/names.h"

#include <stdint.h>

/* What lately requested paths came to, found by their bytes: a shop has few
 * pages and many requests. A memory of one dictionary; a path that is not in it
 * is classified and named again, so nothing depends on what it holds. */
enum {
	PATHS_LEN = 2048,
	PATH_WIDTH = 32, /* longest path that is remembered */
};

struct path_entry {
	uint64_t text[PATH_WIDTH / 8]; /* 0 behind its end */
	uint8_t len;                   /* 0: free */
	uint8_t kind;                  /* enum event_kind */
	uint32_t category; /* id, of EVENT_CATEGORY and EVENT_GOODS */
	uint32_t page;     /* id, of EVENT_GOODS */
};

struct paths {
	uint64_t secret; /* against paths chosen to push each other out */
	struct path_entry entries[PATHS_LEN];
};

/* NULL when memory is out. free(3). */
struct paths *paths_new(const struct hash_secret *secret);

/* What is asked for by `rest` (visit.h), names as ids of `n`.
 *
 * ids of category and page go to *entry, all else to *event
 * rest   PATH_WIDTH bytes from its first can be read */
enum err paths_look_up(struct paths *p, struct names *n, struct span rest,
    struct path_entry *entry, struct event *event);

#endif
