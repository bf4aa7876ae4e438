/* The carts of a shard go on piles by a counting sort. The table by which a pile is
 * put in order lies in the cache, where one of all buyers would miss it with every
 * cart; who chooses ids that fall on one pile only makes it as large as that one.
 * Whether a cart is paid decides no branch: no processor could guess it. */
#include "common/shoplog/answer/buyer_piles.h"

#include "common/shoplog/scan/visit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
	PILE_BITS = 9,
	PILES = 1 << PILE_BITS,
	BESIDE_MAX = 7,
};

/* The paid carts of a shard and of one kind, pile by pile. */
struct buyer_block {
	struct buyer_block *next;
	uint64_t *low, *high; /* keys; users have no high half: NULL */
	uint32_t *days;
	uint32_t from[PILES + 1]; /* where a pile begins */
	uint64_t memory[];        /* of the columns above */
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
	return (
	    struct hash_key){ c->owner_ipv6[key].high, c->owner_ipv6[key].low };
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

/* What the threads that put piles in order share. */
struct ordering {
	const struct buyer_piles *piles;
	uint32_t *days;
	size_t from[BUYER_KINDS * PILES + 1]; /* where a pile's days begin */
	_Atomic int next;                     /* pile that nobody has taken */
	_Atomic bool is_without_memory;
};

static const struct buyer_block *
blocks_of(const struct ordering *all, int pile)
{
	return all->piles->blocks[pile / PILES];
}

static void
find_beginnings(struct ordering *all)
{
	for (int i = 0; i < BUYER_KINDS * PILES; i++) {
		all->from[i + 1] = all->from[i];
		for (const struct buyer_block *k = blocks_of(all, i); k;
		     k = k->next)
			all->from[i + 1] +=
			    k->from[i % PILES + 1] - k->from[i % PILES];
	}
}

/* Puts a pile of all blocks together. */
static void
gather(struct buyer_order *o, const struct buyer_block *blocks, int pile)
{
	size_t at = 1;

	for (const struct buyer_block *k = blocks; k; k = k->next) {
		uint32_t from = k->from[pile], len = k->from[pile + 1] - from;

		memcpy(o->low + at, k->low + from, len * sizeof(*o->low));
		if (k->high)
			memcpy(o->high + at, k->high + from,
			    len * sizeof(*o->high));
		memcpy(o->days + at, k->days + from, len * sizeof(*o->days));
		at += len;
	}
}

static bool
put_pile(const struct ordering *all, struct buyer_order *o, int pile)
{
	size_t carts = all->from[pile + 1] - all->from[pile];

	if (carts == 0)
		return true;
	if (carts > UINT32_MAX / 2 || !buyer_order_begin(o, (uint32_t)carts))
		return false;
	gather(o, blocks_of(all, pile), pile % PILES);
	buyer_order_write(
	    o, pile / PILES == BUYER_ADDRESSES, all->days + all->from[pile]);
	return true;
}

/* Pile by pile, until none is left. */
static void *
put_piles(void *arg)
{
	struct ordering *all = arg;
	struct buyer_order o = { .secret = &all->piles->secret };
	int pile = atomic_fetch_add(&all->next, 1);

	while (pile < BUYER_KINDS * PILES && put_pile(all, &o, pile))
		pile = atomic_fetch_add(&all->next, 1);
	if (pile < BUYER_KINDS * PILES)
		atomic_store(&all->is_without_memory, true);
	buyer_order_cleanup(&o);
	return NULL;
}

enum err
buyer_piles_put_in_order(
    const struct buyer_piles *p, unsigned threads, uint32_t *days)
{
	struct ordering all = { .piles = p, .days = days };
	pthread_t beside[BESIDE_MAX];
	unsigned len = 0;

	find_beginnings(&all);
	while (len + 1 < threads && len < BESIDE_MAX &&
	       pthread_create(&beside[len], NULL, put_piles, &all) == 0)
		len++;
	put_piles(&all);
	while (len > 0)
		pthread_join(beside[--len], NULL);
	return all.is_without_memory ? ERR_NO_MEMORY : ERR_OK;
}
