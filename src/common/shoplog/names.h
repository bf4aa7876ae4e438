#ifndef TRAWL_COMMON_SHOPLOG_NAMES_H
#define TRAWL_COMMON_SHOPLOG_NAMES_H

#include "common/base/err.h"
#include "common/base/span.h"
#include "common/shoplog/bytes.h"
#include "common/shoplog/hash_table.h"
#include "common/shoplog/radix_sort.h"

#include <stdbool.h>
#include <stdint.h>

/* The dictionary of a tally: categories ("fresh_fish") and goods pages
 * ("fresh_fish/salmon") as small numbers, ids, in the order of arrival. Neither
 * a category nor a goods name can hold a '/', so the text alone says which of
 * the two it is. The category of a page is in the dictionary before the page.
 *
 * In bytes a dictionary is a number of names and each name's length and text,
 * in byte order; whatever is encoded beside it refers to a name by its rank in
 * that list. */
enum { NAME_NONE = UINT32_MAX };

struct names {
	struct hash_table table; /* of struct name */
	char *text;              /* of long names, one behind the other */
	size_t text_len, text_capacity;
};

void names_init(struct names *n, const struct hash_secret *secret);
void names_cleanup(struct names *n);

/* The id of a name, which is added when it is new. The spans are not kept. */
enum err names_category(struct names *n, struct span category, uint32_t *id);
enum err names_page(
    struct names *n, struct span category, struct span goods, uint32_t *id);

/* A name on its way into the dictionary. For many at a time: ask for all of them,
 * which brings their buckets into the cache, then fetch the entries, and add the
 * names when these have arrived. */
struct names_query {
	struct span category, goods; /* borrowed; no goods: a category */
	/* "category/goods" where it lies so; else empty, and the page is looked
	 * for only when it is added. */
	struct span page;
	struct hash_key category_key, page_key;
	uint64_t category_hash, page_hash;
};

void names_ask(const struct names *n, struct span category, struct span goods,
    struct names_query *out);
void names_fetch(const struct names *n, const struct names_query *q);

/* As names_category() or names_page(). */
enum err names_add(struct names *n, const struct names_query *q, uint32_t *id);

/* The id of a category; NAME_NONE: it has none. */
uint32_t names_find_category(const struct names *n, struct span category);

/* Borrowed until the next name is added. */
struct span names_text(const struct names *n, uint32_t id);

/* Brings a name into the cache, all of it if it is of usual length. */
FETCH void
names_fetch_id(const struct names *n, uint32_t id)
{
	__builtin_prefetch(hash_table_at(&n->table, id));
}

/* The category of a page; a category's own id. */
uint32_t names_category_of(const struct names *n, uint32_t id);

static inline bool
names_is_page(const struct names *n, uint32_t id)
{
	return names_category_of(n, id) != id;
}

/* Which names an encoder uses, in byte order, whatever their ids are. First
 * names_order_use() each, then names_order_sort(). */
struct names_order {
	const struct names *names; /* borrowed */
	uint32_t *rank;            /* by id; NAME_NONE: not used */
	uint32_t *ids;             /* by rank */
	size_t len;
	struct radix_row *room; /* to sort in */
};

enum err names_order_init(struct names_order *o, const struct names *n);
void names_order_use(struct names_order *o, uint32_t id);
void names_order_sort(struct names_order *o);
void names_order_cleanup(struct names_order *o);

void names_write(struct writer *w, const struct names_order *o);

/* What names of elsewhere (ranks of a dictionary in bytes, ids of another
 * tally) are called here. */
struct names_map {
	uint32_t *ids;
	size_t len;
};

/* Adds every name of a dictionary in bytes. ERR_CORRUPT when one is not of the
 * form of a name, or they are out of order. names_map_cleanup in any case. */
enum err names_read(struct names *n, struct reader *r, struct names_map *out);

/* An empty map from the ids of `from`, to be filled by names_map_id. */
enum err names_map_init(struct names_map *out, const struct names *from);

/* The id in `to` of a name in `from`, which is added when it is new. */
enum err names_map_id(struct names_map *m, struct names *to,
    const struct names *from, uint32_t from_id, uint32_t *id);

/* Makes the names of many ids known to the map at a time, so that names_map_id
 * has them at hand.
 *
 * from_ids  NAMES_AT_ONCE at most */
enum { NAMES_AT_ONCE = 64 };
enum err names_map_ids(struct names_map *m, struct names *to,
    const struct names *from, const uint32_t *from_ids, size_t len);
void names_map_cleanup(struct names_map *m);

#endif
