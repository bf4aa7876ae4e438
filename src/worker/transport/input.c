/* Buffers of one size, kept as a short stack when nobody uses them. */
#include "worker/transport/input.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	SPARES_MAX =
	    64, /* as many requests as wait for Redis at once, mostly */
	/* Less room than that behind a request's first bytes is not worth a
	 * read(2) when they can be moved instead. */
	ROOM_MIN = 4096,
};

void
input_pool_init(struct input_pool *pool, size_t capacity)
{
	pool->capacity = capacity + ROOM_MIN;
	pool->spares = NULL;
	pool->spares_len = 0;
}

void
input_pool_cleanup(struct input_pool *pool)
{
	while (pool->spares != NULL) {
		void *spare = pool->spares;

		memcpy(&pool->spares, spare, sizeof(void *));
		free(spare);
	}
	pool->spares_len = 0;
}

static char *
take(struct input_pool *pool)
{
	void *spare = pool->spares;

	if (spare == NULL)
		return malloc(pool->capacity);
	memcpy(&pool->spares, spare, sizeof(void *));
	pool->spares_len--;
	return spare;
}

static void
give_back(struct input_pool *pool, char *data)
{
	if (pool->spares_len == SPARES_MAX) {
		free(data);
		return;
	}
	memcpy(data, &pool->spares, sizeof(void *));
	pool->spares = data;
	pool->spares_len++;
}

void
input_room(struct input_pool *pool, struct input *in, bool may_move, char **at,
    size_t *len)
{
	*at = NULL;
	*len = 0;
	if (in->data == NULL && (in->data = take(pool)) == NULL)
		return;
	if (may_move && in->start > 0 && pool->capacity - in->end < ROOM_MIN) {
		memmove(in->data, in->data + in->start, in->end - in->start);
		in->parsed -= in->start;
		in->end -= in->start;
		in->start = 0;
	}
	*at = in->data + in->end;
	*len = pool->capacity - in->end;
}

void
input_add(struct input *in, size_t len)
{
	in->end += len;
	if (in->dirty < in->end)
		in->dirty = in->end;
}

void
input_used(struct input_pool *pool, struct input *in)
{
	assert(in->start <= in->parsed && in->parsed <= in->end);
	in->start = in->parsed;
	if (in->start == in->end)
		input_cleanup(pool, in);
}

void
input_cleanup(struct input_pool *pool, struct input *in)
{
	if (in->data != NULL) {
		explicit_bzero(in->data, in->dirty);
		give_back(pool, in->data);
	}
	*in = (struct input){ NULL, 0, 0, 0, 0 };
}
