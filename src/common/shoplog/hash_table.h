#ifndef TRAWL_COMMON_SHOPLOG_HASH_TABLE_H
#define TRAWL_COMMON_SHOPLOG_HASH_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The one hash table of the room: keys of 128 bits, entries of any size in one
 * growing array in the order of their arrival (so an entry's index is its
 * number for good), found through open addressing. The hash is keyed with a
 * secret, because ids in a log are chosen by strangers. */
struct hash_key {
	uint64_t high, low;
};

struct hash_secret {
	uint64_t a, b;
};

/* Every entry type begins with its key. */
struct hash_table {
	uint64_t *slots;  /* upper half of the hash, index + 1; 0 is free */
	size_t slots_len; /* a power of two; at most 3/4 are taken */
	uint8_t *entries;
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

/* How two entries stand to each other, as for qsort_r(3) but given the entries
 * themselves. */
typedef int hash_order(const void *a, const void *b, void *context);

/* Every entry, sorted: t->len pointers that the caller frees with free(3),
 * valid until the next hash_table_add. NULL when memory is out.
 *
 * order  NULL: by key */
const void **hash_table_sorted(
    const struct hash_table *t, hash_order *order, void *context);

#endif
