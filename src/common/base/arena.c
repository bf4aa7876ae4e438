/* Memory that dies together: blocks that are filled from the front, and hooks
 * that live in the blocks themselves. A request mostly fits into the first
 * block; each further one is twice as large as the one before, so that a big
 * answer costs few calls of malloc. What does not fit into an ordinary block
 * gets one of its own, behind the newest, whose rest stays in use. */
#include "common/base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ALIGNMENT = _Alignof(max_align_t),
	BLOCK_FIRST = 1024, /* hundreds of requests may wait, each with one */
	BLOCK_LIMIT = 256 * 1024,
	POOL_MAX = 64,
};

struct arena_block {
	struct arena_block *next;
	size_t size; /* bytes in data */
	size_t used; /* a multiple of ALIGNMENT */
	_Alignas(max_align_t) unsigned char data[];
};

struct arena_hook {
	struct arena_hook *next;
	void (*fn)(void *arg);
	void *arg;
};

void
arena_init(struct arena *a)
{
	*a = (struct arena){ 0 };
}

/* The caller has seen to it that the sum does not overflow. */
static struct arena_block *
block_new(struct arena *a, size_t size)
{
	struct arena_block *b;

	if (size == BLOCK_FIRST && a->pool && a->pool->blocks) {
		b = a->pool->blocks;
		a->pool->blocks = b->next;
		a->pool->len--;
	} else {
		b = malloc(sizeof(*b) + size);
	}
	if (b) {
		b->next = NULL;
		b->size = size;
		b->used = 0;
	}
	return b;
}

static void
block_free(struct arena *a, struct arena_block *b)
{
	if (b->size != BLOCK_FIRST || !a->pool || a->pool->len == POOL_MAX) {
		free(b);
		return;
	}
	b->next = a->pool->blocks;
	a->pool->blocks = b;
	a->pool->len++;
}

void
arena_pool_cleanup(struct arena_pool *p)
{
	struct arena_block *b;

	while ((b = p->blocks)) {
		p->blocks = b->next;
		free(b);
	}
	p->len = 0;
}

static void *
take(struct arena_block *b, size_t size)
{
	void *p = b->data + b->used;

	b->used += size;
	return p;
}

/* A block of `size` bytes behind the newest one. */
static void *
alloc_alone(struct arena *a, size_t size)
{
	struct arena_block *b = block_new(a, size);

	if (!b)
		return NULL;
	if (a->blocks) {
		b->next = a->blocks->next;
		a->blocks->next = b;
	} else {
		a->blocks = b;
	}
	return take(b, size);
}

/* As arena_alloc(), but not zeroed. */
static void *
alloc(struct arena *a, size_t size)
{
	struct arena_block *b = a->blocks;
	size_t next = BLOCK_FIRST;

	if (size > PTRDIFF_MAX - ALIGNMENT - sizeof(*b))
		return NULL;
	if (size == 0)
		size = 1; /* every answer is an address of its own */
	size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (b && size <= b->size - b->used)
		return take(b, size);
	if (b)
		next = b->size < BLOCK_LIMIT / 2 ? b->size * 2 : BLOCK_LIMIT;
	if (next < BLOCK_FIRST)
		next = BLOCK_FIRST;
	if (size > next / 2)
		return alloc_alone(a, size);
	b = block_new(a, next);
	if (!b)
		return NULL;
	b->next = a->blocks;
	a->blocks = b;
	return take(b, size);
}

void *
arena_alloc(struct arena *a, size_t size)
{
	void *p = alloc(a, size);

	return p ? memset(p, 0, size) : NULL;
}

char *
arena_copy(struct arena *a, struct span bytes)
{
	char *copy;

	if (bytes.len == SIZE_MAX)
		return NULL;
	copy = alloc(a, bytes.len + 1);
	if (!copy)
		return NULL;
	if (bytes.len)
		memcpy(copy, bytes.data, bytes.len);
	copy[bytes.len] = '\0';
	return copy;
}

char *
arena_printf(struct arena *a, const char *format, ...)
{
	va_list args;
	va_list again;
	char *text = NULL;
	int len;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	if (len >= 0)
		text = arena_alloc(a, (size_t)len + 1);
	if (text)
		vsnprintf(text, (size_t)len + 1, format, again);
	va_end(again);
	va_end(args);
	return text;
}

int
arena_on_reset(struct arena *a, void (*fn)(void *arg), void *arg)
{
	struct arena_hook *h = arena_alloc(a, sizeof(*h));

	if (!h)
		return -1;
	*h = (struct arena_hook){ a->hooks, fn, arg };
	a->hooks = h;
	return 0;
}

void
arena_reset(struct arena *a)
{
	struct arena_block *b;

	for (struct arena_hook *h = a->hooks; h; h = h->next)
		h->fn(h->arg);
	a->hooks = NULL;
	while ((b = a->blocks)) {
		a->blocks = b->next;
		block_free(a, b);
	}
}
