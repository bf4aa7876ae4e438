/* Buyers are users and, of carts without a pay line, addresses. They are thrown
 * on piles by a hash and counted pile by pile: the table of a pile lies in the
 * cache where one of all buyers would miss it with every cart. Who chooses ids
 * that fall on one pile only makes that table as large as the one of all. */
#include "common/shoplog/buyers.h"

#include "common/shoplog/hash_table.h"
#include "common/shoplog/ranking.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	PILES = 256,
	FIRST_ROOM = 64,
	FEW =
	    256, /* carts of a buyer: up to so many are counted without a table */
};

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

/* The buyers with so many carts. */
struct tick {
	struct hash_key key; /* 0, carts */
	uint64_t count;
};

/* A buyer of a pile: his first key there, and his carts; none: a free place. */
struct place {
	uint32_t first, carts;
};

/* What has been counted so far, and the places of the pile at hand. */
struct counting {
	struct hash_secret secret;
	uint64_t few[FEW]; /* buyers by number of carts */
	struct hash_table many;
	struct place *places;
	size_t places_len, places_room; /* powers of two */
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

/* Free places, twice as many as there are keys. */
static bool
clear_places(struct counting *c, size_t keys)
{
	size_t len = FIRST_ROOM;

	while (len < 2 * keys)
		len *= 2;
	if (len > c->places_room) {
		free(c->places);
		c->places = malloc(len * sizeof(*c->places));
		c->places_room = c->places ? len : 0;
	}
	c->places_len = len;
	if (c->places)
		memset(c->places, 0, len * sizeof(*c->places));
	return c->places != NULL;
}

static struct hash_key
key_of(const struct pile *p, int kind, size_t i)
{
	const uint64_t *words = p->words + i * width[kind];

	return (struct hash_key){ kind == USERS ? 0 : words[1], words[0] };
}

static void
find_places(struct counting *c, const struct pile *p, int kind, size_t keys)
{
	for (size_t i = 0; i < keys; i++) {
		struct hash_key key = key_of(p, kind, i);
		size_t at = hash_of(&c->secret, key);

		for (;; at++) {
			struct place *place =
			    &c->places[at & (c->places_len - 1)];
			struct hash_key first;

			if (place->carts == 0)
				place->first = (uint32_t)i;
			first = key_of(p, kind, place->first);
			if (first.low != key.low || first.high != key.high)
				continue;
			place->carts++;
			break;
		}
	}
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

/* Adds the buyers of a pile by their number of carts. */
static bool
count_pile(struct counting *c, const struct pile *p, int kind)
{
	size_t keys = p->len / width[kind];
	bool ok = keys <= UINT32_MAX && clear_places(c, keys);

	if (ok)
		find_places(c, p, kind, keys);
	for (size_t i = 0; ok && i < c->places_len; i++) {
		uint32_t carts = c->places[i].carts;

		if (carts < FEW)
			c->few[carts]++;
		else
			ok = count_many(c, carts);
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
buyers_answer(const struct buyers *b, struct arena *a, struct answer *out)
{
	struct counting c = { 0 };
	bool ok = true;
	enum err e;

	*out = (struct answer){ .report = 7 };
	if (!hash_secret_new(&c.secret))
		return ERR_NO_MEMORY;
	hash_table_init(&c.many, sizeof(struct tick), &c.secret);
	for (int kind = 0; kind < KINDS; kind++)
		for (int i = 0; ok && i < PILES; i++)
			if (b->piles[kind][i].len > 0)
				ok = count_pile(&c, &b->piles[kind][i], kind);
	e = ok ? rank(out, a, &c) : ERR_NO_MEMORY;
	hash_table_cleanup(&c.many);
	free(c.places);
	return e;
}
