/* One array, of which each entry lies where its tag says or right behind, with no
 * gap between. Everything points by index, 0 being nobody. Entry 0 is the ring of
 * all entries in order of use: its `newer` is the oldest one, its `older` the
 * newest. Uses between two puts keep the order of the first of them. */
#include "worker/store/copies/copy_table.h"

#include <stdlib.h>
#include <string.h>

enum {
	PLACES_FIRST = 64,
	CACHE_LINE = 64,
};

/* With thousands of sessions each look is a miss of the cache: one, not two. */
struct entry {
	_Alignas(CACHE_LINE) uint32_t newer; /* in order of use */
	uint32_t older;
	uint32_t used_at; /* copy_table.puts when it came to the front */
	uint32_t is_there;
	uint8_t tag[TOKEN_TAG_SIZE];
	struct session_copy copy;
};
_Static_assert(sizeof(struct entry) == CACHE_LINE, "nothing more fits");

struct copy_table {
	struct entry *entries; /* [1, places] */
	uint32_t len, places, places_max;
	uint32_t puts; /* of new ones, wrapping */
};

/* Three quarters of the places at most are taken: a look goes on from entry to
 * entry until it meets an empty one. */
static uint32_t
capacity_of(uint32_t places)
{
	return places / 4 * 3;
}

static size_t
size_of(uint32_t places)
{
	return ((size_t)places + 1) * sizeof(struct entry);
}

struct copy_table *
copy_table_new(size_t bytes)
{
	struct copy_table *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	for (uint32_t n = PLACES_FIRST;
	     n <= UINT32_MAX / 4 && size_of(n) <= bytes; n *= 2)
		t->places_max = n;
	return t;
}

void
copy_table_free(struct copy_table *t)
{
	if (!t)
		return;
	free(t->entries);
	free(t);
}

/* Where an entry lies when nobody else is there. There is a power of two of
 * places, and tags are as good as random bits. */
static uint32_t
place_of(const struct copy_table *t, const uint8_t *tag)
{
	uint32_t bits;

	memcpy(&bits, tag, sizeof(bits));
	return 1 + (bits & (t->places - 1));
}

static uint32_t
behind(const struct copy_table *t, uint32_t i)
{
	return i == t->places ? 1 : i + 1;
}

/* How many steps behind `from` the place `to` is. */
static uint32_t
distance(const struct copy_table *t, uint32_t from, uint32_t to)
{
	return (to - from) & (t->places - 1);
}

/* The entry with this tag, or the empty one where it would be put. */
static uint32_t
look_up(const struct copy_table *t, const uint8_t *tag)
{
	uint32_t i = place_of(t, tag);

	while (t->entries[i].is_there &&
	       memcmp(t->entries[i].tag, tag, TOKEN_TAG_SIZE) != 0)
		i = behind(t, i);
	return i;
}

static void
leave_ring(struct copy_table *t, uint32_t i)
{
	struct entry *e = &t->entries[i];

	t->entries[e->newer].older = e->older;
	t->entries[e->older].newer = e->newer;
}

static void
enter_ring(struct copy_table *t, uint32_t i)
{
	struct entry *e = &t->entries[i], *ring = &t->entries[0];

	e->used_at = t->puts;
	e->newer = 0;
	e->older = ring->older;
	t->entries[ring->older].newer = i;
	ring->older = i;
}

static void
move(struct copy_table *t, uint32_t from, uint32_t to)
{
	struct entry *e = &t->entries[to];

	*e = t->entries[from];
	t->entries[e->newer].older = to;
	t->entries[e->older].newer = to;
}

/* Who lies further behind only because of the one that goes moves up. */
static void
drop(struct copy_table *t, uint32_t i)
{
	leave_ring(t, i);
	for (uint32_t next = behind(t, i); t->entries[next].is_there;
	     next = behind(t, next)) {
		uint32_t home = place_of(t, t->entries[next].tag);

		if (distance(t, home, next) < distance(t, i, next))
			continue;
		move(t, next, i);
		i = next;
	}
	t->entries[i].is_there = false;
	t->len--;
}

static void
add(struct copy_table *t, const uint8_t *tag, const struct session_copy *copy)
{
	uint32_t i = look_up(t, tag);
	struct entry *e = &t->entries[i];

	e->is_there = true;
	memcpy(e->tag, tag, TOKEN_TAG_SIZE);
	e->copy = *copy;
	enter_ring(t, i);
	t->len++;
}

/* Twice the room; false: there is none. */
static bool
grow(struct copy_table *t)
{
	struct entry *old = t->entries, *entries;
	uint32_t places = t->places ? 2 * t->places : PLACES_FIRST;

	if (places > t->places_max)
		return false;
	entries = aligned_alloc(CACHE_LINE, size_of(places));
	if (!entries)
		return false;
	memset(entries, 0, size_of(places));
	t->entries = entries;
	t->places = places;
	t->len = 0;
	for (uint32_t i = old ? old[0].newer : 0; i != 0; i = old[i].newer)
		add(t, old[i].tag, &old[i].copy);
	free(old);
	return true;
}

void
copy_table_prefetch(
    const struct copy_table *t, const uint8_t tag[TOKEN_TAG_SIZE])
{
	if (t->len > 0)
		__builtin_prefetch(&t->entries[place_of(t, tag)]);
}

struct session_copy *
copy_table_find(struct copy_table *t, const uint8_t tag[TOKEN_TAG_SIZE])
{
	struct entry *e;
	uint32_t i;

	if (t->len == 0)
		return NULL;
	i = look_up(t, tag);
	e = &t->entries[i];
	if (!e->is_there)
		return NULL;
	/* Nobody has come since it was used last: nobody can have to go, and
	 * its neighbours need not be touched. */
	if (e->used_at != t->puts) {
		leave_ring(t, i);
		enter_ring(t, i);
	}
	return &e->copy;
}

void
copy_table_put(struct copy_table *t, const uint8_t tag[TOKEN_TAG_SIZE],
    const struct session_copy *copy)
{
	struct session_copy *known = copy_table_find(t, tag);

	if (known) {
		*known = *copy;
		return;
	}
	if (t->len == capacity_of(t->places) && !grow(t)) {
		if (t->len == 0)
			return;
		drop(t, t->entries[0].newer);
	}
	t->puts++;
	add(t, tag, copy);
}

size_t
copy_table_len(const struct copy_table *t)
{
	return t->len;
}

size_t
copy_table_bytes(const struct copy_table *t)
{
	return t->places ? size_of(t->places) : 0;
}
