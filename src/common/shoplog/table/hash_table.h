#ifndef TRAWL_COMMON_SHOPLOG_TABLE_HASH_TABLE_H
#define TRAWL_COMMON_SHOPLOG_TABLE_HASH_TABLE_H

#include "common/base/span.h"
#include "common/shoplog/table/lanes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The one hash table of this layer: keys of 128 bits, entries of any size in one
 * growing array in the order of their arrival (so an entry's index is its
 * number for good), found through open addressing. The hash is keyed with a
 * secret, because ids in a log are chosen by strangers. */
struct hash_key {
	uint64_t high, low;
};

struct hash_secret {
	uint64_t a, b;
};

/* A bucket is one cache line, filled from its first place on: eight bits of the
 * hash tell the places that are worth a look, so that nearly every key is found,
 * or known to be new, with one line of the buckets and one entry at most. One that
 * is full goes on in the next. */
enum { HASH_PLACES = 12, HASH_FILL = HASH_PLACES / 4 * 3 /* on the average */ };

/* Indexes, and one more than the last, must fit 32 bits: the largest capacity that
 * does. */
#define HASH_ENTRIES_MAX ((size_t)HASH_FILL << 28)

struct hash_bucket {
	_Alignas(64) uint8_t tag[HASH_PLACES]; /* 0: free */
	uint32_t entry[HASH_PLACES];
};

/* Every entry type begins with its key. */
struct hash_table {
	struct hash_bucket *buckets; /* owner */
	size_t buckets_len; /* a power of two, or 0; at most 3/4 are taken */
	uint8_t *room;      /* owner; the entries are in it */
	uint8_t *entries;   /* the first one begins with a cache line */
	size_t entry_size;
	size_t len, capacity; /* entries: there, room for */
	struct hash_secret secret;
};

/* Random bits of the kernel; false when it has none to give. */
bool hash_secret_new(struct hash_secret *out);

/* Holds no memory until something is added. */
void hash_table_init(
    struct hash_table *t, size_t entry_size, const struct hash_secret *secret);
void hash_table_cleanup(struct hash_table *t);

/* NULL when the key is not there. Valid until the next hash_table_add. */
void *hash_table_find(const struct hash_table *t, struct hash_key key);

/* The entry of the key, made when it is not there: zeroed but for its key.
 * NULL when memory is out. Valid until the next hash_table_add. */
void *hash_table_add(struct hash_table *t, struct hash_key key, bool *is_new);

/* Makes room for `len` entries in all; false when memory is out. */
bool hash_table_reserve(struct hash_table *t, size_t len);

static inline void *
hash_table_at(const struct hash_table *t, size_t index)
{
	return t->entries + index * t->entry_size;
}

static inline size_t
hash_table_index(const struct hash_table *t, const void *entry)
{
	return (size_t)((const uint8_t *)entry - t->entries) / t->entry_size;
}

/* For many keys at a time: hash them all, fetch the buckets into the cache, then
 * the entries, and add the keys when they have arrived. Tables of one secret
 * have one hash. */
static inline uint64_t
hash_multiply(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Each half of the key is multiplied with secret bits, and the sum once more,
 * so that no difference of keys collides for every secret. */
static inline uint64_t
hash_of(const struct hash_secret *s, struct hash_key key)
{
	uint64_t h = hash_multiply(key.high ^ s->a, s->b | 1);

	h ^= hash_multiply(key.low ^ s->b, s->a | 1);
	return hash_multiply(h ^ s->a, 0x9e3779b97f4a7c15);
}

/* The key of a text: two such hashes of all its bytes, sixteen at a time, each with
 * other secret bits. */
struct hash_key hash_text(const struct hash_secret *s, struct span text);

/* A function that does nothing but prefetch: gcc 12 takes one that it does not
 * inline at once for one without effect, and drops the calls. */
#define FETCH static inline __attribute__((always_inline))

FETCH void
hash_table_fetch_bucket(const struct hash_table *t, uint64_t hash)
{
	if (t->buckets_len)
		__builtin_prefetch(&t->buckets[hash & (t->buckets_len - 1)]);
}

static inline uint8_t
hash_tag(uint64_t hash)
{
	return (uint8_t)(hash >> 56 | (hash >> 56 == 0));
}

/* The places of a bucket with this tag, a bit each. */
static inline unsigned
hash_bucket_match(const struct hash_bucket *b, uint8_t tag)
{
	return lanes_equal_bytes((const uint8_t *)b, tag) &
	       ((1u << HASH_PLACES) - 1);
}

/* An entry that may well be of a key with this hash, by what its bucket says;
 * NULL: most likely there is none. */
static inline const void *
hash_table_guess(const struct hash_table *t, uint64_t hash)
{
	const struct hash_bucket *b;
	unsigned match;

	if (!t->buckets_len)
		return NULL;
	b = &t->buckets[hash & (t->buckets_len - 1)];
	match = hash_bucket_match(b, hash_tag(hash));
	return match ? hash_table_at(t, b->entry[__builtin_ctz(match)]) : NULL;
}

FETCH void
hash_table_fetch_entry(const struct hash_table *t, uint64_t hash)
{
	const void *entry = hash_table_guess(t, hash);

	/* To look for the page of no address takes long. */
	if (entry)
		__builtin_prefetch(entry);
}

/* hash_table_add of a key whose hash is known. */
void *hash_table_add_hashed(
    struct hash_table *t, struct hash_key key, uint64_t hash, bool *is_new);

/* How two entries stand to each other, as for qsort_r(3) but given the entries
 * themselves. */
typedef int hash_order(const void *a, const void *b, void *context);

/* Every entry, sorted: t->len pointers that the caller frees with free(3),
 * valid until the next hash_table_add. NULL when memory is out. */
const void **hash_table_sorted(
    const struct hash_table *t, hash_order *order, void *context);

#endif
