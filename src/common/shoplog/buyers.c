/* Buyers are users and, of carts without a pay line, addresses. They are thrown
 * on piles by a hash and counted pile by pile: the table of a pile lies in the
 * cache where one of all buyers would miss it with every cart. Who chooses ids
 * that fall on one pile only makes that table as large as the one of all. */
#include "common/shoplog/buyers.h"

#include "common/shoplog/hash_table.h"
#include "common/shoplog/ranking.h"

#include <inttypes.h>
#include <stdlib.h>

enum { PILES = 256, FIRST_ROOM = 64 };

/* Kinds of keys: a user id is nobody's address. */
enum { USERS, ADDRESSES, KINDS };

/* Words of a key: an id, or the two halves of an IPv6 address. */
static const size_t width[KINDS] = { 1, 2 };

struct pile {
	uint64_t *words;
	size_t len, room;
};

struct buyers {
	struct period period;
	struct pile piles[KINDS][PILES];
};

/* Something counted: the carts of a buyer, or the buyers with so many carts. */
struct tick {
	struct hash_key key;
	uint64_t count;
};

struct buyers *
buyers_new(struct period period)
{
	struct buyers *b = calloc(1, sizeof(*b));

	if (b)
		b->period = period;
	return b;
}

void
buyers_free(struct buyers *b)
{
	if (!b)
		return;
	for (int kind = 0; kind < KINDS; kind++)
		for (int i = 0; i < PILES; i++)
			free(b->piles[kind][i].words);
	free(b);
}

static bool
grow(struct pile *p)
{
	size_t room = p->room ? 2 * p->room : FIRST_ROOM;
	uint64_t *words = reallocarray(p->words, room, sizeof(*words));

	if (!words)
		return false;
	p->words = words;
	p->room = room;
	return true;
}

/* Rooms are even, so a key of two words fits or does not begin. */
static bool
pile_up(struct buyers *b, int kind, struct hash_key key)
{
	uint64_t h = (key.high * 31 + key.low) * 0x9e3779b97f4a7c15;
	struct pile *p = &b->piles[kind][h >> 56];

	if (p->len == p->room && !grow(p))
		return false;
	p->words[p->len++] = key.low;
	if (kind == ADDRESSES)
		p->words[p->len++] = key.high;
	return true;
}

static bool
add_cart(struct buyers *b, const struct columns *c, uint32_t cart)
{
	uint64_t key = c->owner_key[cart];

	switch (c->owner[cart]) {
	case OWNER_USER:
		return pile_up(b, USERS, (struct hash_key){ 0, key });
	case OWNER_IPV4:
		return pile_up(b, ADDRESSES,
		    (struct hash_key){ 0, (uint64_t)0xffff << 32 | key });
	default:
		return pile_up(
		    b, ADDRESSES, (struct hash_key){ key, c->owner_low[cart] });
	}
}

enum err
buyers_add(struct buyers *b, const struct columns *shard)
{
	for (uint32_t i = 0; i < shard->carts_len; i++)
		if (period_holds(b->period, shard->paid_day[i]) &&
		    !add_cart(b, shard, i))
			return ERR_NO_MEMORY;
	return ERR_OK;
}

static bool
tick(struct hash_table *t, struct hash_key key, uint64_t by)
{
	bool is_new;
	struct tick *entry = hash_table_add(t, key, &is_new);

	if (entry)
		entry->count += by;
	return entry != NULL;
}

/* Adds the buyers of a pile by their number of carts. */
static bool
count_pile(const struct pile *p, int kind, struct hash_table *by_carts)
{
	struct hash_table buyers;
	bool ok;

	hash_table_init(&buyers, sizeof(struct tick), &by_carts->secret);
	ok = hash_table_reserve(&buyers, p->len / width[kind]);
	for (size_t i = 0; ok && i < p->len; i += width[kind])
		ok = tick(&buyers,
		    (struct hash_key){
			kind == USERS ? 0 : p->words[i + 1], p->words[i] },
		    1);
	for (size_t i = 0; ok && i < buyers.len; i++) {
		const struct tick *buyer = hash_table_at(&buyers, i);

		ok = tick(by_carts, (struct hash_key){ 0, buyer->count }, 1);
	}
	hash_table_cleanup(&buyers);
	return ok;
}

static enum err
rank(struct answer *out, struct arena *a, const struct hash_table *by_carts)
{
	if (!ranking_new(out, a, by_carts->len))
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < by_carts->len; i++) {
		const struct tick *row = hash_table_at(by_carts, i);
		char *name = arena_printf(a, "%" PRIu64, row->key.low);

		if (!name)
			return ERR_NO_MEMORY;
		out->ranking[out->ranking_len++] =
		    (struct answer_row){ .name = span_text(name),
			    .value = row->count };
		out->buyers += row->count;
		out->value += row->key.low >= 2 ? row->count : 0;
	}
	ranking_sort(out);
	return ERR_OK;
}

enum err
buyers_answer(const struct buyers *b, struct arena *a, struct answer *out)
{
	struct hash_secret secret;
	struct hash_table by_carts;
	bool ok = true;
	enum err e;

	*out = (struct answer){ .report = 7 };
	if (!hash_secret_new(&secret))
		return ERR_NO_MEMORY;
	hash_table_init(&by_carts, sizeof(struct tick), &secret);
	for (int kind = 0; kind < KINDS; kind++)
		for (int i = 0; ok && i < PILES; i++)
			if (b->piles[kind][i].len > 0)
				ok = count_pile(
				    &b->piles[kind][i], kind, &by_carts);
	e = ok ? rank(out, a, &by_carts) : ERR_NO_MEMORY;
	hash_table_cleanup(&by_carts);
	return e;
}
