/* One array of entries and one of buckets, several for each entry that there may
 * be; everything points by index, 0 being nobody. Entry 0 is the ring of all
 * entries in order of use: its `newer` is the oldest one, its `older` the
 * newest. Uses between two puts keep the order of the first of them. */
#include "worker/store/copy_table.h"

#include <stdlib.h>
#include <string.h>

enum {
	CAPACITY_FIRST = 64,
	/* So that hardly any look meets another session before its own. */
	BUCKETS_PER_ENTRY = 4,
	CACHE_LINE = 64,
};

/* With thousands of sessions each look is a miss of the cache: one, not two. */
struct entry {
	_Alignas(CACHE_LINE) uint32_t next; /* of the same bucket */
	uint32_t newer, older;              /* in order of use */
	uint32_t used_at; /* copy_table.puts when it came to the front */
	uint8_t tag[TOKEN_TAG_SIZE];
	struct session_copy copy;
};
_Static_assert(sizeof(struct entry) == CACHE_LINE, "nothing more fits");

struct copy_table {
	struct entry *entries;
	uint32_t *buckets;
	uint32_t len, capacity, capacity_max; /* without entry 0 */
	uint32_t puts;                        /* of new ones, wrapping */
};

/* A power of two, so that a tag's bits are its bucket. */
static size_t
buckets_of(uint32_t capacity)
{
	return (size_t)capacity * BUCKETS_PER_ENTRY;
}

static size_t
size_of(uint32_t capacity)
{
	return ((size_t)capacity + 1) * sizeof(struct entry) +
	       buckets_of(capacity) * sizeof(uint32_t);
}

struct copy_table *
copy_table_new(size_t bytes)
{
	struct copy_table *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	for (uint32_t n = CAPACITY_FIRST;
	     n <= UINT32_MAX / 2 / BUCKETS_PER_ENTRY && size_of(n) <= bytes;
	     n *= 2)
		t->capacity_max = n;
	return t;
}

void
copy_table_free(struct copy_table *t)
{
	if (!t)
		return;
	free(t->entries);
	free(t->buckets);
	free(t);
}

/* Tags are as good as random bits. */
static uint32_t *
bucket_of(struct copy_table *t, const uint8_t *tag)
{
	uint32_t bits;

	memcpy(&bits, tag, sizeof(bits));
	return &t->buckets[bits & (buckets_of(t->capacity) - 1)];
}

static uint32_t
look_up(struct copy_table *t, const uint8_t *tag)
{
	uint32_t i = t->capacity ? *bucket_of(t, tag) : 0;

	while (i != 0 && memcmp(t->entries[i].tag, tag, TOKEN_TAG_SIZE) != 0)
		i = t->entries[i].next;
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
enter_bucket(struct copy_table *t, uint32_t i)
{
	uint32_t *bucket = bucket_of(t, t->entries[i].tag);

	t->entries[i].next = *bucket;
	*bucket = i;
}

static void
leave_bucket(struct copy_table *t, uint32_t i)
{
	uint32_t *at = bucket_of(t, t->entries[i].tag);

	while (*at != i)
		at = &t->entries[*at].next;
	*at = t->entries[i].next;
}

/* Twice the room; false: there is none. */
static bool
grow(struct copy_table *t)
{
	uint32_t capacity = t->capacity ? 2 * t->capacity : CAPACITY_FIRST;
	struct entry *entries;
	uint32_t *buckets;

	if (capacity > t->capacity_max)
		return false;
	buckets = calloc(buckets_of(capacity), sizeof(*buckets));
	entries = aligned_alloc(
	    CACHE_LINE, ((size_t)capacity + 1) * sizeof(*entries));
	if (!buckets || !entries) {
		free(buckets);
		free(entries);
		return false;
	}
	if (t->entries)
		memcpy(entries, t->entries,
		    ((size_t)t->len + 1) * sizeof(*entries));
	else
		memset(&entries[0], 0, sizeof(entries[0]));
	free(t->entries);
	free(t->buckets);
	t->entries = entries;
	t->buckets = buckets;
	t->capacity = capacity;
	for (uint32_t i = 1; i <= t->len; i++)
		enter_bucket(t, i);
	return true;
}

/* An entry for a tag that has none: a new one, or the least recently used. */
static uint32_t
take(struct copy_table *t)
{
	uint32_t i;

	if (t->len < t->capacity || grow(t))
		return ++t->len;
	if (t->capacity == 0)
		return 0;
	i = t->entries[0].newer;
	leave_ring(t, i);
	leave_bucket(t, i);
	return i;
}

struct session_copy *
copy_table_find(struct copy_table *t, const uint8_t tag[TOKEN_TAG_SIZE])
{
	uint32_t i = look_up(t, tag);

	if (i == 0)
		return NULL;
	/* Nobody has come since it was used last: nobody can have to go, and
	 * its neighbours need not be touched. */
	if (t->entries[i].used_at != t->puts) {
		leave_ring(t, i);
		enter_ring(t, i);
	}
	return &t->entries[i].copy;
}

void
copy_table_put(struct copy_table *t, const uint8_t tag[TOKEN_TAG_SIZE],
    const struct session_copy *copy)
{
	struct session_copy *known = copy_table_find(t, tag);
	uint32_t i;

	if (known) {
		*known = *copy;
		return;
	}
	i = take(t);
	if (i == 0)
		return;
	t->puts++;
	memcpy(t->entries[i].tag, tag, TOKEN_TAG_SIZE);
	t->entries[i].copy = *copy;
	enter_bucket(t, i);
	enter_ring(t, i);
}

size_t
copy_table_len(const struct copy_table *t)
{
	return t->len;
}

size_t
copy_table_bytes(const struct copy_table *t)
{
	return t->capacity ? size_of(t->capacity) : 0;
}
