/* The dictionary. Texts are found by a 128-bit hash of theirs as the key in the
 * table; should two texts ever have the same, the second one takes the next
 * key, so a name is never mistaken for another. */
#include "common/shoplog/names.h"

#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

/* So few names, or names with so many equal bytes, are sorted by comparing. */
enum { SORT_MIN = 48, SORT_DEPTH = 1024 };

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
	free(n->text);
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

	return span_of(
	    name->len <= TEXT_HERE ? name->text.here : n->text + name->text.at,
	    name->len);
}

uint32_t
names_category_of(const struct names *n, uint32_t id)
{
	return name_at(n, id)->category;
}

/* Room for `len` more bytes of text. */
static bool
reserve(struct names *n, size_t len)
{
	size_t capacity = n->text_capacity ? n->text_capacity : 256;
	char *text;

	if (n->text && len <= n->text_capacity - n->text_len)
		return true;
	while (capacity - n->text_len < len)
		capacity *= 2;
	text = realloc(n->text, capacity);
	if (!text)
		return false;
	n->text = text;
	n->text_capacity = capacity;
	return true;
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
	if (!reserve(n, text.len))
		return ERR_NO_MEMORY;
	memmove(n->text + n->text_len, text.data, text.len);
	name->text.at = n->text_len;
	n->text_len += text.len;
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

	if (!reserve(n, len))
		return ERR_NO_MEMORY;
	at = n->text + n->text_len;
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

enum err
names_order_init(struct names_order *o, const struct names *n)
{
	size_t len = n->table.len;

	*o = (struct names_order){ .names = n };
	o->rank = malloc((len + 1) * sizeof(*o->rank));
	o->ids = malloc((len + 1) * sizeof(*o->ids));
	o->room = malloc(2 * (len + 1) * sizeof(*o->room));
	if (!o->rank || !o->ids || !o->room) {
		names_order_cleanup(o);
		return ERR_NO_MEMORY;
	}
	memset(o->rank, 0xff, (len + 1) * sizeof(*o->rank));
	return ERR_OK;
}

void
names_order_use(struct names_order *o, uint32_t id)
{
	if (o->rank[id] != NAME_NONE)
		return;
	o->rank[id] = (uint32_t)o->len;
	o->ids[o->len++] = id;
}

static int
by_text(const void *a, const void *b, void *context)
{
	const struct names *n = ((const struct names_order *)context)->names;

	return span_compare(names_text(n, *(const uint32_t *)a),
	    names_text(n, *(const uint32_t *)b));
}

/* Eight bytes of the name from `at` on as a number that sorts like them, 0 behind
 * its end (no name holds a NUL). */
static uint64_t
key_at(const struct names *n, uint32_t id, size_t at)
{
	struct span text = names_text(n, id);
	uint64_t key = 0;

	if (at < text.len)
		memcpy(&key, text.data + at,
		    text.len - at < 8 ? text.len - at : 8);
	return be64toh(key);
}

/* Sorts names that are equal in their first `at` bytes: by the next eight, then
 * again those that are equal in them. */
static void
sort_from(const struct names_order *o, uint32_t *ids, size_t len, size_t at,
    struct radix_row *room)
{
	if (len < SORT_MIN || at > SORT_DEPTH) {
		qsort_r(ids, len, sizeof(*ids), by_text, (void *)(uintptr_t)o);
		return;
	}
	for (size_t i = 0; i < len; i++)
		room[i] =
		    (struct radix_row){ key_at(o->names, ids[i], at), ids[i] };
	radix_sort(room, room + len, len);
	for (size_t i = 0; i < len; i++)
		ids[i] = (uint32_t)room[i].value;
	for (size_t i = 0, end; i < len; i = end) {
		uint64_t key = key_at(o->names, ids[i], at);

		for (end = i + 1;
		     end < len && key_at(o->names, ids[end], at) == key;)
			end++;
		if (end - i > 1)
			sort_from(o, ids + i, end - i, at + 8, room);
	}
}

void
names_order_sort(struct names_order *o)
{
	sort_from(o, o->ids, o->len, 0, o->room);
	for (size_t i = 0; i < o->len; i++)
		o->rank[o->ids[i]] = (uint32_t)i;
}

void
names_order_cleanup(struct names_order *o)
{
	free(o->rank);
	free(o->ids);
	free(o->room);
	*o = (struct names_order){ 0 };
}

void
names_write(struct writer *w, const struct names_order *o)
{
	writer_varint(w, o->len);
	for (size_t i = 0; i < o->len; i++) {
		struct span text = names_text(o->names, o->ids[i]);

		writer_varint(w, text.len);
		writer_bytes(w, text.data, text.len);
	}
}

/* Adds a name of either form, if it is one. */
static enum err
add(struct names *n, struct span text, uint32_t *id)
{
	const char *slash = text.len ? memchr(text.data, '/', text.len) : NULL;
	struct span category, goods;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char byte = (unsigned char)text.data[i];

		if (byte <= ' ' || byte == 0x7f)
			return ERR_CORRUPT;
	}
	if (text.len == 0 || text.len >= UINT32_MAX)
		return ERR_CORRUPT;
	if (!slash)
		return names_category(n, text, id);
	category = span_of(text.data, (size_t)(slash - text.data));
	goods = span_of(slash + 1, text.len - category.len - 1);
	if (category.len == 0 || goods.len == 0 ||
	    memchr(goods.data, '/', goods.len))
		return ERR_CORRUPT;
	return names_page(n, category, goods, id);
}

