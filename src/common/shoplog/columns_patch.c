/* The carts of the base that a delta names, taken out and folded with it. */
#include "common/shoplog/columns_patch.h"

#include "common/shoplog/columns_block.h"

#include <stdlib.h>
#include <string.h>

/* The first cart from `from` on whose id is not below. */
static uint32_t
seek(const struct columns *c, uint32_t from, uint64_t id)
{
	uint32_t to = c->carts_len;

	while (from < to) {
		uint32_t middle = from + (to - from) / 2;

		if (c->cart_id[middle] < id)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* Lists in `rows` the carts of the base that the delta names. */
static uint32_t
find_common(
    const struct columns *base, const struct columns *delta, uint32_t *rows)
{
	uint32_t at = 0, len = 0;

	for (uint32_t i = 0; i < delta->carts_len; i++) {
		at = seek(base, at, delta->cart_id[i]);
		if (at < base->carts_len &&
		    base->cart_id[at] == delta->cart_id[i])
			rows[len++] = at;
	}
	return len;
}

static void
copy_cart(struct columns_block *b, uint32_t to, const struct columns *base,
    uint32_t from)
{
	b->cart_id[to] = base->cart_id[from];
	b->paid_day[to] = base->paid_day[from];
	if (base->owner) {
		b->owner[to] = base->owner[from];
		b->owner_key[to] = base->owner_key[from];
	}
	if (b->owner_low)
		b->owner_low[to] = base->owner_low[from];
	b->items_from[to + 1] = b->items_from[to];
	if (base->items) {
		uint32_t first = base->items_from[from];
		uint32_t len = base->items_from[from + 1] - first;

		memcpy(b->items + b->items_from[to], base->items + first,
		    len * sizeof(*b->items));
		b->items_from[to + 1] += len;
	}
}

/* These carts of the base as a block of their own. */
static enum err
take_out(struct columns *out, const struct columns *base, const uint32_t *rows,
    uint32_t len)
{
	struct columns_size size = { .carts_len = len,
		.goods_len = base->items ? base->goods_len : 0,
		.is_wide = base->owner_low != NULL };
	struct columns_block b;
	enum err e;

	for (uint32_t i = 0; base->items && i < len; i++)
		size.items_len +=
		    base->items_from[rows[i] + 1] - base->items_from[rows[i]];
	e = columns_block_new(&b, size);
	if (e)
		return e;
	if (size.goods_len > 0)
		memcpy(b.goods_id, base->goods_id,
		    size.goods_len * sizeof(*b.goods_id));
	for (uint32_t i = 0; i < len; i++)
		copy_cart(&b, i, base, rows[i]);
	columns_block_fill_sample(&b);
	columns_block_give(&b, out);
	return ERR_OK;
}

static enum err
leave_out(struct columns *rest, const uint32_t *rows, uint32_t len)
{
	size_t size = rest->carts_len * sizeof(*rest->paid_day);
	uint32_t *paid_day = malloc(size + 1);

	if (!paid_day)
		return ERR_NO_MEMORY;
	memcpy(paid_day, rest->paid_day, size);
	for (uint32_t i = 0; i < len; i++)
		paid_day[rows[i]] = COLUMNS_NO_DAY;
	rest->paid_day = paid_day;
	rest->memory = paid_day;
	return ERR_OK;
}

enum err
columns_patch_init(struct columns_patch *p, const struct columns *base,
    const struct columns *delta)
{
	uint32_t *rows = malloc((delta->carts_len + (size_t)1) * sizeof(*rows));
	struct columns common = { 0 };
	uint32_t len;
	enum err e;

	*p = (struct columns_patch){ .rest = *base };
	p->rest.memory = NULL;
	if (!rows)
		return ERR_NO_MEMORY;
	len = find_common(base, delta, rows);
	e = take_out(&common, base, rows, len);
	if (!e)
		e = columns_append(&common, delta, &p->changed);
	if (!e)
		e = leave_out(&p->rest, rows, len);
	columns_cleanup(&common);
	free(rows);
	return e;
}

void
columns_patch_cleanup(struct columns_patch *p)
{
	columns_cleanup(&p->rest);
	columns_cleanup(&p->changed);
}
