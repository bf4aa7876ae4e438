/* The carts of a base that the growth names again: when they began, and whether
 * they are paid. */
#include "worker/ingest/base.h"

#include "common/shoplog/columns_block.h"
#include "worker/store/column_find.h"
#include "worker/store/segment_read.h"

#include <stdlib.h>
#include <string.h>

/* The ids of one shard, and where its probes are: for each of its segments, in
 * order, as many as ids. */
struct group {
	uint64_t *ids; /* ascending, each once; owner the arena */
	size_t len, first_probe;
};

struct lookup {
	struct arena *arena;
	const struct base *base;
	unsigned first, shards;
	struct group group[SHARDS];
	struct sorted_column *columns; /* cart ids, one each segment */
	struct columns_layout *layouts;
	size_t columns_len;
	struct column_probe *probes;
	size_t probes_len;
	struct column_cell *cells; /* of each probe found: named, then paid */
	size_t *cell;              /* of each probe */
};

static enum err
collect_ids(struct group *g, const struct columns *asked,
    const struct columns *more, struct arena *a)
{
	size_t i = 0, j = 0, more_len = more ? more->carts_len : 0;

	g->ids =
	    arena_alloc(a, (asked->carts_len + more_len + 1) * sizeof(*g->ids));
	if (!g->ids)
		return ERR_NO_MEMORY;
	while (i < asked->carts_len || j < more_len) {
		bool in_asked =
		    j == more_len || (i < asked->carts_len &&
					 asked->cart_id[i] <= more->cart_id[j]);
		uint64_t id = in_asked ? asked->cart_id[i] : more->cart_id[j];

		if (j < more_len && more->cart_id[j] == id)
			j++;
		i += in_asked;
		g->ids[g->len++] = id;
	}
	return ERR_OK;
}

static const struct base_list *
segments_of(const struct lookup *l, unsigned shard)
{
	return &l->base->carts[l->first + shard];
}

/* Where the columns of all segments are. */
static enum err
read_layouts(struct lookup *l, struct bulk *b)
{
	struct segment_part *parts;
	size_t at = 0;
	enum err e;

	for (unsigned i = 0; i < l->shards; i++)
		l->columns_len += segments_of(l, i)->len;
	parts = arena_alloc(l->arena, (l->columns_len + 1) * sizeof(*parts));
	l->columns =
	    arena_alloc(l->arena, (l->columns_len + 1) * sizeof(*l->columns));
	l->layouts =
	    arena_alloc(l->arena, (l->columns_len + 1) * sizeof(*l->layouts));
	if (!parts || !l->columns || !l->layouts)
		return ERR_NO_MEMORY;
	for (unsigned i = 0; i < l->shards; i++)
		for (size_t j = 0; j < segments_of(l, i)->len; j++)
			parts[at++] = (struct segment_part){
				.id = segments_of(l, i)->ids[j],
				.to = COLUMNS_HEADER_SIZE,
			};
	e = segment_parts(b, parts, at, l->arena);
	for (size_t i = 0; e == ERR_OK && i < at; i++) {
		struct columns_size size = { 0 };

		e = columns_layout_read(parts[i].bytes, &size, &l->layouts[i]);
		l->columns[i] = (struct sorted_column){
			.id = parts[i].id,
			.offset = l->layouts[i].offset[COLUMN_CART_ID],
			.rows = size.carts_len,
			.width = 8,
		};
	}
	return e;
}

static enum err
find(struct lookup *l, struct bulk *b)
{
	size_t len = 0, column = 0;

	for (unsigned i = 0; i < l->shards; i++)
		len += segments_of(l, i)->len * l->group[i].len;
	l->probes = arena_alloc(l->arena, (len + 1) * sizeof(*l->probes));
	if (!l->probes)
		return ERR_NO_MEMORY;
	for (unsigned i = 0; i < l->shards; i++) {
		struct group *g = &l->group[i];

		g->first_probe = l->probes_len;
		for (size_t j = 0; j < segments_of(l, i)->len; j++, column++)
			for (size_t k = 0; k < g->len; k++)
				l->probes[l->probes_len++] =
				    (struct column_probe){
					    .column = (uint32_t)column,
					    .key = { 0, g->ids[k] },
				    };
	}
	return column_find(b, l->columns, l->probes, l->probes_len);
}

