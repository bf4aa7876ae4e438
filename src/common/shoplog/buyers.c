/* Buyers are users and, of carts without a pay line, addresses. Their carts are
 * thrown on piles by a hash and put in order pile by pile: the table of a pile
 * lies in the cache where one of all buyers would miss it with every cart. Who
 * chooses ids that fall on one pile only makes that table as large as the one of
 * all.
 *
 * What is left in the end are the days on which carts were paid, those of a buyer
 * side by side, the last one marked: a period is one walk through them, and who
 * the buyers are is of no more interest. */
#include "common/shoplog/buyers.h"

#include "common/base/civil.h"
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

/* Marks the last day of a buyer; no day is that large. */
static const uint32_t LAST = UINT32_C(1) << 31;
_Static_assert(CIVIL_DAY_MAX < 1 << 30, "days leave room for a mark");

/* Kinds of keys: a user id is nobody's address. */
enum { USERS, ADDRESSES, KINDS };

/* Words of a cart on a pile: the day of payment, then an id or the two halves of
 * an IPv6 address. */
static const size_t width[KINDS] = { 2, 3 };

struct pile {
	uint64_t *words;
	size_t len, room;
};

struct buyers {
	struct hash_secret secret;
	struct pile piles[KINDS][PILES]; /* empty from buyers_end on */
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

/* A pile that is being put in order. */
struct ordering {
	const struct hash_secret *secret;
	struct place *places;
	size_t places_len, places_room; /* powers of two */
	uint32_t *place;                /* of each cart */
	size_t carts_room;
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
free_pile(struct pile *p)
{
	free(p->words);
	*p = (struct pile){ 0 };
}

void
buyers_free(struct buyers *b)
{
	if (!b)
		return;
	for (int kind = 0; kind < KINDS; kind++)
		for (int i = 0; i < PILES; i++)
			free_pile(&b->piles[kind][i]);
	free(b->days);
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

static bool
pile_up(struct buyers *b, int kind, uint32_t day, struct hash_key key)
{
	uint64_t h = (key.high * 31 + key.low) * 0x9e3779b97f4a7c15;
	struct pile *p = &b->piles[kind][h >> 56];

	if (p->room - p->len < width[kind] && !grow(p))
		return false;
	p->words[p->len++] = day;
	p->words[p->len++] = key.low;
	if (kind == ADDRESSES)
		p->words[p->len++] = key.high;
	return true;
}

static bool
add_cart(struct buyers *b, const struct columns *c, uint32_t cart)
{
	uint64_t key = c->owner_key[cart];
	uint32_t day = c->paid_day[cart];

	switch (c->owner[cart]) {
	case OWNER_USER:
		return pile_up(b, USERS, day, (struct hash_key){ 0, key });
	case OWNER_IPV4:
		return pile_up(b, ADDRESSES, day,
		    (struct hash_key){ 0, (uint64_t)0xffff << 32 | key });
	default:
		return pile_up(b, ADDRESSES, day,
		    (struct hash_key){ key, c->owner_low[cart] });
	}
}

enum err
buyers_add(struct buyers *b, const struct columns *shard)
{
	for (uint32_t i = 0; i < shard->carts_len; i++)
		if (shard->paid_day[i] != COLUMNS_NO_DAY &&
		    !add_cart(b, shard, i))
			return ERR_NO_MEMORY;
	return ERR_OK;
}

/* Free places, twice as many as there are carts, and room for those. */
static bool
make_room(struct ordering *o, size_t carts)
{
	size_t len = FIRST_ROOM;

	while (len < 2 * carts)
		len *= 2;
	if (len > o->places_room) {
		free(o->places);
		o->places = malloc(len * sizeof(*o->places));
		o->places_room = o->places ? len : 0;
	}
	if (carts > o->carts_room) {
		free(o->place);
		o->place = malloc(carts * sizeof(*o->place));
		o->carts_room = o->place ? carts : 0;
	}
	o->places_len = len;
	if (!o->places || (carts && !o->place))
		return false;
	memset(o->places, 0, len * sizeof(*o->places));
	return true;
}

static struct hash_key
key_of(const struct pile *p, int kind, size_t cart)
{
	const uint64_t *words = p->words + cart * width[kind];

	return (struct hash_key){ kind == USERS ? 0 : words[2], words[1] };
}

static void
find_places(struct ordering *o, const struct pile *p, int kind, size_t carts)
{
	for (size_t i = 0; i < carts; i++) {
		struct hash_key key = key_of(p, kind, i);
		size_t at = hash_of(o->secret, key);

		for (;; at++) {
			struct place *place =
			    &o->places[at & (o->places_len - 1)];
			struct hash_key first;

			if (place->carts == 0)
				place->first = (uint32_t)i;
			first = key_of(p, kind, place->first);
			if (first.low != key.low || first.high != key.high)
				continue;
			place->carts++;
			o->place[i] = (uint32_t)(place - o->places);
			break;
		}
	}
}

/* The days of a pile, buyer by buyer. */
static bool
put_in_order(struct ordering *o, const struct pile *p, int kind, uint32_t *days)
{
	size_t carts = p->len / width[kind];
	uint32_t before = 0;

	if (carts > UINT32_MAX || !make_room(o, carts))
		return false;
	find_places(o, p, kind, carts);
	for (size_t i = 0; i < o->places_len; i++) {
		o->places[i].first = before; /* the next day of this buyer */
		before += o->places[i].carts;
	}
	for (size_t i = 0; i < carts; i++)
		days[o->places[o->place[i]].first++] =
		    (uint32_t)p->words[i * width[kind]];
	for (size_t i = 0; i < o->places_len; i++)
		if (o->places[i].carts)
			days[o->places[i].first - 1] |= LAST;
	return true;
}

enum err
buyers_end(struct buyers *b)
{
	struct ordering o = { .secret = &b->secret };
	size_t carts = 0;
	bool ok;

	for (int kind = 0; kind < KINDS; kind++)
		for (int i = 0; i < PILES; i++)
			carts += b->piles[kind][i].len / width[kind];
	b->days = malloc((carts + 1) * sizeof(*b->days));
	ok = b->days != NULL;
	for (int kind = 0; kind < KINDS; kind++) {
		for (int i = 0; ok && i < PILES; i++) {
			struct pile *p = &b->piles[kind][i];

			ok = p->len == 0 ||
			     put_in_order(&o, p, kind, b->days + b->days_len);
			b->days_len += p->len / width[kind];
			free_pile(p);
		}
	}
	free(o.places);
	free(o.place);
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

/* Whether a buyer's cart is his last, and where it was paid, decides no branch
 * that the processor could guess, so there is none. */
static bool
count_days(struct counting *c, const struct buyers *b, struct period period)
{
	uint32_t first = period.from > 0 ? (uint32_t)period.from : 0;
	uint32_t days = (uint32_t)period.to - first;
	uint64_t carts = 0;
	bool ok = true;

	if (period.to < 0 || (uint32_t)period.to < first)
		return true;
	for (size_t i = 0; i < b->days_len; i++) {
		uint32_t day = b->days[i] & ~LAST, is_last = b->days[i] / LAST;

		carts += day - first <= days;
		c->few[carts < FEW ? carts : FEW] += is_last;
		if (carts >= FEW && is_last)
			ok &= count_many(c, carts);
		carts &= (uint64_t)is_last - 1;
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
