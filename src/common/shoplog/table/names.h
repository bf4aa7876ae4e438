#ifndef TRAWL_COMMON_SHOPLOG_TABLE_NAMES_H
#define TRAWL_COMMON_SHOPLOG_TABLE_NAMES_H

#include "common/base/buffer.h"
#include "common/base/err.h"
#include "common/base/span.h"
#include "common/shoplog/table/hash_table.h"

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
	struct buffer text;      /* of long names, one behind the other */
};

void names_init(struct names *n, const struct hash_secret *secret);
void names_cleanup(struct names *n);

/* The id of a name, which is added when it is new. The spans are not kept. ERR_OK or
 * ERR_NO_MEMORY. */
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

#endif
