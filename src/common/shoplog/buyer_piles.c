/* The carts of a shard go on piles by a counting sort; a pile is put in order by a
 * table that lies in the cache, where one of all buyers would miss it with every
 * cart. Who chooses ids that fall on one pile only makes that table as large as the
 * one of all. Whether a cart is paid, and its buyer's first, decides no branch: no
 * processor could guess it. */
#include "common/shoplog/buyer_piles.h"

#include "common/shoplog/visit.h"

#include <stdlib.h>
#include <string.h>

enum {
	PILE_BITS = 9,
	PILES = 1 << PILE_BITS,
	PLACES_FIRST = 64,
};

/* The paid carts of a shard and of one kind, pile by pile. */
struct buyer_block {
	struct buyer_block *next;
	uint64_t *low, *high; /* keys; users have no high half: NULL */
	uint32_t *days;
	uint32_t from[PILES + 1]; /* where a pile begins */
	uint64_t memory[];        /* of the columns above */
};

/* A buyer of a pile: his first cart there, and how many he has; none: a free
 * place. */
struct place {
	uint32_t first, carts;
};

/* A pile that is put in order. */
struct ordering {
	const struct hash_secret *secret;
	struct place *places; /* all free between two piles */
	size_t places_len;    /* a power of two */

	size_t carts, room;
	uint64_t *low, *high;
	uint32_t *days;
	uint32_t *place;  /* of each cart */
	uint32_t *buyers; /* their places */
};

void
buyer_piles_cleanup(struct buyer_piles *p)
{
	for (int kind = 0; kind < BUYER_KINDS; kind++) {
		struct buyer_block *next;

		for (struct buyer_block *at = p->blocks[kind]; at; at = next) {
			next = at->next;
			free(at);
		}
	}
	*p = (struct buyer_piles){ .secret = p->secret };
}

static struct buyer_block *
block_new(int kind, uint32_t carts)
{
	size_t halves = kind == BUYER_ADDRESSES ? 2 : 1, len = carts;
	struct buyer_block *k =
	    malloc(sizeof(*k) + halves * len * sizeof(*k->low) +
		   len * sizeof(*k->days));

	if (!k)
		return NULL;
	memset(k->from, 0, sizeof(k->from));
	k->low = k->memory;
	k->high = kind == BUYER_ADDRESSES ? k->low + len : NULL;
	k->days = (uint32_t *)(k->low + halves * len);
	return k;
}

/* kind  known where it is inlined */
static inline struct hash_key
key_of(const struct columns *c, uint32_t cart, int kind)
{
	uint64_t key = c->owner_key[cart];

	if (kind == BUYER_USERS)
		return (struct hash_key){ 0, key };
	if (c->owner[cart] == OWNER_IPV4)
		return visitor_key_of_ipv4((uint32_t)key);
	return (struct hash_key){ key, c->owner_low[cart] };
}

static inline uint32_t
pile_of(struct hash_key key)
{
	uint64_t h = (key.high * 31 + key.low) * 0x9e3779b97f4a7c15;

	return (uint32_t)(h >> (64 - PILE_BITS));
}

/* Paid carts by kind. */
struct paid {
	uint32_t *carts[BUYER_KINDS];
	uint32_t len[BUYER_KINDS];
};

static void
list_carts(const struct columns *c, struct paid *out)
{
	for (uint32_t i = 0; i < c->carts_len; i++) {
		bool is_paid = c->paid_day[i] != COLUMNS_NO_DAY;
		bool is_user = c->owner[i] == OWNER_USER;

		out->carts[BUYER_USERS][out->len[BUYER_USERS]] = i;
		out->len[BUYER_USERS] += is_paid & is_user;
		out->carts[BUYER_ADDRESSES][out->len[BUYER_ADDRESSES]] = i;
		out->len[BUYER_ADDRESSES] += is_paid & !is_user;
	}
}

static inline void
fill_block(struct buyer_block *k, const struct columns *c, int kind,
    const uint32_t *carts, uint32_t len)
{
	uint32_t *from = k->from;

	for (uint32_t i = 0; i < len; i++)
		from[pile_of(key_of(c, carts[i], kind)) + 1]++;
	for (int i = 0; i < PILES; i++)
		from[i + 1] += from[i];
	for (uint32_t i = 0; i < len; i++) {
		struct hash_key key = key_of(c, carts[i], kind);
		/* What was the beginning of a pile becomes its end. */
		uint32_t at = from[pile_of(key)]++;

		k->low[at] = key.low;
		if (kind == BUYER_ADDRESSES)
			k->high[at] = key.high;
		k->days[at] = c->paid_day[carts[i]];
	}
	memmove(from + 1, from, PILES * sizeof(*from));
	from[0] = 0;
}

static enum err
add_block(struct buyer_piles *p, const struct columns *shard, int kind,
    const struct paid *paid)
{
	uint32_t len = paid->len[kind];
	struct buyer_block *k;

	if (len == 0)
		return ERR_OK;
	k = block_new(kind, len);
	if (!k)
		return ERR_NO_MEMORY;
	if (kind == BUYER_USERS)
		fill_block(
		    k, shard, BUYER_USERS, paid->carts[BUYER_USERS], len);
	else
		fill_block(k, shard, BUYER_ADDRESSES,
		    paid->carts[BUYER_ADDRESSES], len);
	k->next = p->blocks[kind];
	p->blocks[kind] = k;
	p->carts += len;
	return ERR_OK;
}

