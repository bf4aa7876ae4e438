#ifndef TRAWL_COMMON_SHOPLOG_TALLY_PATHS_H
#define TRAWL_COMMON_SHOPLOG_TALLY_PATHS_H

#include "common/base/err.h"
#include "common/base/span.h"
#include "common/shoplog/scan/event.h"
#include "common/shoplog/table/lanes.h"
#include "common/shoplog/table/names.h"

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* What lately requested paths came to, found by their bytes: a shop has few
 * pages and many requests. A memory of one dictionary; a path that is not in it
 * is classified and named again, so nothing depends on what it holds. Lines
 * about carts are never in it, no two of them being the same. */
enum {
	PATHS_BITS = 13,
	PATHS_LEN = 1 << PATHS_BITS,
	PATH_WIDTH = 112,         /* longest path that is remembered */
	PATH_PADDING = LANES_TEXT /* bytes from its first on that are read */
};

/* What a path asks for. */
struct path_meaning {
	uint32_t category; /* id, of EVENT_CATEGORY and EVENT_GOODS */
	uint32_t page;     /* id, of EVENT_GOODS */
	uint8_t kind;      /* enum event_kind */
	uint8_t row;       /* open_day.h */
};

/* Two cache lines, of which a path of usual length takes the first. */
struct path_entry {
	_Alignas(64) struct path_meaning meaning;
	uint32_t len;
	char text[PATH_WIDTH]; /* zeros behind it; a line end: free */
};
_Static_assert(sizeof(struct path_entry) == 128, "two cache lines");

struct open_day;

struct paths {
	uint64_t secret; /* against paths chosen to push each other out */
	uint32_t key[LANES_KEYS];   /* the same */
	struct path_entry *entries; /* in `memory`, aligned */
	uint8_t memory[];
};

/* NULL when memory is out. free(3). */
struct paths *paths_new(const struct hash_secret *secret);

static inline bool
path_is_short(struct span rest)
{
	return __builtin_expect(rest.len < LANES_SHORT, 1);
}

/* A hash of eight bytes from the beginning, the middle and the end of a path. */
static inline uint64_t
path_hash_long(const struct paths *p, struct span rest)
{
	uint64_t first, middle, last;

	memcpy(&first, rest.data, 8);
	memcpy(&middle, rest.data + (rest.len - 8) / 2, 8);
	memcpy(&last, rest.data + rest.len - 8, 8);
	return hash_multiply(first ^ middle << 1 ^ p->secret,
	    last ^ middle ^ (p->secret | rest.len));
}

/* The first of the two places where the path may be.
 *
 * rest  PATH_PADDING bytes from its first on can be read */
static inline struct path_entry *
path_places(struct paths *p, struct span rest)
{
	uint64_t hash = path_is_short(rest)
			    ? lanes_hash_short(rest.data, rest.len, p->key) *
				  UINT64_C(0x9e3779b97f4a7c15)
			    : path_hash_long(p, rest);

	return &p->entries[hash >> (64 - PATHS_BITS) & ~(uint64_t)1];
}

/* Brings the places into the cache, of a path of usual length. */
FETCH void
path_fetch(const struct path_entry *places)
{
	__builtin_prefetch(&places[0]);
	__builtin_prefetch(&places[1]);
}

static inline bool
path_is(const struct path_entry *e, struct span rest)
{
	if (path_is_short(rest))
		return lanes_are_short(e->text, rest.data, rest.len);
	return e->len == rest.len &&
	       lanes_are_text(e->text, rest.data, rest.len) &&
	       (rest.len <= LANES_TEXT ||
		   memcmp(e->text, rest.data, rest.len) == 0);
}

/* Looks a path up in its second place, and moves it to the first. */
const struct path_entry *paths_find_second(
    struct path_entry *places, struct span rest);

/* What the path came to when it was last asked for; NULL: it is not known. Valid
 * until the next path is asked for.
 *
 * places  path_places() of it */
static inline const struct path_entry *
paths_find(struct path_entry *places, struct span rest)
{
	if (__builtin_expect(path_is(&places[0], rest), 1))
		return &places[0];
	return paths_find_second(places, rest);
}

/* A path that is not known, on its way into the memory, as names are into their
 * dictionary (names.h): ask, fetch, learn. */
struct path_query {
	struct names_query name; /* if path_has_name() */
	uint8_t kind;            /* enum event_kind */
};

/* What event_classify() says of a path that is about no cart. */
void paths_ask(const struct names *n, enum event_kind kind,
    const struct event *event, struct path_query *out);

static inline bool
path_has_name(const struct path_query *q)
{
	return q->kind == EVENT_CATEGORY || q->kind == EVENT_GOODS;
}

FETCH void
paths_fetch_name(const struct names *n, const struct path_query *q)
{
	if (path_has_name(q))
		names_fetch(n, &q->name);
}

/* Names as ids of `n`, rows of `d`, always the same two; the path is known then.
 * The same `rest` as above. */
enum err paths_learn(struct paths *p, struct names *n, struct open_day *d,
    struct span rest, const struct path_query *q, struct path_meaning *out);

#endif
