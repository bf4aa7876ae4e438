/* Columns of neighbours made one. Only the cart knows what follows what
 * (carts.c). */
#include "common/shoplog/carts/columns.h"

#include "common/shoplog/carts/carts.h"
#include "common/shoplog/carts/columns_block.h"

#include <stdlib.h>

/* One of two columns that are folded: where its walk is, and the places of its
 * goods in the dictionary of both. */
struct side {
	const struct columns *c;
	uint32_t *goods; /* by index into c->goods_id */
	uint32_t at;     /* the next cart */
};

/* goods_id may be NULL: only the places and the number are wanted. */
static uint32_t
merge_goods(struct side *base, struct side *delta, uint64_t *goods_id)
{
	uint32_t i = 0, j = 0, len = 0;

	while (i < base->c->goods_len || j < delta->c->goods_len) {
		bool in_base =
		    j == delta->c->goods_len ||
		    (i < base->c->goods_len &&
			base->c->goods_id[i] <= delta->c->goods_id[j]);
		bool in_delta =
		    i == base->c->goods_len ||
		    (j < delta->c->goods_len &&
			delta->c->goods_id[j] <= base->c->goods_id[i]);

		if (goods_id)
			goods_id[len] = in_base ? base->c->goods_id[i]
						: delta->c->goods_id[j];
		if (in_base)
			base->goods[i++] = len;
		if (in_delta)
			delta->goods[j++] = len;
		len++;
	}
	return len;
}

/* The goods of the next cart of a side; no goods when it is not `there`. */
struct basket {
	const uint32_t *at, *end, *goods;
};

static struct basket
basket_of(const struct side *s, bool there)
{
	const uint32_t *from = s->c->items_from + s->at;

	if (!there)
		return (struct basket){ 0 };
	return (struct basket){ s->c->items + from[0], s->c->items + from[1],
		s->goods };
}

static uint32_t
merge_items(struct basket a, struct basket b, uint32_t *out)
{
	uint32_t len = 0;

	while (a.at != a.end || b.at != b.end) {
		uint32_t x = a.at != a.end ? a.goods[*a.at] : UINT32_MAX;
		uint32_t y = b.at != b.end ? b.goods[*b.at] : UINT32_MAX;

		if (out)
			out[len] = x < y ? x : y;
		len++;
		a.at += x <= y;
		b.at += y <= x;
	}
	return len;
}

/* Walks both sides by cart id: the first time (b NULL) to see how long the
 * result is, the second time to write it. */
static void
walk(struct side *base, struct side *delta, struct columns_size *size,
    struct columns_block *b)
{
	uint32_t rows = 0, items = 0, ipv6 = 0;

	base->at = delta->at = 0;
	while (
	    base->at < base->c->carts_len || delta->at < delta->c->carts_len) {
		bool in_base = base->at < base->c->carts_len &&
			       (delta->at == delta->c->carts_len ||
				   base->c->cart_id[base->at] <=
				       delta->c->cart_id[delta->at]);
		bool in_delta = delta->at < delta->c->carts_len &&
				(!in_base || base->c->cart_id[base->at] ==
						 delta->c->cart_id[delta->at]);
		struct cart cart = cart_of_columns(in_base ? base->c : delta->c,
		    in_base ? base->at : delta->at);

		if (in_base && in_delta) {
			struct cart later =
			    cart_of_columns(delta->c, delta->at);

			cart_follow(&cart, &later);
		}
		items += merge_items(basket_of(base, in_base),
		    basket_of(delta, in_delta), b ? b->items + items : NULL);
		if (b) {
			columns_block_put_cart(b, rows, &cart);
			b->items_from[rows + 1] = items;
		}
		ipv6 += cart.owner == OWNER_IPV6;
		base->at += in_base;
		delta->at += in_delta;
		rows++;
	}
	size->carts_len = rows;
	size->items_len = items;
	size->ipv6_len = ipv6;
}

enum err
columns_append(const struct columns *base, const struct columns *delta,
    struct columns *out)
{
	struct side left = { .c = base }, right = { .c = delta };
	struct columns_size size = { 0 };
	struct columns_block b;
	enum err e = ERR_NO_MEMORY;

	*out = (struct columns){ 0 };
	if ((uint64_t)base->carts_len + delta->carts_len > UINT32_MAX ||
	    (uint64_t)base->items_len + delta->items_len > UINT32_MAX)
		return ERR_NO_MEMORY;
	left.goods = malloc((base->goods_len + (size_t)1) * sizeof(uint32_t));
	right.goods = malloc((delta->goods_len + (size_t)1) * sizeof(uint32_t));
	if (left.goods && right.goods) {
		size.goods_len = merge_goods(&left, &right, NULL);
		walk(&left, &right, &size, NULL);
		e = columns_block_new(&b, size);
	}
	if (!e) {
		merge_goods(&left, &right, b.goods_id);
		walk(&left, &right, &size, &b);
		columns_block_fill_sample(&b);
		columns_block_give(&b, out);
	}
	free(left.goods);
	free(right.goods);
	return e;
}
