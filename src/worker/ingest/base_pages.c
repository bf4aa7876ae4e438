/* The votes at the border of base and growth: an add-to-cart that its visitor
 * begins the growth with is a vote if the base knows a goods page as that
 * visitor's last line. */
#include "worker/ingest/base.h"

#include "common/shoplog/scan/visit.h"
#include "common/shoplog/tally/addresses.h"
#include "worker/store/segments/column_find.h"
#include "worker/store/segments/segment_read.h"

#include <stdlib.h>
#include <string.h>

/* One segment of a shard with the addresses that are looked up in it. */
struct place {
	unsigned shard;
	struct span id;
	uint64_t size;
	struct addresses_layout layout;
	size_t first_probe; /* as many as the shard has keys */
	struct address_page *pages;
	size_t pages_len;
};

struct keys {
	struct hash_key *keys; /* IPv4 first, each ascending, each once */
	size_t len;
};

struct lookup {
	struct arena *arena;
	const struct base *base;
	unsigned first, shards;
	struct keys keys[SHARDS];
	struct place *places; /* a shard's newest segment first */
	size_t places_len;
	struct sorted_column *columns; /* two a place: IPv4, IPv6 */
	struct column_probe *probes;
	size_t probes_len;
	uint32_t *last; /* of each probe that found its address */
};

static int
order_of(struct hash_key a, struct hash_key b)
{
	int order = visitor_is_ipv4(b) - visitor_is_ipv4(a);

	if (order)
		return order;
	if (a.high != b.high)
		return a.high < b.high ? -1 : 1;
	return (a.low > b.low) - (a.low < b.low);
}

static enum err
collect_keys(struct keys *out, const struct base_pages_wish *wish,
    unsigned shard, struct arena *a)
{
	struct hash_key *x = NULL, *y = NULL;
	size_t x_len = 0, y_len = 0, i = 0, j = 0;
	enum err e = addresses_in_question(wish->asked, shard, &x, &x_len);

	if (e == ERR_OK && wish->more)
		e = addresses_in_question(wish->more, shard, &y, &y_len);
	if (e == ERR_OK) {
		out->keys =
		    arena_alloc(a, (x_len + y_len + 1) * sizeof(*out->keys));
		e = out->keys ? ERR_OK : ERR_NO_MEMORY;
	}
	while (e == ERR_OK && (i < x_len || j < y_len)) {
		int order = j == y_len   ? -1
			    : i == x_len ? 1
					 : order_of(x[i], y[j]);

		out->keys[out->len++] = order <= 0 ? x[i] : y[j];
		i += order <= 0;
		j += order >= 0;
	}
	free(x);
	free(y);
	return e;
}

static enum err
read_layouts(struct lookup *l, struct bulk *b)
{
	struct segment_part *parts;
	size_t len = 0;
	enum err e;

	for (unsigned i = 0; i < l->shards; i++)
		len += l->base->addresses[l->first + i].len;
	parts = arena_alloc(l->arena, (len + 1) * sizeof(*parts));
	l->places = arena_alloc(l->arena, (len + 1) * sizeof(*l->places));
	if (!parts || !l->places)
		return ERR_NO_MEMORY;
	for (unsigned i = 0; i < l->shards; i++) {
		const struct base_list *s = &l->base->addresses[l->first + i];

		for (size_t j = s->len; l->keys[i].len > 0 && j-- > 0;) {
			l->places[l->places_len] = (struct place){
				.shard = i, .id = s->ids[j], .size = s->sizes[j]
			};
			parts[l->places_len++] =
			    (struct segment_part){ .id = s->ids[j],
				    .to = ADDRESSES_HEADER_SIZE };
		}
	}
	e = segment_parts(b, parts, l->places_len, l->arena);
	for (size_t i = 0; e == ERR_OK && i < l->places_len; i++)
		e = addresses_layout_read(parts[i].bytes, &l->places[i].layout);
	return e;
}

static void
add_probes(struct lookup *l, struct place *p)
{
	const struct keys *keys = &l->keys[p->shard];
	uint32_t ipv4 = 2 * (uint32_t)(p - l->places);

	l->columns[ipv4] = (struct sorted_column){ p->id, p->layout.ipv4,
		p->layout.ipv4_len, 4 };
	l->columns[ipv4 + 1] = (struct sorted_column){ p->id, p->layout.ipv6,
		p->layout.ipv6_len, 16 };
	p->first_probe = l->probes_len;
	for (size_t i = 0; i < keys->len; i++) {
		struct hash_key key = keys->keys[i];
		bool is_ipv4 = visitor_is_ipv4(key);

		if (is_ipv4)
			key.low &= UINT32_MAX;
		l->probes[l->probes_len++] =
		    (struct column_probe){ .column = is_ipv4 ? ipv4 : ipv4 + 1,
			    .key = key };
	}
}

