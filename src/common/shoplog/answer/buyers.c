/* Buyers are users and, of carts without a pay line, addresses. What is left of
 * their carts (buyer_piles.h) are the days on which they were paid, those of a buyer
 * side by side, the first one marked: a period is one walk through them, and who
 * the buyers are is of no more interest. */
#include "common/shoplog/answer/buyers.h"

#include "common/shoplog/answer/buyer_piles.h"
#include "common/shoplog/answer/ranking.h"
#include "common/shoplog/table/hash_table.h"

#include <inttypes.h>
#include <stdlib.h>

/* Carts of a buyer: up to so many are counted without a table. */
enum { FEW = 256 };

struct buyers {
	struct buyer_piles piles; /* empty from buyers_end on */
	uint32_t *days;
	size_t days_len;
};

/* The buyers with so many carts. */
struct tick {
	struct hash_key key; /* 0, carts */
	uint64_t count;
};

/* What has been counted so far. */
struct counting {
	uint64_t few[FEW + 1]; /* buyers by number of carts */
	struct hash_table many;
};

struct buyers *
buyers_new(void)
{
	struct buyers *b = calloc(1, sizeof(*b));

	if (b && !hash_secret_new(&b->piles.secret)) {
		free(b);
		return NULL;
	}
	return b;
}

void
buyers_free(struct buyers *b)
{
	if (!b)
		return;
	buyer_piles_cleanup(&b->piles);
	free(b->days);
	free(b);
}

enum err
buyers_add(struct buyers *b, const struct columns *shard)
{
	return buyer_piles_add(&b->piles, shard);
}

enum err
buyers_end(struct buyers *b, unsigned threads)
{
	enum err e = ERR_NO_MEMORY;

	b->days = malloc((b->piles.carts + 1) * sizeof(*b->days));
	if (b->days)
		e = buyer_piles_put_in_order(&b->piles, threads, b->days);
	b->days_len = e == ERR_OK ? b->piles.carts : 0;
	buyer_piles_cleanup(&b->piles);
	return e;
}

size_t
buyers_size(const struct buyers *b)
{
	return sizeof(*b) + b->days_len * sizeof(*b->days);
}

static bool
count_many(struct counting *c, uint64_t carts)
{
	bool is_new;
	struct tick *entry =
	    hash_table_add(&c->many, (struct hash_key){ 0, carts }, &is_new);

	if (entry)
		entry->count++;
	return entry != NULL;
}

/* From the last day to the first, so that a mark ends a buyer. */
static bool
count_days(struct counting *c, const struct buyers *b, struct period period)
{
	uint32_t first = period.from > 0 ? (uint32_t)period.from : 0;
	uint32_t days = (uint32_t)period.to - first;
	uint64_t carts = 0;
	bool ok = true;

	if (period.to < 0 || (uint32_t)period.to < first)
		return true;
	for (size_t i = b->days_len; i-- > 0;) {
		uint32_t day = b->days[i] & ~BUYER_FIRST,
			 is_end = b->days[i] / BUYER_FIRST;

		carts += day - first <= days;
		c->few[carts < FEW ? carts : FEW] += is_end;
		if (carts >= FEW && is_end)
			ok &= count_many(c, carts);
		carts &= (uint64_t)is_end - 1;
	}
	return ok;
}

static enum err
add_row(struct answer *out, struct arena *a, uint64_t carts, uint64_t buyers)
{
	char *name = arena_printf(a, "%" PRIu64, carts);

	if (!name)
		return ERR_NO_MEMORY;
	out->ranking[out->ranking_len++] =
	    (struct answer_row){ .name = span_text(name), .value = buyers };
	out->buyers += buyers;
	out->value += carts >= 2 ? buyers : 0;
	return ERR_OK;
}

static enum err
rank(struct answer *out, struct arena *a, const struct counting *c)
{
	size_t rows = c->many.len;
	enum err e = ERR_OK;

	for (int i = 1; i < FEW; i++)
		rows += c->few[i] > 0;
	if (!ranking_new(out, a, rows))
		return ERR_NO_MEMORY;
	for (uint64_t i = 1; e == ERR_OK && i < FEW; i++)
		if (c->few[i] > 0)
			e = add_row(out, a, i, c->few[i]);
	for (size_t i = 0; e == ERR_OK && i < c->many.len; i++) {
		const struct tick *row = hash_table_at(&c->many, i);

		e = add_row(out, a, row->key.low, row->count);
	}
	ranking_sort(out);
	return e;
}

enum err
buyers_answer(const struct buyers *b, struct period period, struct arena *a,
    struct answer *out)
{
	struct counting c = { 0 };
	enum err e;

	*out = (struct answer){ .report = 7 };
	hash_table_init(&c.many, sizeof(struct tick), &b->piles.secret);
	e = count_days(&c, b, period) ? rank(out, a, &c) : ERR_NO_MEMORY;
	hash_table_cleanup(&c.many);
	return e;
}
