/* Buffers of two sizes, each kept as a short stack when nobody uses them. */
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
	/* A usual one never has less than that for a body behind its head, which
	 * cannot move any more. */
	ROOM_OF_BODY = INPUT_USUAL / 2,
};

void
input_pool_init(struct input_pool *pool, size_t capacity)
{
	*pool = (struct input_pool){ .capacity = capacity + ROOM_MIN };
}

static void
spares_cleanup(struct input_spares *spares)
{
	while (spares->first != NULL) {
		void *spare = spares->first;

		memcpy(&spares->first, spare, sizeof(void *));
		free(spare);
	}
	spares->len = 0;
}

void
input_pool_cleanup(struct input_pool *pool)
{
	spares_cleanup(&pool->usual);
	spares_cleanup(&pool->whole);
}

static struct input_spares *
spares_of(struct input_pool *pool, size_t size)
{
	return size == INPUT_USUAL ? &pool->usual : &pool->whole;
}

static char *
take(struct input_pool *pool, size_t size)
{
	struct input_spares *spares = spares_of(pool, size);
	void *spare = spares->first;

	if (spare == NULL)
		return malloc(size);
	memcpy(&spares->first, spare, sizeof(void *));
	spares->len--;
	return spare;
}

/* Wiped as far as it was used. */
static void
give_back(struct input_pool *pool, const struct input *in)
{
	struct input_spares *spares = spares_of(pool, in->size);

	explicit_bzero(in->data, in->dirty);
	if (spares->len == SPARES_MAX) {
		free(in->data);
		return;
	}
	memcpy(in->data, &spares->first, sizeof(void *));
	spares->first = in->data;
	spares->len++;
}

static bool
is_much(size_t used)
{
	return used > INPUT_USUAL - ROOM_OF_BODY;
}

static void
begin(struct input_pool *pool, struct input *in)
{
	in->size = in->is_wanted ? pool->capacity : INPUT_USUAL;
	in->data = take(pool, in->size);
}

/* The bytes go to the front of a whole one, if memory is not out. */
static void
grow(struct input_pool *pool, struct input *in)
{
	size_t len = in->end - in->start;
	struct input whole = { .data = take(pool, pool->capacity),
		.size = pool->capacity,
		.parsed = in->parsed - in->start,
		.end = len,
		.dirty = len,
		.is_wanted = true };

	if (whole.data == NULL)
		return;
	memcpy(whole.data, in->data + in->start, len);
	give_back(pool, in);
	*in = whole;
}

static void
move_to_front(struct input *in)
{
	memmove(in->data, in->data + in->start, in->end - in->start);
	in->parsed -= in->start;
	in->end -= in->start;
	in->start = 0;
}

void
input_room(struct input_pool *pool, struct input *in, bool may_move, char **at,
    size_t *len)
{
	*at = NULL;
	*len = 0;
	if (in->data == NULL)
		begin(pool, in);
	if (in->data == NULL)
		return;
	if (may_move && in->start > 0 && in->size - in->end < ROOM_MIN)
		move_to_front(in);
	*at = in->data + in->end;
	*len = in->size - in->end;
}

void
input_add(struct input_pool *pool, struct input *in, bool may_move, size_t len)
{
	in->end += len;
	if (in->dirty < in->end)
		in->dirty = in->end;
	if (may_move && in->size == INPUT_USUAL && is_much(in->end))
		grow(pool, in);
}

bool
input_has_room(const struct input *in)
{
	return in->data == NULL || in->end < in->size;
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
	bool is_wanted = in->is_wanted;

	if (in->data != NULL) {
		is_wanted = is_much(in->dirty);
		give_back(pool, in);
	}
	*in = (struct input){ .is_wanted = is_wanted };
}
