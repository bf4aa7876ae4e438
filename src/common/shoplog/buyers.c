/* Buyers are users and, of carts without a pay line, addresses. The carts of each
 * shard are thrown on piles by a hash, and in the end put in order pile by pile:
 * the table of a pile lies in the cache where one of all buyers would miss it with
 * every cart. Who chooses ids that fall on one pile only makes that table as large
 * as the one of all. Whether a cart is paid, and its buyer's first, decides no
 * branch: no processor could guess it.
 *
 * What is left are the days on which carts were paid, those of a buyer side by
 * side, the first one marked: a period is one walk through them, and who the
 * buyers are is of no more interest. */
#include "common/shoplog/buyers.h"

#include "common/base/civil.h"
#include "common/shoplog/hash_table.h"
#include "common/shoplog/ranking.h"
#include "common/shoplog/visit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	PILE_BITS = 9,
	PILES = 1 << PILE_BITS,
	PLACES_FIRST = 64,
	FEW =
	    256, /* carts of a buyer: up to so many are counted without a table */
};

/* Marks the first day of a buyer; no day is that large. */
static const uint32_t FIRST = UINT32_C(1) << 31;
_Static_assert(CIVIL_DAY_MAX < 1 << 30, "days leave room for a mark");

/* Kinds of keys: a user id is nobody's address. */
enum { USERS, ADDRESSES, KINDS };

/* The paid carts of a shard and of one kind, pile by pile. */
struct block {
	struct block *next;
	uint64_t *low, *high; /* keys; users have no high half: NULL */
	uint32_t *days;
	uint32_t from[PILES + 1]; /* where a pile begins */
	uint64_t memory[];        /* of the columns above */
};

struct buyers {
	struct hash_secret secret;
	struct block *blocks[KINDS]; /* until buyers_end */
	uint32_t *days;
	size_t days_len;
};

/* The buyers with so many carts. */
struct tick {
	struct hash_key key; /* 0, carts */
	uint64_t count;
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

/* What has been counted so far. */
struct counting {
	uint64_t few[FEW + 1]; /* buyers by number of carts */
	struct hash_table many;
};

struct buyers *
buyers_new(void)
{
	struct buyers *b = calloc(1, sizeof(*b));

	if (b && !hash_secret_new(&b->secret)) {
		free(b);
		return NULL;
	}
	return b;
}

static void
free_blocks(struct buyers *b)
{
	for (int kind = 0; kind < KINDS; kind++) {
		struct block *next;

		for (struct block *at = b->blocks[kind]; at; at = next) {
			next = at->next;
			free(at);
		}
		b->blocks[kind] = NULL;
	}
}

void
buyers_free(struct buyers *b)
{
	if (!b)
		return;
	free_blocks(b);
	free(b->days);
	free(b);
}

static struct block *
block_new(int kind, uint32_t carts)
{
	size_t halves = kind == ADDRESSES ? 2 : 1, len = carts;
	struct block *k = malloc(sizeof(*k) + halves * len * sizeof(*k->low) +
				 len * sizeof(*k->days));

	if (!k)
		return NULL;
	memset(k->from, 0, sizeof(k->from));
	k->low = k->memory;
	k->high = kind == ADDRESSES ? k->low + len : NULL;
	k->days = (uint32_t *)(k->low + halves * len);
	return k;
}

/* kind  known where it is inlined */
static inline struct hash_key
key_of(const struct columns *c, uint32_t cart, int kind)
{
	uint64_t key = c->owner_key[cart];

	if (kind == USERS)
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
	uint32_t *carts[KINDS];
	uint32_t len[KINDS];
};

static void
list_carts(const struct columns *c, struct paid *out)
{
	for (uint32_t i = 0; i < c->carts_len; i++) {
		bool is_paid = c->paid_day[i] != COLUMNS_NO_DAY;
		bool is_user = c->owner[i] == OWNER_USER;

		out->carts[USERS][out->len[USERS]] = i;
		out->len[USERS] += is_paid & is_user;
		out->carts[ADDRESSES][out->len[ADDRESSES]] = i;
		out->len[ADDRESSES] += is_paid & !is_user;
	}
}

static inline void
fill_block(struct block *k, const struct columns *c, int kind,
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
		if (kind == ADDRESSES)
			k->high[at] = key.high;
		k->days[at] = c->paid_day[carts[i]];
	}
	memmove(from + 1, from, PILES * sizeof(*from));
	from[0] = 0;
}

static enum err
add_block(struct buyers *b, const struct columns *shard, int kind,
    const struct paid *paid)
{
	uint32_t len = paid->len[kind];
	struct block *k;

	if (len == 0)
		return ERR_OK;
	k = block_new(kind, len);
	if (!k)
		return ERR_NO_MEMORY;
	if (kind == USERS)
		fill_block(k, shard, USERS, paid->carts[USERS], len);
	else
		fill_block(k, shard, ADDRESSES, paid->carts[ADDRESSES], len);
	k->next = b->blocks[kind];
	b->blocks[kind] = k;
	b->days_len += len;
	return ERR_OK;
}

enum err
buyers_add(struct buyers *b, const struct columns *shard)
{
	size_t room = shard->carts_len + (size_t)1;
	uint32_t *memory = malloc(KINDS * room * sizeof(*memory));
	struct paid paid = { { memory, memory + room }, { 0 } };
	enum err e = ERR_OK;

	if (!memory)
		return ERR_NO_MEMORY;
	list_carts(shard, &paid);
	for (int kind = 0; e == ERR_OK && kind < KINDS; kind++)
		e = add_block(b, shard, kind, &paid);
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
gather(struct ordering *o, const struct block *blocks, int pile)
{
	size_t carts = 0;

	for (const struct block *k = blocks; k; k = k->next)
		carts += k->from[pile + 1] - k->from[pile];
	o->carts = 0;
	if (carts == 0)
		return true;
	if (carts > UINT32_MAX / 2 || !make_room(o, carts))
		return false;
	for (const struct block *k = blocks; k; k = k->next) {
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

		days[p->first + left] = o->days[i] | (left ? 0 : FIRST);
	}
	for (size_t i = 0; i < buyers; i++)
		o->places[o->buyers[i]].first = 0;
}

enum err
buyers_end(struct buyers *b)
{
	struct ordering o = { .secret = &b->secret };
	size_t len = 0;
	bool ok;

	b->days = malloc((b->days_len + 1) * sizeof(*b->days));
	ok = b->days != NULL;
	for (int kind = 0; kind < KINDS; kind++) {
		for (int i = 0; ok && b->blocks[kind] && i < PILES; i++) {
			ok = gather(&o, b->blocks[kind], i);
			if (!ok)
				break;
			put_in_order(&o, kind == ADDRESSES, b->days + len);
			len += o.carts;
		}
	}
	ordering_cleanup(&o);
	free_blocks(b);
	return ok ? ERR_OK : ERR_NO_MEMORY;
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
		uint32_t day = b->days[i] & ~FIRST, is_end = b->days[i] / FIRST;

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
	hash_table_init(&c.many, sizeof(struct tick), &b->secret);
	e = count_days(&c, b, period) ? rank(out, a, &c) : ERR_NO_MEMORY;
	hash_table_cleanup(&c.many);
	return e;
}
