/* All ids of all parts are sorted at once, those of one cart in the order of the
 * parts, and so are the goods: then one walk writes the carts. */
#include "common/shoplog/carts/columns_join.h"

#include "common/shoplog/carts/carts.h"
#include "common/shoplog/carts/columns_block.h"
#include "common/shoplog/table/radix_sort.h"

#include <stdlib.h>
#include <string.h>

struct join {
	const struct columns *parts; /* borrowed */
	size_t parts_len;
	size_t carts_len, goods_len, items_len; /* of all parts */
	struct radix_row *carts; /* by id; value: part << 32 | row in it */
	struct radix_row *goods; /* by goods id; value: place in `rank` */
	struct radix_row *scratch;
	uint32_t *rank; /* of each goods id of each part, among all of them */
	size_t
	    *rank_from; /* [parts_len] where a part's goods begin in `rank` */
	/* The goods of the carts that have been written, as ranks. */
	uint32_t *items;
	uint32_t *items_from; /* [carts_len + 1] */
};

static void
cleanup(struct join *j)
{
	free(j->carts);
	free(j->goods);
	free(j->scratch);
	free(j->rank);
	free(j->rank_from);
	free(j->items);
	free(j->items_from);
}

static enum err
init(struct join *j, const struct columns *parts, size_t len)
{
	size_t most;

	*j = (struct join){ .parts = parts, .parts_len = len };
	for (size_t i = 0; i < len; i++) {
		j->carts_len += parts[i].carts_len;
		j->goods_len += parts[i].goods_len;
		j->items_len += parts[i].items_len;
	}
	if (j->carts_len > UINT32_MAX || j->items_len > UINT32_MAX ||
	    len > UINT32_MAX)
		return ERR_NO_MEMORY;
	most = j->carts_len > j->goods_len ? j->carts_len : j->goods_len;
	j->carts = malloc((j->carts_len + 1) * sizeof(*j->carts));
	j->goods = malloc((j->goods_len + 1) * sizeof(*j->goods));
	j->scratch = malloc((most + 1) * sizeof(*j->scratch));
	j->rank = malloc((j->goods_len + 1) * sizeof(*j->rank));
	j->rank_from = malloc((len + 1) * sizeof(*j->rank_from));
	j->items = malloc((j->items_len + 1) * sizeof(*j->items));
	j->items_from = malloc((j->carts_len + 1) * sizeof(*j->items_from));
	return j->carts && j->goods && j->scratch && j->rank && j->rank_from &&
		       j->items && j->items_from
		   ? ERR_OK
		   : ERR_NO_MEMORY;
}

/* What follows what: rows of equal ids keep the order of the parts. */
static void
sort_carts(struct join *j)
{
	struct radix_row *row = j->carts;

	for (size_t part = 0; part < j->parts_len; part++)
		for (uint32_t i = 0; i < j->parts[part].carts_len; i++)
			*row++ = (struct radix_row){ j->parts[part].cart_id[i],
				(uint64_t)part << 32 | i };
	radix_sort(j->carts, j->scratch, j->carts_len);
}

/* The number of distinct goods ids. */
static uint32_t
rank_goods(struct join *j)
{
	size_t at = 0;
	uint32_t rank = 0;

	for (size_t part = 0; part < j->parts_len; part++) {
		j->rank_from[part] = at;
		for (uint32_t i = 0; i < j->parts[part].goods_len; i++, at++)
			j->goods[at] =
			    (struct radix_row){ j->parts[part].goods_id[i],
				    at };
	}
	radix_sort(j->goods, j->scratch, j->goods_len);
	for (size_t i = 0; i < j->goods_len; i++) {
		rank += i > 0 && j->goods[i].key != j->goods[i - 1].key;
		j->rank[j->goods[i].value] = rank;
	}
	return j->goods_len ? rank + 1 : 0;
}

/* The goods of a cart, which has `len` of them, and those of a row as well, both
 * ascending. The number that it has then. */
static uint32_t
add_items(
    struct join *j, uint32_t *items, uint32_t len, size_t part, uint32_t row)
{
	const struct columns *c = &j->parts[part];
	const uint32_t *rank = j->rank + j->rank_from[part];

	for (uint32_t i = c->items_from[row]; i < c->items_from[row + 1]; i++)
		items[len++] = rank[c->items[i]];
	return len;
}

static int
by_number(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

/* Sorts, each once. */
static uint32_t
settle(uint32_t *items, uint32_t len)
{
	uint32_t kept = 0;

	qsort(items, len, sizeof(*items), by_number);
	for (uint32_t i = 0; i < len; i++)
		if (i == 0 || items[i] != items[kept - 1])
			items[kept++] = items[i];
	return kept;
}

/* The rows of one cart: from `at` up to what is returned, itself not included. */
static size_t
end_of_cart(const struct join *j, size_t at)
{
	uint64_t id = j->carts[at].key;

	do
		at++;
	while (at < j->carts_len && j->carts[at].key == id);
	return at;
}

static struct cart
cart_of(const struct join *j, size_t at, size_t end)
{
	uint64_t place = j->carts[at].value;
	struct cart cart =
	    cart_of_columns(&j->parts[place >> 32], (uint32_t)place);

	while (++at < end) {
		place = j->carts[at].value;
		struct cart later =
		    cart_of_columns(&j->parts[place >> 32], (uint32_t)place);

		cart_follow(&cart, &later);
	}
	return cart;
}

/* Puts the goods of all carts one behind the other and sees how much there is. */
static void
gather(struct join *j, struct columns_size *size)
{
	uint32_t items = 0;

	j->items_from[0] = 0;
	for (size_t at = 0, end; at < j->carts_len; at = end) {
		uint32_t len = 0;

		end = end_of_cart(j, at);
		for (size_t i = at; i < end; i++) {
			uint64_t place = j->carts[i].value;

			len = add_items(j, j->items + items, len,
			    (size_t)(place >> 32), (uint32_t)place);
		}
		if (end - at > 1)
			len = settle(j->items + items, len);
		items += len;
		size->ipv6_len += cart_of(j, at, end).owner == OWNER_IPV6;
		j->items_from[++size->carts_len] = items;
	}
	size->items_len = items;
}

static void
fill(const struct join *j, struct columns_block *b)
{
	uint32_t row = 0;

	for (size_t at = 0, end; at < j->carts_len; at = end) {
		end = end_of_cart(j, at);
		struct cart cart = cart_of(j, at, end);

		columns_block_put_cart(b, row++, &cart);
	}
	memcpy(b->items_from, j->items_from,
	    (row + (size_t)1) * sizeof(*j->items_from));
	memcpy(b->items, j->items, b->size.items_len * sizeof(*j->items));
	for (size_t i = 0; i < j->goods_len; i++)
		b->goods_id[j->rank[j->goods[i].value]] = j->goods[i].key;
	columns_block_fill_sample(b);
}

enum err
columns_join(const struct columns *parts, size_t len, struct columns *out)
{
	struct columns_size size = { 0 };
	struct columns_block b;
	struct join j;
	enum err e = init(&j, parts, len);

	*out = (struct columns){ 0 };
	if (!e) {
		sort_carts(&j);
		size.goods_len = rank_goods(&j);
		gather(&j, &size);
		e = columns_block_new(&b, size);
	}
	if (!e) {
		fill(&j, &b);
		columns_block_give(&b, out);
	}
	cleanup(&j);
	return e;
}
