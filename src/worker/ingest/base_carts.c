/* The carts of a base that the growth names again: when they began, and whether
 * they are paid. A segment begins with a sample of its ids (columns_block.h), which
 * tells the block of rows where a cart is if it is anywhere. Blocks that lie close
 * together are read as one stretch: so a few carts cost a few blocks of a long
 * history, and many not more than one reading of what is looked at. */
#include "worker/ingest/base.h"

#include "common/shoplog/carts/columns_block.h"
#include "common/shoplog/table/bytes.h"
#include "worker/store/segments/segment_read.h"

#include <stdlib.h>
#include <string.h>

enum {
	BLOCK_ROWS = COLUMNS_SAMPLE_STEP,
	/* Rows that are read for nothing rather than asked about twice: 16 bytes
	 * each, and a question is three commands. */
	GAP_ROWS = 4 * BLOCK_ROWS,
	LEAST_CART_BYTES = 29, /* of a block, for each cart in it */
	COLUMNS_READ = 3,      /* of a stretch: ids, days named, days paid */
};

/* What the segments that were read so far say of a cart. */
struct cart_days {
	uint32_t named, paid; /* COLUMNS_NO_DAY */
	bool is_known;
};

/* The carts of one shard that are looked up; owner the arena. */
struct group {
	uint64_t *ids; /* ascending, each once */
	struct cart_days *days;
	size_t len;
};

struct place {
	struct span id; /* of a segment of */
	struct group *group;
	uint32_t rows;
	struct columns_layout layout;
	const char *sample;
};

struct stretch {
	const struct place *place;
	uint32_t from, to; /* rows */
};

struct lookup {
	struct arena *arena;
	const struct base *base;
	unsigned first, shards;
	struct group group[SHARDS];
	struct place
	    *places; /* those of a shard in order, a base before deltas */
	size_t places_len;
	struct stretch *stretches;
	size_t stretches_len;
};

static enum err
collect_ids(struct group *g, const struct columns *asked,
    const struct columns *more, struct arena *a)
{
	size_t i = 0, j = 0, more_len = more ? more->carts_len : 0;
	size_t most = asked->carts_len + more_len + 1;

	g->ids = arena_alloc(a, most * sizeof(*g->ids));
	g->days = arena_alloc(a, most * sizeof(*g->days));
	if (!g->ids || !g->days)
		return ERR_NO_MEMORY;
	while (i < asked->carts_len || j < more_len) {
		bool in_asked =
		    j == more_len || (i < asked->carts_len &&
					 asked->cart_id[i] <= more->cart_id[j]);
		uint64_t id = in_asked ? asked->cart_id[i] : more->cart_id[j];

		if (j < more_len && more->cart_id[j] == id)
			j++;
		i += in_asked;
		g->days[g->len].paid = COLUMNS_NO_DAY;
		g->ids[g->len++] = id;
	}
	return ERR_OK;
}

/* Header and sample of a segment of that size, at most. */
static uint64_t
head_size(uint64_t size)
{
	uint64_t head = COLUMNS_HEADER_SIZE +
			8 * (size / LEAST_CART_BYTES / BLOCK_ROWS + 1);

	return head < size ? head : size;
}

static enum err
read_head(struct place *p, struct span head)
{
	struct columns_size size = { 0 };
	enum err e = columns_layout_read(head, &size, &p->layout);

	p->rows = size.carts_len;
	p->sample = head.data + p->layout.offset[COLUMN_SAMPLE];
	return e == ERR_OK && p->layout.offset[COLUMN_CART_ID] > head.len
		   ? ERR_CORRUPT
		   : e;
}

/* The segments of shards where carts are looked up. */
static enum err
read_heads(struct lookup *l, struct bulk *b)
{
	struct segment_part *parts;
	size_t len = 0;
	enum err e;

	for (unsigned i = 0; i < l->shards; i++)
		len += l->base->carts[l->first + i].len;
	parts = arena_alloc(l->arena, (len + 1) * sizeof(*parts));
	l->places = arena_alloc(l->arena, (len + 1) * sizeof(*l->places));
	if (!parts || !l->places)
		return ERR_NO_MEMORY;
	for (unsigned i = 0; i < l->shards; i++) {
		const struct base_list *s = &l->base->carts[l->first + i];

		for (size_t j = 0; l->group[i].len > 0 && j < s->len; j++) {
			l->places[l->places_len] =
			    (struct place){ .id = s->ids[j],
				    .group = &l->group[i] };
			parts[l->places_len++] =
			    (struct segment_part){ .id = s->ids[j],
				    .to = head_size(s->sizes[j]) };
		}
	}
	e = segment_parts(b, parts, l->places_len, l->arena);
	for (size_t i = 0; e == ERR_OK && i < l->places_len; i++)
		e = read_head(&l->places[i], parts[i].bytes);
	return e;
}

/* The block of a place where the cart is if it is there; SIZE_MAX: before all of
 * them. No block before `least` comes in question. */
static size_t
block_of(const struct place *p, uint64_t id, size_t least)
{
	size_t low = least, high = (p->rows + BLOCK_ROWS - 1) / BLOCK_ROWS;

	while (low < high) {
		size_t at = low + (high - low) / 2;

		if (le64(p->sample + 8 * at) <= id)
			low = at + 1;
		else
			high = at;
	}
	return low - 1;
}

