/* The list of what carts hold: appended to, and settled when it is full. */
#include "common/shoplog/carts/held_goods.h"

#include <stdlib.h>
#include <string.h>

void
held_goods_cleanup(struct held_goods *h)
{
	free(h->rows);
	*h = (struct held_goods){ 0 };
}

/* In rows of equal goods the carts of the first ones are remembered by the place of
 * the row that stayed: a cart whose last row has these goods has been here. */
size_t
held_goods_settle(
    struct radix_row *rows, size_t len, struct radix_row *scratch, size_t *last)
{
	size_t stay = 0;

	radix_sort(rows, scratch, len);
	for (size_t i = 0; i < len; i++)
		last[rows[i].value] = SIZE_MAX;
	for (size_t i = 0; i < len; i++) {
		size_t before = last[rows[i].value];

		if (before != SIZE_MAX && rows[before].key == rows[i].key)
			continue;
		last[rows[i].value] = stay;
		rows[stay++] = rows[i];
	}
	return stay;
}

static size_t
carts_len(const struct held_goods *h)
{
	uint64_t most = 0;

	for (size_t i = 0; i < h->len; i++)
		most = h->rows[i].value > most ? h->rows[i].value : most;
	return (size_t)most + 1;
}

static enum err
settle(struct held_goods *h)
{
	struct radix_row *scratch = malloc(h->len * sizeof(*scratch));
	size_t *last = malloc(carts_len(h) * sizeof(*last));

	if (scratch && last)
		h->len = held_goods_settle(h->rows, h->len, scratch, last);
	free(scratch);
	free(last);
	return scratch && last ? ERR_OK : ERR_NO_MEMORY;
}

enum err
held_goods_make_room(struct held_goods *h)
{
	size_t room = h->room ? 2 * h->room : HELD_GOODS_LEAST;
	struct radix_row *rows;

	if (h->len) {
		enum err e = settle(h);

		if (e || h->len <= h->room / 2)
			return e;
	}
	/* Columns count them in 32 bits. */
	rows = room <= UINT32_MAX ? reallocarray(h->rows, room, sizeof(*rows))
				  : NULL;
	if (!rows)
		return ERR_NO_MEMORY;
	h->rows = rows;
	h->room = room;
	return ERR_OK;
}