static enum err
read_cells(struct lookup *l, struct bulk *b)
{
	size_t len = 0;

	l->cells =
	    arena_alloc(l->arena, (2 * l->probes_len + 1) * sizeof(*l->cells));
	l->cell = arena_alloc(l->arena, (l->probes_len + 1) * sizeof(*l->cell));
	if (!l->cells || !l->cell)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < l->probes_len; i++) {
		const struct column_probe *p = &l->probes[i];
		const uint64_t *offset = l->layouts[p->column].offset;
		struct span id = l->columns[p->column].id;
		uint64_t row = 4 * (uint64_t)p->row;

		if (p->row == COLUMN_NO_ROW)
			continue;
		l->cell[i] = len;
		l->cells[len++] = (struct column_cell){ id,
			offset[COLUMN_NAMED_DAY] + row, 0 };
		l->cells[len++] = (struct column_cell){ id,
			offset[COLUMN_PAID_DAY] + row, 0 };
	}
	return column_cells(b, l->cells, len);
}

/* What all segments of the shard say of its k-th id, the earliest first. */
static bool
join(const struct lookup *l, unsigned shard, size_t k, uint32_t *named,
    uint32_t *paid)
{
	const struct group *g = &l->group[shard];
	bool is_known = false;

	*paid = COLUMNS_NO_DAY;
	for (size_t j = 0; j < segments_of(l, shard)->len; j++) {
		size_t probe = g->first_probe + j * g->len + k;
		const struct column_cell *cell = &l->cells[l->cell[probe]];

		if (l->probes[probe].row == COLUMN_NO_ROW)
			continue;
		if (!is_known)
			*named = cell[0].value;
		if (*paid == COLUMNS_NO_DAY)
			*paid = cell[1].value;
		is_known = true;
	}
	return is_known;
}

static enum err
give(const struct lookup *l, unsigned shard, struct columns *out)
{
	const struct group *g = &l->group[shard];
	struct columns_block block;
	uint32_t len = 0, row = 0, named, paid;
	enum err e;

	for (size_t k = 0; k < g->len; k++)
		len += join(l, shard, k, &named, &paid);
	e = columns_block_new(
	    &block, (struct columns_size){ .carts_len = len });
	if (e != ERR_OK)
		return e;
	for (size_t k = 0; k < g->len; k++) {
		if (!join(l, shard, k, &named, &paid))
			continue;
		block.cart_id[row] = g->ids[k];
		block.named_day[row] = named;
		block.paid_day[row++] = paid;
	}
	columns_block_give(&block, out);
	return ERR_OK;
}

enum err
base_carts(struct bulk *b, const struct base *base,
    const struct base_carts_wish *wish, struct arena *a, struct columns *known)
{
	struct lookup l = { .arena = a,
		.base = base,
		.first = wish->first,
		.shards = wish->shards };
	enum err e = ERR_OK;

	memset(known, 0, wish->shards * sizeof(*known));
	for (unsigned i = 0; e == ERR_OK && i < l.shards; i++)
		e = collect_ids(&l.group[i], &wish->asked[i],
		    wish->more ? &wish->more[i] : NULL, a);
	if (e == ERR_OK)
		e = read_layouts(&l, b);
	if (e == ERR_OK)
		e = find(&l, b);
	if (e == ERR_OK)
		e = read_cells(&l, b);
	for (unsigned i = 0; e == ERR_OK && i < l.shards; i++)
		e = give(&l, i, &known[i]);
	return e;
}
