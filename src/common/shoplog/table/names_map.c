/* Names of one dictionary in another. */
#include "common/shoplog/table/names_map.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

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
