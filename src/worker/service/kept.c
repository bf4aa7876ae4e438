/* Items in a list, the one that was held last first, so that a name that is asked
 * again is found near its beginning. The mutex guards the list, the counts and the
 * sum; the items themselves never change. */
#include "worker/service/kept.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

/* What a small item takes, so that a sum of bytes is a limit of their number
 * too: that is how many a name is looked for among. */
enum { ITEM_BYTES = 4096 };

struct kept {
	pthread_mutex_t lock;
	struct kept_item *newest, *oldest;
	size_t bytes, bytes_max;
};

struct kept *
kept_new(size_t bytes_max)
{
	struct kept *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->bytes_max = bytes_max;
	if (pthread_mutex_init(&k->lock, NULL) != 0) {
		free(k);
		return NULL;
	}
	return k;
}

/* The item lies in its own arena. */
static void
item_free(struct kept_item *item)
{
	struct arena all = item->arena;

	arena_reset(&all);
}

void *
kept_item_new(struct span name, size_t size)
{
	struct arena all;
	struct kept_item *item;
	const char *copy;

	arena_init(&all);
	item = arena_alloc(&all, size);
	copy = arena_copy(&all, name);
	if (!item || !copy) {
		arena_reset(&all);
		return NULL;
	}
	item->arena = all;
	item->name = span_of(copy, name.len);
	item->bytes = ITEM_BYTES;
	item->refs = 1;
	return item;
}

static void
list(struct kept *k, struct kept_item *item)
{
	item->newer = NULL;
	item->older = k->newest;
	*(k->newest ? &k->newest->newer : &k->oldest) = item;
	k->newest = item;
	item->is_listed = 1;
	k->bytes += item->bytes;
}

static void
unlist(struct kept *k, struct kept_item *item)
{
	*(item->newer ? &item->newer->older : &k->newest) = item->older;
	*(item->older ? &item->older->newer : &k->oldest) = item->newer;
	item->is_listed = 0;
	k->bytes -= item->bytes;
}

static void
drop(struct kept *k, struct kept_item *item)
{
	unlist(k, item);
	if (item->refs == 0)
		item_free(item);
}

static struct kept_item *
find(const struct kept *k, struct span name)
{
	struct kept_item *item = k->newest;

	while (item && !span_is_equal(item->name, name))
		item = item->older;
	return item;
}

void
kept_free(struct kept *k)
{
	if (!k)
		return;
	while (k->oldest) {
		assert(k->oldest->refs == 0);
		drop(k, k->oldest);
	}
	pthread_mutex_destroy(&k->lock);
	free(k);
}

void *
kept_hold(struct kept *k, struct span name)
{
	struct kept_item *item;

	pthread_mutex_lock(&k->lock);
	item = find(k, name);
	if (item) {
		item->refs++;
		unlist(k, item);
		list(k, item);
	}
	pthread_mutex_unlock(&k->lock);
	return item;
}

void
kept_put(struct kept *k, struct kept_item *item)
{
	struct kept_item *before;

	pthread_mutex_lock(&k->lock);
	before = find(k, item->name);
	if (before)
		drop(k, before);
	if (item->bytes <= k->bytes_max)
		list(k, item);
	while (k->oldest && k->bytes > k->bytes_max)
		drop(k, k->oldest);
	pthread_mutex_unlock(&k->lock);
}

void
kept_release(struct kept *k, struct kept_item *item)
{
	if (!item)
		return;
	pthread_mutex_lock(&k->lock);
	assert(item->refs > 0);
	if (--item->refs == 0 && !item->is_listed)
		item_free(item);
	pthread_mutex_unlock(&k->lock);
}
