/* The dictionary. Texts are found by a 128-bit SipHash of theirs as the key in
 * the table; should two texts ever have the same, the second one takes the next
 * key, so a name is never mistaken for another. */
#include "common/shoplog/names.h"

#include <endian.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* So few names, or names with so many equal bytes, are sorted by comparing. */
enum { SORT_MIN = 48, SORT_DEPTH = 1024 };

struct name {
	struct hash_key key;
	size_t at; /* in names.text */
	uint32_t len;
	uint32_t category; /* id; its own for a category */
};

void
names_init(struct names *n, const struct hash_secret *secret)
{
	*n = (struct names){ 0 };
	_Static_assert(
	    sizeof(n->secret) == crypto_shorthash_siphashx24_KEYBYTES,
	    "the secret is the key of SipHash");
	memcpy(n->secret, secret, sizeof(n->secret));
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

	return span_of(n->text + name->at, name->len);
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

/* The entry of the name that lies at the end of the text, not yet part of it;
 * a new one has taken it over. NULL when memory is out. */
static struct name *
intern(struct names *n, size_t len, bool *is_new)
{
	const char *text = n->text + n->text_len;
	struct hash_key key;
	unsigned char digest[crypto_shorthash_siphashx24_BYTES];
	struct name *name;

	crypto_shorthash_siphashx24(
	    digest, (const unsigned char *)text, len, n->secret);
	memcpy(&key, digest, sizeof(key));
	for (;; key.low++) {
		name = hash_table_add(&n->table, key, is_new);
		if (!name || *is_new)
			break;
		if (name->len == len && !memcmp(n->text + name->at, text, len))
			return name;
	}
	if (name) {
		name->at = n->text_len;
		name->len = (uint32_t)len;
		n->text_len += len;
	}
	return name;
}

enum err
names_category(struct names *n, struct span category, uint32_t *id)
{
	struct name *name;
	bool is_new;

	if (!reserve(n, category.len))
		return ERR_NO_MEMORY;
	memcpy(n->text + n->text_len, category.data, category.len);
	name = intern(n, category.len, &is_new);
	if (!name)
		return ERR_NO_MEMORY;
	*id = (uint32_t)hash_table_index(&n->table, name);
	if (is_new)
		name->category = *id;
	return ERR_OK;
}

enum err
names_page(
    struct names *n, struct span category, struct span goods, uint32_t *id)
{
	size_t len = category.len + 1 + goods.len;
	uint32_t category_id;
	struct name *name;
	bool is_new;
	char *at;
	enum err e;

	if (!reserve(n, len))
		return ERR_NO_MEMORY;
	at = n->text + n->text_len;
	memcpy(at, category.data, category.len);
	at[category.len] = '/';
	memcpy(at + category.len + 1, goods.data, goods.len);
	name = intern(n, len, &is_new);
	if (!name)
		return ERR_NO_MEMORY;
	*id = (uint32_t)hash_table_index(&n->table, name);
	if (!is_new)
		return ERR_OK;
	e = names_category(n, category, &category_id);
	if (!e)
		((struct name *)hash_table_at(&n->table, *id))->category =
		    category_id;
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

/* Adds a name of either form. */
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

enum err
names_map_id(struct names_map *m, struct names *to, const struct names *from,
    uint32_t from_id, uint32_t *id)
{
	enum err e = ERR_OK;

	if (m->ids[from_id] == NAME_NONE)
		e = add(to, names_text(from, from_id), &m->ids[from_id]);
	*id = m->ids[from_id];
	return e;
}

void
names_map_cleanup(struct names_map *m)
{
	free(m->ids);
	*m = (struct names_map){ 0 };
}
