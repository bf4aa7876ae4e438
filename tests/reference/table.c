/* A plain chained hash table with a fixed number of buckets. */
#include "reference/table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void *
memory(struct arena *a, size_t size)
{
	void *p = arena_alloc(a, size);

	if (!p)
		abort();
	return p;
}

void
table_init(struct table *t, struct arena *a)
{
	*t = (struct table){ .arena = a };
	t->bucket = memory(a, TABLE_BUCKETS * sizeof(struct entry *));
}

static struct entry **
bucket_of(const struct table *t, const char *key)
{
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (; *key; key++)
		hash = (hash ^ (uint8_t)*key) * 16777619u;
	return &t->bucket[hash % TABLE_BUCKETS];
}

struct entry *
table_find(const struct table *t, const char *key)
{
	struct entry *e = *bucket_of(t, key);

	while (e && strcmp(e->key, key) != 0)
		e = e->chain;
	return e;
}

struct entry *
table_at(struct table *t, const char *key)
{
	struct entry *e = table_find(t, key), **bucket;

	if (e)
		return e;
	bucket = bucket_of(t, key);
	e = memory(t->arena, sizeof(*e));
	e->key = text_of(t->arena, "%s", key);
	e->chain = *bucket;
	*bucket = e;
	if (t->last)
		t->last->next = e;
	else
		t->first = e;
	t->last = e;
	t->len++;
	return e;
}

const char *
text_of(struct arena *a, const char *format, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	text = memory(a, (size_t)len + 1);
	va_start(args, format);
	vsnprintf(text, (size_t)len + 1, format, args);
	va_end(args);
	return text;
}
