#ifndef TRAWL_WORKER_TRANSPORT_INPUT_H
#define TRAWL_WORKER_TRANSPORT_INPUT_H

#include <stdbool.h>
#include <stddef.h>

/* What a client has sent and nobody has used up yet, in one piece. An idle
 * connection has no memory: it borrows some from the worker's spare ones when
 * bytes come, and gives it back, wiped, when they are used up: there may have been
 * a password among them, whatever became of the request. Hundreds of requests may
 * wait, for a slot to hash in, so it is little memory at first, enough for most;
 * who fills half of it gets a whole one, and begins with a whole one the next time.
 * Loop thread only. */
enum { INPUT_USUAL = 2048 };

struct input_pool {
	size_t capacity; /* bytes of a whole one */
	struct input_spares {
		void *first; /* the last one given back: it is warm */
		size_t len;
	} usual, whole;
};

/* Invariant: start <= parsed <= end <= dirty <= size; data NULL: all are 0. */
struct input {
	char *data;
	size_t size;    /* INPUT_USUAL, or the pool's capacity */
	size_t start;   /* of the request that is being read or served */
	size_t parsed;  /* the parser has seen [start, parsed) */
	size_t end;     /* [parsed, end) came, and waits */
	size_t dirty;   /* nothing was ever written from here on; >= end */
	bool is_wanted; /* a whole one, the next time */
};

void input_pool_init(struct input_pool *pool, size_t capacity);
void input_pool_cleanup(struct input_pool *pool);

/* Makes room for a read behind `end`: *at and *len, 0 when there is none (the
 * pool's memory is out, or the client is ahead of its answers).
 *
 * may_move  nobody borrows from the input: the bytes may go to the front */
void input_room(struct input_pool *pool, struct input *in, bool may_move,
    char **at, size_t *len);

/* So many bytes were read into the room.
 *
 * may_move  as above; the memory may change then */
void input_add(
    struct input_pool *pool, struct input *in, bool may_move, size_t len);

/* Whether input_room() has any without moving anything. */
bool input_has_room(const struct input *in);

/* Everything before `parsed` is used up; memory goes back when that is all. */
void input_used(struct input_pool *pool, struct input *in);

void input_cleanup(struct input_pool *pool, struct input *in);

#endif
