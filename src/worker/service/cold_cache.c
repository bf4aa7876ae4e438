/* Items in a list, the one that was held last first, so that a name that is asked
 * again is found near its beginning. The mutex guards the list, the counts and the
 * sum; the items themselves never change. */
#include "worker/service/cold_cache.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

/* What a small item takes, so that a sum of bytes is a limit of their number
 * too: that is how many a name is looked for among. */
enum { ITEM_BYTES = 4096 };

struct cold_cache {
	pthread_mutex_t lock;
	struct cold_cache_item *newest, *oldest;
	size_t bytes, bytes_max;
};

struct cold_cache *
cold_cache_new(size_t bytes_max)
{
	struct cold_cache *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->bytes_max = bytes_max;
	if (pthread_mutex_init(&c->lock, NULL) != 0) {
		free(c);
		return NULL;
	}
	return c;
}

/* The item lies in its own arena. */
static void
item_free(struct cold_cache_item *item)
{
	struct arena all = item->arena;

	arena_reset(&all);
}

void *
cold_cache_item_new(struct span name, size_t size)
{
	struct arena all;
	struct cold_cache_item *item;
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
list(struct cold_cache *c, struct cold_cache_item *item)
{
	item->newer = NULL;
	item->older = c->newest;
	*(c->newest ? &c->newest->newer : &c->oldest) = item;
	c->newest = item;
	item->is_listed = 1;
	c->bytes += item->bytes;
}

static void
unlist(struct cold_cache *c, struct cold_cache_item *item)
{
	*(item->newer ? &item->newer->older : &c->newest) = item->older;
	*(item->older ? &item->older->newer : &c->oldest) = item->newer;
	item->is_listed = 0;
	c->bytes -= item->bytes;
}

static void
drop(struct cold_cache *c, struct cold_cache_item *item)
{
	unlist(c, item);
	if (item->refs == 0)
		item_free(item);
}

static struct cold_cache_item *
find(const struct cold_cache *c, struct span name)
{
	struct cold_cache_item *item = c->newest;

	while (item && !span_is_equal(item->name, name))
		item = item->older;
	return item;
}

void
cold_cache_free(struct cold_cache *c)
{
	if (!c)
		return;
	while (c->oldest) {
		assert(c->oldest->refs == 0);
		drop(c, c->oldest);
	}
	pthread_mutex_destroy(&c->lock);
	free(c);
}

void *
cold_cache_hold(struct cold_cache *c, struct span name)
{
	struct cold_cache_item *item;

	pthread_mutex_lock(&c->lock);
	item = find(c, name);
	if (item) {
		item->refs++;
		unlist(c, item);
		list(c, item);
	}
	pthread_mutex_unlock(&c->lock);
	return item;
}

void
cold_cache_put(struct cold_cache *c, struct cold_cache_item *item)
{
	struct cold_cache_item *before;

	pthread_mutex_lock(&c->lock);
	before = find(c, item->name);
	if (before)
		drop(c, before);
	if (item->bytes <= c->bytes_max)
		list(c, item);
	while (c->oldest && c->bytes > c->bytes_max)
		drop(c, c->oldest);
	pthread_mutex_unlock(&c->lock);
}

void
cold_cache_release(struct cold_cache *c, struct cold_cache_item *item)
{
	if (!item)
		return;
	pthread_mutex_lock(&c->lock);
	assert(item->refs > 0);
	if (--item->refs == 0 && !item->is_listed)
		item_free(item);
	pthread_mutex_unlock(&c->lock);
}
