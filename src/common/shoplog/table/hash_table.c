/* The hash table. Buckets use the lower bits of the hash for their place and the
 * uppermost as the tag. */
#include "common/shoplog/table/hash_table.h"

#include "common/shoplog/table/buckets.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { MOVE_AT_ONCE = 32 };

bool
hash_secret_new(struct hash_secret *out)
{
	return getrandom(out, sizeof(*out), 0) == (ssize_t)sizeof(*out);
}

/* Up to sixteen bytes as two numbers, all of them where there are so many. */
static inline struct hash_key
read_text(const char *p, size_t len)
{
	struct hash_key k = { 0, 0 };

	if (len >= 8) {
		memcpy(&k.low, p, 8);
		memcpy(&k.high, p + len - 8, 8);
	} else if (len >= 4) {
		memcpy(&k.low, p, 4);
		memcpy(&k.high, p + len - 4, 4);
	} else if (len > 0) {
		k.low = (uint8_t)p[0] | (uint64_t)(uint8_t)p[len / 2] << 8 |
			(uint64_t)(uint8_t)p[len - 1] << 16;
	}
	return k;
}

struct hash_key
hash_text(const struct hash_secret *s, struct span text)
{
	/* Four secret numbers of two: were the same ones in both factors, some
	 * texts would be equal to others whatever they are. */
	const uint64_t golden = 0x9e3779b97f4a7c15;
	uint64_t c = hash_multiply(s->a, golden);
	uint64_t d = hash_multiply(s->b, golden);
	struct hash_key h = { c ^ text.len, s->a ^ text.len };
	const char *p = text.data;
	size_t left = text.len;

	for (;; p += 16, left -= 16) {
		struct hash_key k = read_text(p, left < 16 ? left : 16);

		h.high = hash_multiply(h.high ^ k.high, k.low ^ d);
		h.low = hash_multiply(h.low ^ k.low, k.high ^ s->b);
		if (left <= 16)
			return h;
	}
}

void
hash_table_init(
    struct hash_table *t, size_t entry_size, const struct hash_secret *secret)
{
	*t = (struct hash_table){ .entry_size = entry_size, .secret = *secret };
}

/* Makes room for entries of so many bytes, which begin with a cache line, so that
 * those that have its size are in one. Not with aligned_alloc(3): what grows by
 * realloc(3) is not copied when it is large. */
static bool
make_room(struct hash_table *t, size_t size)
{
	size_t before = t->room ? (size_t)(t->entries - t->room) : 0;
	uint8_t *room = realloc(t->room, size + BUCKET_SIZE);
	size_t skip;

	if (!room)
		return false;
	skip = -(uintptr_t)room % BUCKET_SIZE;
	if (skip != before && t->len)
		memmove(room + skip, room + before, t->len * t->entry_size);
	t->room = room;
	t->entries = room + skip;
	return true;
}

void
hash_table_cleanup(struct hash_table *t)
{
	free(t->buckets);
	free(t->room);
	*t = (struct hash_table){ 0 };
}

static inline struct hash_key
key_at(const struct hash_table *t, size_t index)
{
	return *(const struct hash_key *)hash_table_at(t, index);
}

/* Where a key is, or belongs. */
struct place {
	struct hash_bucket *bucket;
	unsigned at;
	bool is_free;
};

/* A free place for the hash. */
static inline struct place
find_free(struct hash_bucket *buckets, size_t len, uint64_t h)
{
	size_t i = h & (len - 1);
	unsigned match;

	while (!(match = hash_bucket_match(&buckets[i], 0)))
		i = (i + 1) & (len - 1);
	return (
	    struct place){ &buckets[i], (unsigned)__builtin_ctz(match), true };
}

static inline struct place
probe(const struct hash_table *t, struct hash_key key, uint64_t h)
{
	size_t i = h & (t->buckets_len - 1);

	for (;; i = (i + 1) & (t->buckets_len - 1)) {
		struct hash_bucket *b = &t->buckets[i];
		unsigned match = hash_bucket_match(b, hash_tag(h));

		for (; match; match &= match - 1) {
			unsigned at = (unsigned)__builtin_ctz(match);
			struct hash_key other = key_at(t, b->entry[at]);

			if (other.high == key.high && other.low == key.low)
				return (struct place){ b, at, false };
		}
		/* Filled from the first on: the last one tells. */
		if (!b->tag[HASH_PLACES - 1])
			return find_free(t->buckets, t->buckets_len, h);
	}
}

static void
put(struct place p, uint64_t h, size_t index)
{
	p.bucket->tag[p.at] = hash_tag(h);
	p.bucket->entry[p.at] = (uint32_t)index;
}

/* Puts all entries into new buckets, some at a time, whose buckets are fetched
 * while they are hashed. */
static void
move_all(const struct hash_table *t, struct hash_bucket *to, size_t to_len)
{
	uint64_t hash[MOVE_AT_ONCE];

	for (size_t i = 0; i < t->len; i += MOVE_AT_ONCE) {
		size_t n =
		    t->len - i < MOVE_AT_ONCE ? t->len - i : MOVE_AT_ONCE;

		for (size_t k = 0; k < n; k++) {
			hash[k] = hash_of(&t->secret, key_at(t, i + k));
			__builtin_prefetch(&to[hash[k] & (to_len - 1)]);
		}
		for (size_t k = 0; k < n; k++)
			put(find_free(to, to_len, hash[k]), hash[k], i + k);
	}
}

bool
hash_table_reserve(struct hash_table *t, size_t len)
{
	size_t buckets_len = t->buckets_len ? t->buckets_len : 1;
	struct hash_bucket *buckets;

	if (len <= t->capacity)
		return true;
	if (len > HASH_ENTRIES_MAX)
		return false;
	while (buckets_len * HASH_FILL < len)
		buckets_len *= 2;
	if (!make_room(t, buckets_len * HASH_FILL * t->entry_size))
		return false;
	buckets = buckets_new(buckets_len * sizeof(*buckets));
	if (!buckets)
		return false;
	move_all(t, buckets, buckets_len);
	free(t->buckets);
	t->buckets = buckets;
	t->buckets_len = buckets_len;
	t->capacity = buckets_len * HASH_FILL;
	return true;
}

void *
hash_table_find(const struct hash_table *t, struct hash_key key)
{
	struct place p;

	if (t->len == 0)
		return NULL;
	p = probe(t, key, hash_of(&t->secret, key));
	return p.is_free ? NULL : hash_table_at(t, p.bucket->entry[p.at]);
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
	struct place p = { .is_free = true };
	void *entry;

	if (t->buckets_len)
		p = probe(t, key, h);
	*is_new = p.is_free;
	if (!p.is_free)
		return hash_table_at(t, p.bucket->entry[p.at]);
	if (t->len == t->capacity) {
		if (!hash_table_reserve(t, t->len + 1))
			return NULL;
		p = find_free(t->buckets, t->buckets_len, h);
	}
	put(p, h, t->len);
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

const void **
hash_table_sorted(const struct hash_table *t, hash_order *order, void *context)
{
	struct sort sort = { order, context };
	const void **sorted = calloc(t->len + 1, sizeof(*sorted));

	if (!sorted)
		return NULL;
	for (size_t i = 0; i < t->len; i++)
		sorted[i] = hash_table_at(t, i);
	qsort_r(sorted, t->len, sizeof(*sorted), compare, &sort);
	return sorted;
}
