/* Sorting names, eight bytes at a time. */
#include "common/shoplog/table/names_order.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

/* So few names, or names with so many equal bytes, are sorted by comparing. */
enum { SORT_MIN = 48, SORT_DEPTH = 1024 };

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
