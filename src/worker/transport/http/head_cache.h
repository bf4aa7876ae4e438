#ifndef TRAWL_WORKER_TRANSPORT_HTTP_HEAD_CACHE_H
#define TRAWL_WORKER_TRANSPORT_HTTP_HEAD_CACHE_H

#include "common/base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct route;

/* Heads of requests that came before and may come again, byte for byte the same but
 * for the token: most clients of a service say the same all the time. Such a head
 * need not be read again, it says what it said. Only plain heads (plain_head.h) are
 * kept, so that the next request begins behind the last byte of one, and none with
 * a query. A bounded number, each short: a set of places for what the bytes behind
 * the method are, where the one that was put there first goes first. The token is not
 * kept. Zeroed is empty. Loop thread only. */
enum {
	HEAD_CACHE_SETS = 16,
	HEAD_CACHE_PLACES = 4,
	HEAD_CACHE_MAX = 448, /* bytes of a head without its token */
};

struct cached_head {
	const struct route *route; /* what route_find() made of it */
	int64_t path_id;
	uint16_t before_len, after_len; /* bytes of it around the token */
	char bytes[HEAD_CACHE_MAX];
};

struct head_cache {
	bool has_any; /* where nothing is ready none is ever kept */
	struct head_cache_set {
		uint64_t keys[HEAD_CACHE_PLACES]; /* 0: nothing is there */
		unsigned next;                    /* place to be taken */
		struct cached_head heads[HEAD_CACHE_PLACES];
	} sets[HEAD_CACHE_SETS];
};

/* Keeps a head, unless it is too long or too short, or has anything but its end of
 * line behind the token.
 *
 * head   all of it, to the end of its last line
 * token  where it lies in it; the empty span: it has none */
void head_cache_keep(struct head_cache *c, struct span head, struct span token,
    const struct route *route, int64_t path_id);

/* The one that `bytes` begin with; NULL: none. Borrowed until the next
 * head_cache_keep().
 *
 * token  set: what stands where the token was, of any form and length
 * used   set: the length of the head, token and all */
const struct cached_head *head_cache_find(const struct head_cache *c,
    struct span bytes, struct span *token, size_t *used);

#endif
