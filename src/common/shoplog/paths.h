#ifndef TRAWL_COMMON_SHOPLOG_PATHS_H
#define TRAWL_COMMON_SHOPLOG_PATHS_H

#include "common/base/err.h"
#include "common/base/span.h"
#include "common/shoplog/event.h"
#include "common/shoplog/names.h"

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* What lately requested paths came to, found by their bytes: a shop has few
 * pages and many requests. A memory of one dictionary; a path that is not in it
 * is classified and named again, so nothing depends on what it holds. Lines
 * about carts are never in it, no two of them being the same. */
enum {
	PATHS_LEN = 8192,
	PATH_WIDTH = 64, /* longest path that is remembered */
	PATH_BEFORE = 8, /* bytes before a path that are read */
};

/* Eight bytes from the beginning, the middle and the end of a path: all of it up
 * to 24 bytes. A shorter one than eight has what is before it at its end. */
struct path_words {
	uint64_t first, middle, last;
};

struct path_entry {
	struct path_words words;
	uint8_t len;       /* 0: free */
	uint8_t kind;      /* enum event_kind */
	uint32_t category; /* id, of EVENT_CATEGORY and EVENT_GOODS */
	uint32_t page;     /* id, of EVENT_GOODS */
	char text[PATH_WIDTH];
};

struct paths {
	uint64_t secret; /* against paths chosen to push each other out */
	struct path_entry entries[PATHS_LEN];
};

/* NULL when memory is out. free(3). */
struct paths *paths_new(const struct hash_secret *secret);

/* rest  PATH_BEFORE bytes before it and PATH_BEFORE from its first on can be read */
static inline struct path_words
path_words(struct span rest)
{
	static const uint64_t keep[9] = { 0, UINT64_MAX >> 56, UINT64_MAX >> 48,
		UINT64_MAX >> 40, UINT64_MAX >> 32, UINT64_MAX >> 24,
		UINT64_MAX >> 16, UINT64_MAX >> 8, UINT64_MAX };
	size_t len = rest.len < 8 ? rest.len : 8;
	struct path_words w;

	memcpy(&w.first, rest.data, 8);
	memcpy(&w.middle, rest.data + (rest.len - len) / 2, 8);
	memcpy(&w.last, rest.data + rest.len - 8, 8);
	w.first = htole64(le64toh(w.first) & keep[len]);
	w.middle = htole64(le64toh(w.middle) & keep[len]);
	return w;
}

/* The first of the two places where the path may be. */
static inline struct path_entry *
path_places(struct paths *p, struct path_words w, size_t len)
{
	uint64_t hash = hash_multiply(w.first ^ w.middle << 1 ^ p->secret,
	    w.last ^ w.middle ^ (p->secret | len));

	return &p->entries[hash % PATHS_LEN & ~(uint64_t)1];
}

static inline bool
path_is(const struct path_entry *e, struct path_words w, struct span rest)
{
	uint64_t differs = (e->words.first ^ w.first) |
			   (e->words.middle ^ w.middle) |
			   (e->words.last ^ w.last) | (e->len ^ rest.len);

	return differs == 0 && (rest.len <= sizeof(w) ||
				   memcmp(e->text, rest.data, rest.len) == 0);
}

/* What the path came to when it was last asked for; NULL: it is not known. The
 * same `rest` as above. */
static inline const struct path_entry *
paths_find(struct paths *p, struct span rest)
{
	struct path_words w = path_words(rest);
	const struct path_entry *known = path_places(p, w, rest.len);

	if (rest.len == 0)
		return NULL;
	if (__builtin_expect(path_is(known, w, rest), 1))
		return known;
	return path_is(known + 1, w, rest) ? known + 1 : NULL;
}

/* Classifies a path that is not known, names as ids of `n`, and remembers it
 * unless it is about a cart. The same `rest` as above.
 *
 * out  only its kind, category and page are filled */
enum err paths_learn(
    struct paths *p, struct names *n, struct span rest, struct path_entry *out);

#endif
