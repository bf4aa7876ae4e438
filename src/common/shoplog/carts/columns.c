/* Columns made of carts, and their bytes. Only the block knows where a column
 * lies (columns_block.c). */
#include "common/shoplog/carts/columns.h"

#include "common/shoplog/carts/carts.h"
#include "common/shoplog/carts/columns_block.h"
#include "common/shoplog/table/radix_sort.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void
columns_cleanup(struct columns *c)
{
	free(c->memory);
	*c = (struct columns){ 0 };
}

/* What columns are made from: the carts by id, their goods by goods id, and room
 * to sort both. */
struct sorting {
	const struct carts *carts;
	struct radix_row *by_id;    /* value: index of the cart */
	struct radix_row *by_goods; /* value: index of the cart that holds it */
	struct radix_row *scratch;
	uint32_t *row; /* in the columns, by index of the cart */
	size_t items_len;
};

static void
sorting_cleanup(struct sorting *s)
{
	free(s->by_id);
	free(s->by_goods);
	free(s->scratch);
	free(s->row);
}

/* The goods, each once a cart. */
static enum err
sort_goods(struct sorting *s, const struct held_goods *goods)
{
	size_t *last = malloc((s->carts->table.len + 1) * sizeof(*last));

	if (!last)
		return ERR_NO_MEMORY;
	if (goods->len)
		memcpy(s->by_goods, goods->rows,
		    goods->len * sizeof(*s->by_goods));
	s->items_len =
	    held_goods_settle(s->by_goods, goods->len, s->scratch, last);
	free(last);
	return ERR_OK;
}

static enum err
sorting_init(struct sorting *s, const struct carts *carts)
{
	size_t carts_len = carts->table.len, goods_len = carts->goods.len;
	size_t most = carts_len > goods_len ? carts_len : goods_len;

	*s = (struct sorting){ .carts = carts,
		.by_id = malloc((carts_len + 1) * sizeof(*s->by_id)),
		.by_goods = malloc((goods_len + 1) * sizeof(*s->by_goods)),
		.scratch = malloc((most + 1) * sizeof(*s->scratch)),
		.row = malloc((carts_len + 1) * sizeof(*s->row)) };
	if (!s->by_id || !s->by_goods || !s->scratch || !s->row)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < carts_len; i++) {
		const struct cart *cart = hash_table_at(&carts->table, i);

		s->by_id[i] = (struct radix_row){ cart->key.low, i };
	}
	radix_sort(s->by_id, s->scratch, carts_len);
	for (size_t i = 0; i < carts_len; i++)
		s->row[s->by_id[i].value] = (uint32_t)i;
	return sort_goods(s, &carts->goods);
}

static const struct cart *
cart_at(const struct sorting *s, size_t row)
{
	return hash_table_at(&s->carts->table, s->by_id[row].value);
}

static struct columns_size
size_of(const struct sorting *s)
{
	struct columns_size size = {
		.carts_len = (uint32_t)s->carts->table.len,
		.items_len = (uint32_t)s->items_len,
	};

	for (uint32_t i = 0; i < size.carts_len; i++)
		size.ipv6_len += cart_at(s, i)->owner == OWNER_IPV6;
	for (uint32_t i = 0; i < size.items_len; i++)
		size.goods_len +=
		    i == 0 || s->by_goods[i].key != s->by_goods[i - 1].key;
	return size;
}

/* Goods are put into their carts one after the other, ascending, so they ascend
 * in each cart. */
static void
fill_items(struct columns_block *b, const struct sorting *s)
{
	uint32_t *from = b->items_from, rank = 0;

	for (uint32_t i = 0; i < b->size.items_len; i++)
		from[s->row[s->by_goods[i].value] + 1]++;
	for (uint32_t i = 0; i < b->size.carts_len; i++)
		from[i + 1] += from[i];
	for (uint32_t i = 0; i < b->size.items_len; i++) {
		uint64_t goods_id = s->by_goods[i].key;

		if (i > 0 && goods_id != s->by_goods[i - 1].key)
			rank++;
		b->goods_id[rank] = goods_id;
		/* What was the beginning of a cart becomes its end. */
		b->items[from[s->row[s->by_goods[i].value]]++] = rank;
	}
	memmove(from + 1, from, b->size.carts_len * sizeof(*from));
	from[0] = 0;
}

enum err
columns_of_carts(const struct carts *carts, struct columns *out)
{
	struct sorting s;
	struct columns_block b;
	enum err e = sorting_init(&s, carts);

	*out = (struct columns){ 0 };
	if (!e)
		e = columns_block_new(&b, size_of(&s));
	if (!e) {
		for (uint32_t i = 0; i < b.size.carts_len; i++)
			columns_block_put_cart(&b, i, cart_at(&s, i));
		columns_block_fill_sample(&b);
		fill_items(&b, &s);
		columns_block_give(&b, out);
	}
	sorting_cleanup(&s);
	return e;
}

static void
copy(void *to, const void *from, size_t len, size_t size)
{
	if (len)
		memcpy(to, from, len * size);
}

enum err
columns_encode(const struct columns *c, uint8_t **bytes, size_t *len)
{
	struct columns_block b;
	struct columns_size size = { c->carts_len, c->goods_len, c->items_len,
		c->ipv6_len };
	enum err e = columns_block_new(&b, size);

	if (e)
		return e;
	copy(b.cart_id, c->cart_id, c->carts_len, sizeof(*b.cart_id));
	copy(b.named_day, c->named_day, c->carts_len, sizeof(*b.named_day));
	copy(b.paid_day, c->paid_day, c->carts_len, sizeof(*b.paid_day));
	copy(b.owner, c->owner, c->carts_len, sizeof(*b.owner));
	copy(b.owner_key, c->owner_key, c->carts_len, sizeof(*b.owner_key));
	copy(b.owner_ipv6, c->owner_ipv6, c->ipv6_len, sizeof(*b.owner_ipv6));
	if (c->carts_len)
		copy(b.items_from, c->items_from, c->carts_len + (size_t)1,
		    sizeof(*b.items_from));
	copy(b.items, c->items, c->items_len, sizeof(*b.items));
	copy(b.goods_id, c->goods_id, c->goods_len, sizeof(*b.goods_id));
	columns_block_fill_sample(&b);
	*bytes = b.bytes;
	*len = b.bytes_len;
	return ERR_OK;
}

enum err
columns_decode(struct span bytes, struct columns *out)
{
	struct columns_block b;
	enum err e = columns_block_read(&b, bytes);

	*out = (struct columns){ 0 };
	if (!e)
		columns_block_give(&b, out);
	return e;
}