enum err
buyer_piles_add(struct buyer_piles *p, const struct columns *shard)
{
	size_t room = shard->carts_len + (size_t)1;
	uint32_t *memory = malloc(BUYER_KINDS * room * sizeof(*memory));
	struct paid paid = { { memory, memory + room }, { 0 } };
	enum err e = ERR_OK;

	if (!memory)
		return ERR_NO_MEMORY;
	list_carts(shard, &paid);
	for (int kind = 0; e == ERR_OK && kind < BUYER_KINDS; kind++)
		e = add_block(p, shard, kind, &paid);
	free(memory);
	return e;
}

static void
ordering_cleanup(struct ordering *o)
{
	free(o->places);
	free(o->low);
	free(o->high);
	free(o->days);
	free(o->place);
	free(o->buyers);
}

/* Room for so many carts, and twice as many places at least. */
static bool
make_room(struct ordering *o, size_t carts)
{
	const struct hash_secret *secret = o->secret;
	size_t places = PLACES_FIRST;

	if (carts <= o->room)
		return true;
	ordering_cleanup(o);
	while (places < 2 * carts)
		places *= 2;
	*o = (struct ordering){ .secret = secret,
		.places = calloc(places, sizeof(*o->places)),
		.places_len = places,
		.room = places / 2,
		.low = malloc(places / 2 * sizeof(*o->low)),
		.high = malloc(places / 2 * sizeof(*o->high)),
		.days = malloc(places / 2 * sizeof(*o->days)),
		.place = malloc(places / 2 * sizeof(*o->place)),
		.buyers = malloc(places / 2 * sizeof(*o->buyers)) };
	if (o->places && o->low && o->high && o->days && o->place && o->buyers)
		return true;
	o->room = 0;
	return false;
}

/* Puts a pile of all blocks together. */
static bool
gather(struct ordering *o, const struct buyer_block *blocks, int pile)
{
	size_t carts = 0;

	for (const struct buyer_block *k = blocks; k; k = k->next)
		carts += k->from[pile + 1] - k->from[pile];
	o->carts = 0;
	if (carts == 0)
		return true;
	if (carts > UINT32_MAX / 2 || !make_room(o, carts))
		return false;
	for (const struct buyer_block *k = blocks; k; k = k->next) {
		uint32_t from = k->from[pile], len = k->from[pile + 1] - from;

		memcpy(o->low + o->carts, k->low + from, len * sizeof(*o->low));
		if (k->high)
			memcpy(o->high + o->carts, k->high + from,
			    len * sizeof(*o->high));
		memcpy(
		    o->days + o->carts, k->days + from, len * sizeof(*o->days));
		o->carts += len;
	}
	return true;
}

/* Finds the buyer of each cart; returns how many buyers there are. */
static inline size_t
find_buyers(struct ordering *o, bool is_wide)
{
	size_t buyers = 0, mask = o->places_len - 1;

	for (uint32_t i = 0; i < o->carts; i++) {
		struct hash_key key = { is_wide ? o->high[i] : 0, o->low[i] };
		size_t at = hash_of(o->secret, key) & mask;
		struct place *p;
		bool is_new, is_same;

		for (;; at = (at + 1) & mask) {
			p = &o->places[at];
			is_new = p->carts == 0;
			is_same = o->low[p->first] == key.low;
			if (is_wide)
				is_same &= o->high[p->first] == key.high;
			if (is_new | is_same)
				break;
		}
		p->first = is_new ? i : p->first;
		p->carts++;
		o->place[i] = (uint32_t)at;
		o->buyers[buyers] = (uint32_t)at;
		buyers += is_new;
	}
	return buyers;
}

/* The days of the pile, buyer by buyer. Every place is free again. */
static void
put_in_order(struct ordering *o, bool is_wide, uint32_t *days)
{
	size_t buyers = is_wide ? find_buyers(o, true) : find_buyers(o, false);
	uint32_t before = 0;

	for (size_t i = 0; i < buyers; i++) {
		struct place *p = &o->places[o->buyers[i]];

		p->first = before;
		before += p->carts;
	}
	for (size_t i = 0; i < o->carts; i++) {
		struct place *p = &o->places[o->place[i]];
		uint32_t left = --p->carts;

		days[p->first + left] = o->days[i] | (left ? 0 : BUYER_FIRST);
	}
	for (size_t i = 0; i < buyers; i++)
		o->places[o->buyers[i]].first = 0;
}

enum err
buyer_piles_put_in_order(const struct buyer_piles *p, uint32_t *days)
{
	struct ordering o = { .secret = &p->secret };
	bool ok = true;

	for (int kind = 0; kind < BUYER_KINDS; kind++) {
		for (int i = 0; ok && p->blocks[kind] && i < PILES; i++) {
			ok = gather(&o, p->blocks[kind], i);
			if (!ok)
				break;
			put_in_order(&o, kind == BUYER_ADDRESSES, days);
			days += o.carts;
		}
	}
	ordering_cleanup(&o);
	return ok ? ERR_OK : ERR_NO_MEMORY;
}
