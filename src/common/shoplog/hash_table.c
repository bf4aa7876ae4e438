/* Hash table: linear probing over 8-byte slots that carry 32 bits of the hash,
 * so that a probe touches an entry only when it is almost surely the right
 * one. Slots use the lower half of the hash for their place and the upper half
 * as their tag. */
#include "common/shoplog/hash_table.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { FIRST_CAPACITY = 12, FIRST_SLOTS = 16 };

/* Indexes + 1 must fit the 32 bits of a slot. */
#define ENTRIES_MAX ((size_t)3 << 29)

bool
hash_secret_new(struct hash_secret *out)
{
	return getrandom(out, sizeof(*out), 0) == (ssize_t)sizeof(*out);
}

void
hash_table_init(
    struct hash_table *t, size_t entry_size, const struct hash_secret *secret)
{
	*t = (struct hash_table){ .entry_size = entry_size, .secret = *secret };
}

void
hash_table_cleanup(struct hash_table *t)
{
	free(t->slots);
	free(t->entries);
	*t = (struct hash_table){ 0 };
}

static inline struct hash_key
key_at(const struct hash_table *t, size_t index)
{
	return *(const struct hash_key *)hash_table_at(t, index);
}

static inline uint64_t
slot_of(uint64_t h, size_t index)
{
	return (h & 0xffffffff00000000) | (index + 1);
}

static void
place(uint64_t *slots, size_t slots_len, uint64_t h, size_t index)
{
	size_t i = h & (slots_len - 1);

	while (slots[i])
		i = (i + 1) & (slots_len - 1);
	slots[i] = slot_of(h, index);
}

/* The slot of the key, or the free one where it belongs. */
static uint64_t *
probe(const struct hash_table *t, struct hash_key key, uint64_t h)
{
	size_t i = h & (t->slots_len - 1);

	for (; t->slots[i]; i = (i + 1) & (t->slots_len - 1)) {
		struct hash_key other;

		if ((t->slots[i] ^ h) >> 32)
			continue;
		other = key_at(t, (uint32_t)t->slots[i] - 1);
		if (other.high == key.high && other.low == key.low)
			break;
	}
	return &t->slots[i];
}

bool
hash_table_reserve(struct hash_table *t, size_t len)
{
	size_t capacity = t->capacity ? t->capacity : FIRST_CAPACITY;
	size_t slots_len = t->slots_len ? t->slots_len : FIRST_SLOTS;
	uint64_t *slots;
	uint8_t *entries;

	if (len <= t->capacity)
		return true;
	if (len > ENTRIES_MAX)
		return false;
	while (capacity < len) {
		capacity *= 2;
		slots_len *= 2;
	}
	entries = reallocarray(t->entries, capacity, t->entry_size);
	if (!entries)
		return false;
	t->entries = entries;
	slots = calloc(slots_len, sizeof(*slots));
	if (!slots)
		return false;
	for (size_t i = 0; i < t->len; i++)
		place(slots, slots_len, hash_of(&t->secret, key_at(t, i)), i);
	free(t->slots);
	t->slots = slots;
	t->slots_len = slots_len;
	t->capacity = capacity;
	return true;
}

void *
hash_table_find(const struct hash_table *t, struct hash_key key)
{
	uint64_t slot;

	if (t->len == 0)
		return NULL;
	slot = *probe(t, key, hash_of(&t->secret, key));
	return slot ? hash_table_at(t, (uint32_t)slot - 1) : NULL;
}

void *
hash_table_add(struct hash_table *t, struct hash_key key, bool *is_new)
{
	return hash_table_add_hashed(t, key, hash_of(&t->secret, key), is_new);
}

void *
hash_table_add_hashed(
    struct hash_table *t, struct hash_key key, uint64_t h, bool *is_new)
{
	uint64_t *slot = t->len ? probe(t, key, h) : NULL;
	void *entry;

	*is_new = !slot || !*slot;
	if (!*is_new)
		return hash_table_at(t, (uint32_t)*slot - 1);
	if (t->len == t->capacity) {
		if (!hash_table_reserve(t, t->len + 1))
			return NULL;
		slot = NULL;
	}
	if (!slot)
		slot = probe(t, key, h);
	*slot = slot_of(h, t->len);
	entry = memset(hash_table_at(t, t->len++), 0, t->entry_size);
	memcpy(entry, &key, sizeof(key));
	return entry;
}

struct sort {
	hash_order *order;
	void *context;
};

static int
compare(const void *a, const void *b, void *context)
{
	const struct sort *s = context;

	return s->order(
	    *(const void *const *)a, *(const void *const *)b, s->context);
}

static int
by_key(const void *a, const void *b, void *context)
{
	const struct hash_key *x = a, *y = b;

	(void)context;
	if (x->high != y->high)
		return x->high < y->high ? -1 : 1;
	return (x->low > y->low) - (x->low < y->low);
}

const void **
hash_table_sorted(const struct hash_table *t, hash_order *order, void *context)
{
	struct sort sort = { order ? order : by_key, context };
	const void **sorted = calloc(t->len + 1, sizeof(*sorted));

	if (!sorted)
		return NULL;
	for (size_t i = 0; i < t->len; i++)
		sorted[i] = hash_table_at(t, i);
	qsort_r(sorted, t->len, sizeof(*sorted), compare, &sort);
	return sorted;
}