/* Gives the number of stretches of a place; out is filled unless it is NULL. */
static size_t
find_stretches(const struct place *p, struct stretch *out)
{
	const struct group *g = p->group;
	uint32_t from = 0, to = 0; /* the last one's */
	size_t found = 0, block = 0;

	for (size_t k = 0; k < g->len; k++) {
		size_t at = block_of(p, g->ids[k], block);
		uint32_t row;

		if (at == SIZE_MAX)
			continue;
		block = at;
		row = (uint32_t)at * BLOCK_ROWS;
		if (found == 0 || (row > to && row - to > GAP_ROWS)) {
			from = row;
			found++;
		}
		to = row + BLOCK_ROWS < p->rows ? row + BLOCK_ROWS : p->rows;
		if (out)
			out[found - 1] = (struct stretch){ p, from, to };
	}
	return found;
}

static enum err
list_stretches(struct lookup *l)
{
	size_t len = 0;

	for (size_t i = 0; i < l->places_len; i++)
		len += find_stretches(&l->places[i], NULL);
	l->stretches = arena_alloc(l->arena, (len + 1) * sizeof(*l->stretches));
	if (!l->stretches)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < l->places_len; i++)
		l->stretches_len += find_stretches(
		    &l->places[i], l->stretches + l->stretches_len);
	return ERR_OK;
}

static struct segment_part
part_of(const struct stretch *s, enum column column, unsigned width)
{
	uint64_t begin = s->place->layout.offset[column];

	return (struct segment_part){ .id = s->place->id,
		.from = begin + (uint64_t)s->from * width,
		.to = begin + (uint64_t)s->to * width };
}

/* The first row from `least` on whose id is not below this one. */
static uint32_t
row_from(const char *ids, uint32_t least, uint32_t rows, uint64_t id)
{
	uint32_t low = least, high = rows;

	while (low < high) {
		uint32_t at = low + (high - low) / 2;

		if (le64(ids + 8 * (size_t)at) < id)
			low = at + 1;
		else
			high = at;
	}
	return low;
}

/* The earliest segment that knows a cart says when it began, the earliest that
 * has it paid when that was. */
static void
learn(struct cart_days *days, uint32_t named, uint32_t paid)
{
	if (!days->is_known)
		days->named = named;
	if (days->paid == COLUMNS_NO_DAY)
		days->paid = paid;
	days->is_known = true;
}

static size_t
first_id_from(const struct group *g, uint64_t id)
{
	size_t low = 0, high = g->len;

	while (low < high) {
		size_t at = low + (high - low) / 2;

		if (g->ids[at] < id)
			low = at + 1;
		else
			high = at;
	}
	return low;
}

static enum err
on_stretch(size_t index, const struct span *columns, void *arg)
{
	const struct lookup *l = arg;
	const struct stretch *s = &l->stretches[index];
	const struct group *g = s->place->group;
	const char *ids = columns[0].data;
	uint32_t rows = s->to - s->from, row = 0;

	for (size_t k = first_id_from(g, le64(ids)); k < g->len; k++) {
		row = row_from(ids, row, rows, g->ids[k]);
		if (row == rows)
			break;
		if (le64(ids + 8 * (size_t)row) == g->ids[k])
			learn(&g->days[k],
			    le32(columns[1].data + 4 * (size_t)row),
			    le32(columns[2].data + 4 * (size_t)row));
	}
	return ERR_OK;
}

static enum err
read_stretches(struct lookup *l, struct bulk *b)
{
	size_t len = COLUMNS_READ * l->stretches_len;
	struct segment_part *parts = arena_alloc(
				l->arena, (len + 1) * sizeof(*parts)),
			    *part = parts;

	if (!parts)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < l->stretches_len; i++) {
		const struct stretch *s = &l->stretches[i];

		*part++ = part_of(s, COLUMN_CART_ID, 8);
		*part++ = part_of(s, COLUMN_NAMED_DAY, 4);
		*part++ = part_of(s, COLUMN_PAID_DAY, 4);
	}
	return segment_stretches(
	    b, parts, l->stretches_len, COLUMNS_READ, on_stretch, l);
}

static enum err
give(const struct group *g, struct columns *out)
{
	struct columns_block block;
	uint32_t len = 0, row = 0;
	enum err e;

	for (size_t k = 0; k < g->len; k++)
		len += g->days[k].is_known;
	e = columns_block_new(
	    &block, (struct columns_size){ .carts_len = len });
	if (e != ERR_OK)
		return e;
	for (size_t k = 0; k < g->len; k++) {
		if (!g->days[k].is_known)
			continue;
		block.cart_id[row] = g->ids[k];
		block.named_day[row] = g->days[k].named;
		block.paid_day[row++] = g->days[k].paid;
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
		e = read_heads(&l, b);
	if (e == ERR_OK)
		e = list_stretches(&l);
	if (e == ERR_OK)
		e = read_stretches(&l, b);
	for (unsigned i = 0; e == ERR_OK && i < l.shards; i++)
		e = give(&l.group[i], &known[i]);
	return e;
}
