/* The dictionary. Texts are found by a 128-bit hash of theirs as the key in the
 * table; should two texts ever have the same, the second one takes the next
 * key, so a name is never mistaken for another. */
#include "common/shoplog/table/names.h"

#include <string.h>

/* A cache line, in which a name of usual length is whole. */
enum { TEXT_HERE = 40 };

struct name {
	struct hash_key key;
	uint32_t len;
	uint32_t category; /* id; its own for a category */
	union {
		char here[TEXT_HERE];
		size_t at; /* in names.text, of one that is longer */
	} text;
};
_Static_assert(sizeof(struct name) == 64, "a cache line");

void
names_init(struct names *n, const struct hash_secret *secret)
{
	*n = (struct names){ 0 };
	hash_table_init(&n->table, sizeof(struct name), secret);
}

void
names_cleanup(struct names *n)
{
	hash_table_cleanup(&n->table);
	buffer_cleanup(&n->text);
	*n = (struct names){ 0 };
}

static const struct name *
name_at(const struct names *n, uint32_t id)
{
	return hash_table_at(&n->table, id);
}

struct span
names_text(const struct names *n, uint32_t id)
{
	const struct name *name = name_at(n, id);

	return span_of(name->len <= TEXT_HERE ? name->text.here
					      : n->text.data + name->text.at,
	    name->len);
}

uint32_t
names_category_of(const struct names *n, uint32_t id)
{
	return name_at(n, id)->category;
}

static struct hash_key
key_of(const struct names *n, struct span text)
{
	return hash_text(&n->table.secret, text);
}

/* The id of a name; a new one has its text and no category so far. The text may
 * lie at the end of n->text, not yet part of it. */
static enum err
intern(struct names *n, struct span text, struct hash_key key, uint64_t hash,
    uint32_t *id, bool *is_new)
{
	struct name *name;

	for (;;) {
		name = hash_table_add_hashed(&n->table, key, hash, is_new);
		if (!name)
			return ERR_NO_MEMORY;
		*id = (uint32_t)hash_table_index(&n->table, name);
		if (*is_new)
			break;
		if (span_is_equal(names_text(n, *id), text))
			return ERR_OK;
		key.low++;
		hash = hash_of(&n->table.secret, key);
	}
	name->len = (uint32_t)text.len;
	if (text.len <= TEXT_HERE) {
		memcpy(name->text.here, text.data, text.len);
		return ERR_OK;
	}
	if (!buffer_reserve(&n->text, text.len))
		return ERR_NO_MEMORY;
	memmove(n->text.data + n->text.len, text.data, text.len);
	name->text.at = n->text.len;
	n->text.len += text.len;
	return ERR_OK;
}

static void
set_category(struct names *n, uint32_t id, uint32_t category)
{
	((struct name *)hash_table_at(&n->table, id))->category = category;
}

static enum err
add_category(struct names *n, struct span category, struct hash_key key,
    uint64_t hash, uint32_t *id)
{
	bool is_new;
	enum err e = intern(n, category, key, hash, id, &is_new);

	if (!e && is_new)
		set_category(n, *id, *id);
	return e;
}

uint32_t
names_find_category(const struct names *n, struct span category)
{
	struct hash_key key = key_of(n, category);
	const struct name *name;

	for (; (name = hash_table_find(&n->table, key)); key.low++) {
		uint32_t id = (uint32_t)hash_table_index(&n->table, name);

		if (span_is_equal(names_text(n, id), category))
			return id;
	}
	return NAME_NONE;
}

enum err
names_category(struct names *n, struct span category, uint32_t *id)
{
	struct hash_key key = key_of(n, category);

	return add_category(
	    n, category, key, hash_of(&n->table.secret, key), id);
}

enum err
names_page(
    struct names *n, struct span category, struct span goods, uint32_t *id)
{
	size_t len = category.len + 1 + goods.len;
	struct hash_key key;
	struct span text;
	uint32_t of;
	bool is_new;
	enum err e;
	char *at;

	if (!buffer_reserve(&n->text, len))
		return ERR_NO_MEMORY;
	at = n->text.data + n->text.len;
	memcpy(at, category.data, category.len);
	at[category.len] = '/';
	memcpy(at + category.len + 1, goods.data, goods.len);
	text = span_of(at, len);
	key = key_of(n, text);
	e = intern(n, text, key, hash_of(&n->table.secret, key), id, &is_new);
	if (e || !is_new)
		return e;
	e = names_category(n, category, &of);
	if (!e)
		set_category(n, *id, of);
	return e;
}

void
names_ask(const struct names *n, struct span category, struct span goods,
    struct names_query *q)
{
	q->category = category;
	q->goods = goods;
	q->page = span_of(NULL, 0);
	q->category_key = key_of(n, category);
	q->category_hash = hash_of(&n->table.secret, q->category_key);
	hash_table_fetch_bucket(&n->table, q->category_hash);
	if (goods.len == 0 || goods.data != category.data + category.len + 1)
		return;
	q->page = span_of(category.data, category.len + 1 + goods.len);
	q->page_key = key_of(n, q->page);
	q->page_hash = hash_of(&n->table.secret, q->page_key);
	hash_table_fetch_bucket(&n->table, q->page_hash);
}

/* The entry of the page; of the category if the page seems to be new. */
static const struct name *
guess(const struct names *n, const struct names_query *q)
{
	const struct name *page = NULL;

	if (q->page.len)
		page = hash_table_guess(&n->table, q->page_hash);
	return page ? page : hash_table_guess(&n->table, q->category_hash);
}

void
names_fetch(const struct names *n, const struct names_query *q)
{
	const struct name *name = guess(n, q);

	if (name)
		__builtin_prefetch(name);
}

enum err
names_add(struct names *n, const struct names_query *q, uint32_t *id)
{
	uint32_t category;
	bool is_new;
	enum err e;

	if (q->goods.len == 0)
		return add_category(
		    n, q->category, q->category_key, q->category_hash, id);
	if (q->page.len == 0)
		return names_page(n, q->category, q->goods, id);
	e = intern(n, q->page, q->page_key, q->page_hash, id, &is_new);
	if (e || !is_new)
		return e;
	e = add_category(
	    n, q->category, q->category_key, q->category_hash, &category);
	if (!e)
		set_category(n, *id, category);
	return e;
}