enum err
names_read(struct names *n, struct reader *r, struct names_map *out)
{
	size_t len = reader_rows(r, reader_varint(r), 2);
	struct span before = { 0 };

	*out = (struct names_map){ .len = len };
	out->ids = malloc((len + 1) * sizeof(*out->ids));
	if (!out->ids)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < len; i++) {
		struct span text = reader_bytes(r, reader_varint(r));
		enum err e;

		if (r->has_failed || span_compare(before, text) >= 0)
			return ERR_CORRUPT;
		e = add(n, text, &out->ids[i]);
		if (e)
			return e;
		before = text;
	}
	return r->has_failed ? ERR_CORRUPT : ERR_OK;
}

enum err
names_map_init(struct names_map *out, const struct names *from)
{
	size_t size = (from->table.len + 1) * sizeof(*out->ids);

	*out = (struct names_map){ malloc(size), from->table.len };
	if (!out->ids)
		return ERR_NO_MEMORY;
	memset(out->ids, 0xff, size);
	return ERR_OK;
}

/* The two parts of a name, the second one empty if it is a category. */
static void
cut(struct span text, struct span *category, struct span *goods)
{
	const char *slash = memchr(text.data, '/', text.len);

	*category = text;
	*goods = span_of(NULL, 0);
	if (!slash)
		return;
	category->len = (size_t)(slash - text.data);
	*goods = span_of(slash + 1, text.len - category->len - 1);
}

enum err
names_map_ids(struct names_map *m, struct names *to, const struct names *from,
    const uint32_t *from_ids, size_t len)
{
	struct names_query query[NAMES_AT_ONCE];
	uint32_t id[NAMES_AT_ONCE];
	size_t new = 0;
	enum err e = ERR_OK;

	assert(len <= NAMES_AT_ONCE);
	for (size_t i = 0; i < len; i++) {
		if (m->ids[from_ids[i]] != NAME_NONE)
			continue;
		id[new ++] = from_ids[i];
		names_fetch_id(from, from_ids[i]);
	}
	for (size_t i = 0; i < new; i++) {
		struct span category, goods;

		cut(names_text(from, id[i]), &category, &goods);
		names_ask(to, category, goods, &query[i]);
	}
	for (size_t i = 0; i < new; i++)
		names_fetch(to, &query[i]);
	for (size_t i = 0; !e && i < new; i++)
		e = names_add(to, &query[i], &m->ids[id[i]]);
	return e;
}

enum err
names_map_id(struct names_map *m, struct names *to, const struct names *from,
    uint32_t from_id, uint32_t *id)
{
	uint32_t *known = &m->ids[from_id];
	enum err e = ERR_OK;

	if (*known == NAME_NONE) {
		uint32_t of = names_category_of(from, from_id);
		struct span text = names_text(from, from_id);
		size_t len = names_text(from, of).len;

		e = of == from_id
			? names_category(to, text, known)
			: names_page(to, span_of(text.data, len),
			      span_of(text.data + len + 1, text.len - len - 1),
			      known);
	}
	*id = *known;
	return e;
}

void
names_map_cleanup(struct names_map *m)
{
	free(m->ids);
	*m = (struct names_map){ 0 };
}
