/* The carts that several segments name, taken out of each and folded. */
#include "common/shoplog/carts/columns_patch.h"

#include "common/shoplog/carts/columns_block.h"

#include <stdlib.h>
#include <string.h>

/* A walk through the segments by cart id. */
struct walk {
	const struct columns *segments; /* borrowed */
	size_t len;
	uint32_t ids_from;  /* the first row of the base that has an id here */
	uint32_t *at;       /* [len], the next cart of each */
	uint32_t **rows;    /* [len], of each the carts that others name too */
	uint32_t *rows_len; /* [len] */
};

static uint64_t
id_at(const struct walk *w, size_t segment, uint32_t row)
{
	uint32_t from = segment == 0 ? w->ids_from : 0;

	return w->segments[segment].cart_id[row - from];
}

/* The first cart of the base from the next one on whose id is not below, which is
 * mostly near. */
static uint32_t
seek(const struct walk *w, uint64_t id)
{
	const struct columns *c = &w->segments[0];
	uint32_t from = w->at[0], to = from, step = 1;

	while (to < c->carts_len && id_at(w, 0, to) < id) {
		from = to + 1;
		to = c->carts_len - to > step ? to + step : c->carts_len;
		step *= 2;
	}
	while (from < to) {
		uint32_t middle = from + (to - from) / 2;

		if (id_at(w, 0, middle) < id)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* The smallest id that a delta names next; false: there is none. */
static bool
next_id(const struct walk *w, uint64_t *id)
{
	bool found = false;

	for (size_t i = 1; i < w->len; i++) {
		const struct columns *c = &w->segments[i];

		if (w->at[i] < c->carts_len &&
		    (!found || c->cart_id[w->at[i]] < *id)) {
			*id = c->cart_id[w->at[i]];
			found = true;
		}
	}
	return found;
}

static bool
is_at(const struct walk *w, size_t i, uint64_t id)
{
	const struct columns *c = &w->segments[i];

	return w->at[i] < c->carts_len && id_at(w, i, w->at[i]) == id;
}

/* Fills the rows. */
static void
find_common(struct walk *w)
{
	uint64_t id = 0;

	while (next_id(w, &id)) {
		size_t names = 0;

		w->at[0] = seek(w, id);
		for (size_t i = 0; i < w->len; i++)
			names += is_at(w, i, id);
		for (size_t i = 0; i < w->len; i++) {
			if (!is_at(w, i, id))
				continue;
			if (names > 1)
				w->rows[i][w->rows_len[i]++] = w->at[i];
			w->at[i]++;
		}
	}
}

/* All but its id. */
static void
copy_cart(struct columns_block *b, uint32_t to, const struct columns *c,
    uint32_t from)
{
	b->paid_day[to] = c->paid_day[from];
	if (c->owner) {
		b->owner[to] = c->owner[from];
		b->owner_key[to] = c->owner_key[from];
	}
	if (b->owner[to] == OWNER_IPV6) {
		b->owner_key[to] = b->ipv6_put;
		b->owner_ipv6[b->ipv6_put++] =
		    c->owner_ipv6[c->owner_key[from]];
	}
	b->items_from[to + 1] = b->items_from[to];
	if (c->items) {
		uint32_t first = c->items_from[from];
		uint32_t len = c->items_from[from + 1] - first;

		memcpy(b->items + b->items_from[to], c->items + first,
		    len * sizeof(*b->items));
		b->items_from[to + 1] += len;
	}
}

/* Its carts that others name too, as a block of their own. */
static enum err
take_out(struct columns *out, const struct walk *w, size_t segment)
{
	const struct columns *c = &w->segments[segment];
	const uint32_t *rows = w->rows[segment];
	uint32_t len = w->rows_len[segment];
	struct columns_size size = { .carts_len = len,
		.goods_len = c->items ? c->goods_len : 0 };
	struct columns_block b;
	enum err e;

	for (uint32_t i = 0; c->owner && i < len; i++)
		size.ipv6_len += c->owner[rows[i]] == OWNER_IPV6;
	for (uint32_t i = 0; c->items && i < len; i++)
		size.items_len +=
		    c->items_from[rows[i] + 1] - c->items_from[rows[i]];
	e = columns_block_new(&b, size);
	if (e)
		return e;
	if (size.goods_len > 0)
		memcpy(b.goods_id, c->goods_id,
		    size.goods_len * sizeof(*b.goods_id));
	for (uint32_t i = 0; i < len; i++) {
		b.cart_id[i] = id_at(w, segment, rows[i]);
		copy_cart(&b, i, c, rows[i]);
	}
	columns_block_fill_sample(&b);
	columns_block_give(&b, out);
	return ERR_OK;
}

/* changed := changed, then those carts. */
static enum err
fold(struct columns *changed, const struct walk *w, size_t segment)
{
	struct columns before = *changed, next;
	enum err e = take_out(&next, w, segment);

	if (e)
		return e;
	if (!before.memory) {
		*changed = next;
		return ERR_OK;
	}
	e = columns_append(&before, &next, changed);
	columns_cleanup(&before);
	columns_cleanup(&next);
	return e;
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

/* Room for the rows: of a delta all may be common, of the base no more than all
 * deltas have. */
static bool
walk_init(struct walk *w, const struct columns *segments, size_t len)
{
	uint64_t deltas = 0;
	bool ok;

	*w = (struct walk){ .segments = segments, .len = len };
	w->at = calloc(len, sizeof(*w->at));
	w->rows = calloc(len, sizeof(*w->rows));
	w->rows_len = calloc(len, sizeof(*w->rows_len));
	ok = w->at && w->rows && w->rows_len;
	for (size_t i = len; ok && i-- > 0;) {
		uint64_t room = segments[i].carts_len;

		if (i == 0 && room > deltas)
			room = deltas;
		deltas += room;
		w->rows[i] = malloc((room + 1) * sizeof(**w->rows));
		ok = w->rows[i] != NULL;
	}
	return ok;
}

static void
walk_cleanup(struct walk *w)
{
	for (size_t i = 0; w->rows && i < w->len; i++)
		free(w->rows[i]);
	free(w->at);
	free(w->rows);
	free(w->rows_len);
}

enum err
columns_patch_init(struct columns_patch *p, const struct columns *segments,
    size_t len, uint32_t ids_from)
{
	struct walk w;
	enum err e = ERR_OK;

	*p = (struct columns_patch){ .len = len };
	p->rest = calloc(len, sizeof(*p->rest));
	if (!walk_init(&w, segments, len) || !p->rest) {
		walk_cleanup(&w);
		return ERR_NO_MEMORY;
	}
	for (size_t i = 0; i < len; i++) {
		p->rest[i] = segments[i];
		p->rest[i].memory = NULL;
	}
	w.ids_from = w.at[0] = ids_from;
	find_common(&w);
	for (size_t i = 0; !e && i < len; i++) {
		if (w.rows_len[i] == 0)
			continue;
		e = fold(&p->changed, &w, i);
		if (!e)
			e = leave_out(&p->rest[i], w.rows[i], w.rows_len[i]);
	}
	walk_cleanup(&w);
	return e;
}

void
columns_patch_cleanup(struct columns_patch *p)
{
	for (size_t i = 0; p->rest && i < p->len; i++)
		columns_cleanup(&p->rest[i]);
	free(p->rest);
	columns_cleanup(&p->changed);
	*p = (struct columns_patch){ 0 };
}