static enum err
find(struct lookup *l, struct bulk *b)
{
	size_t len = 0;

	for (size_t i = 0; i < l->places_len; i++)
		len += l->keys[l->places[i].shard].len;
	l->columns = arena_alloc(
	    l->arena, (2 * l->places_len + 1) * sizeof(*l->columns));
	l->probes = arena_alloc(l->arena, (len + 1) * sizeof(*l->probes));
	if (!l->columns || !l->probes)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < l->places_len; i++)
		add_probes(l, &l->places[i]);
	return column_find(b, l->columns, l->probes, l->probes_len);
}

static enum err
read_last(struct lookup *l, struct bulk *b)
{
	struct column_cell *cells =
	    arena_alloc(l->arena, (l->probes_len + 1) * sizeof(*cells));
	size_t len = 0, at = 0;
	enum err e;

	l->last = arena_alloc(l->arena, (l->probes_len + 1) * sizeof(*l->last));
	if (!cells || !l->last)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < l->probes_len; i++) {
		const struct column_probe *p = &l->probes[i];
		const struct place *place = &l->places[p->column / 2];
		uint64_t row = p->row;

		if (p->row == COLUMN_NO_ROW)
			continue;
		if (p->column % 2)
			row += place->layout.ipv4_len;
		cells[len++] = (struct column_cell){ place->id,
			place->layout.last + 4 * row, 0 };
	}
	e = column_cells(b, cells, len);
	for (size_t i = 0; e == ERR_OK && i < l->probes_len; i++)
		if (l->probes[i].row != COLUMN_NO_ROW)
			l->last[i] = cells[at++].value;
	return e;
}

/* The pages that this segment knows last of all, in `pages`. What a newer one of
 * its shard knows of an address is not asked of it, a "not" included. */
static size_t
pages_of(const struct lookup *l, const struct place *p, bool *is_settled,
    struct address_page *pages)
{
	const struct keys *keys = &l->keys[p->shard];
	size_t len = 0;

	for (size_t i = 0; i < keys->len; i++) {
		size_t probe = p->first_probe + i;

		if (is_settled[i] || l->probes[probe].row == COLUMN_NO_ROW)
			continue;
		is_settled[i] = true;
		if (l->last[probe] != 0)
			pages[len++] = (struct address_page){ keys->keys[i],
				l->last[probe] };
	}
	return len;
}

/* Each place keeps the pages that it is to say the names of. */
static enum err
settle(struct lookup *l)
{
	bool *is_settled = NULL;

	for (size_t i = 0; i < l->places_len; i++) {
		struct place *p = &l->places[i];
		size_t keys = l->keys[p->shard].len;

		p->pages = arena_alloc(l->arena, keys * sizeof(*p->pages));
		if (i == 0 || p[-1].shard != p->shard)
			is_settled = arena_alloc(l->arena, keys);
		if (!p->pages || !is_settled)
			return ERR_NO_MEMORY;
		p->pages_len = pages_of(l, p, is_settled, p->pages);
	}
	return ERR_OK;
}

static enum err
pick(const struct lookup *l, struct bulk *b, struct tally *t)
{
	struct segment_part *names =
	    arena_alloc(l->arena, (l->places_len + 1) * sizeof(*names));
	size_t len = 0, at = 0;
	enum err e;

	if (!names)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < l->places_len; i++) {
		const struct place *p = &l->places[i];

		if (p->pages_len > 0)
			names[len++] = (struct segment_part){ .id = p->id,
				.from = p->layout.names,
				.to = p->size };
	}
	e = segment_parts(b, names, len, l->arena);
	for (size_t i = 0; e == ERR_OK && i < l->places_len; i++) {
		const struct place *p = &l->places[i];

		if (p->pages_len > 0)
			e = addresses_pick(
			    t, names[at++].bytes, p->pages, p->pages_len);
	}
	return e;
}

enum err
base_pages(struct bulk *b, const struct base *base,
    const struct base_pages_wish *wish, struct arena *a, struct tally *t)
{
	struct lookup l = { .arena = a,
		.base = base,
		.first = wish->first,
		.shards = wish->shards };
	enum err e = ERR_OK;

	for (unsigned i = 0; e == ERR_OK && i < l.shards; i++)
		e = collect_keys(&l.keys[i], wish, l.first + i, a);
	if (e == ERR_OK)
		e = read_layouts(&l, b);
	if (e == ERR_OK)
		e = find(&l, b);
	if (e == ERR_OK)
		e = read_last(&l, b);
	if (e == ERR_OK)
		e = settle(&l);
	return e == ERR_OK ? pick(&l, b, t) : e;
}
