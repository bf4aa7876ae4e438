/* Two buffers go round between the thread that receives and the one that uses. */
#include "worker/store/segments/log_parts.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

enum { BUFFERS = 2 };

struct receiver {
	struct bulk *bulk; /* the receiving thread's */
	const struct log_parts *lists;
	size_t len;
	char *buffer[BUFFERS]; /* of list i: i modulo BUFFERS */

	pthread_mutex_t lock;
	pthread_cond_t turned; /* one of those below is another */
	size_t received, used; /* lists */
	bool is_unwanted;      /* nobody uses any more of them */
	bool is_over;          /* nothing more is received */
	enum err err;          /* why */
};

/* Asks for all ranges of a list. */
static enum err
ask(struct bulk *b, const struct log_parts *list)
{
	for (size_t i = 0; i < list->len; i++) {
		const struct log_part *p = &list->parts[i];

		for (size_t k = 0; k < p->part.ranges_len; k++) {
			const struct columns_range *r = &p->part.ranges[k];

			bulk_putf(b, "GETRANGE segment:%b %llu %llu",
			    p->id.data, p->id.len, (unsigned long long)r->from,
			    (unsigned long long)(r->from + r->len - 1));
		}
	}
	return bulk_send(b);
}

static size_t
round_up(uint64_t len)
{
	return (size_t)(len + 7) / 8 * 8;
}

/* Bytes that a list needs. */
static size_t
size_of(const struct log_parts *list)
{
	size_t size = 0;

	for (size_t i = 0; i < list->len; i++)
		for (size_t k = 0; k < list->parts[i].part.ranges_len; k++)
			size += round_up(list->parts[i].part.ranges[k].len);
	return size;
}

static enum err
receive(struct bulk *b, const struct log_parts *list, char *to)
{
	for (size_t i = 0; i < list->len; i++) {
		struct log_part *p = &list->parts[i];

		for (size_t k = 0; k < p->part.ranges_len; k++) {
			size_t len = (size_t)p->part.ranges[k].len;
			enum err e = bulk_receive(b, to, len);

			if (e != ERR_OK)
				return e;
			p->bytes[k] = span_of(to, len);
			to += round_up(len);
		}
	}
	return ERR_OK;
}

/* Waits until the buffer of list `i` is free; false: the list is not wanted. */
static bool
wait_for_buffer(struct receiver *r, size_t i)
{
	bool is_wanted;

	pthread_mutex_lock(&r->lock);
	while (i >= r->used + BUFFERS && !r->is_unwanted)
		pthread_cond_wait(&r->turned, &r->lock);
	is_wanted = !r->is_unwanted;
	pthread_mutex_unlock(&r->lock);
	return is_wanted;
}

static void
tell(struct receiver *r, size_t received, bool is_over, enum err e)
{
	pthread_mutex_lock(&r->lock);
	r->received = received;
	r->is_over = is_over;
	r->err = e;
	pthread_cond_signal(&r->turned);
	pthread_mutex_unlock(&r->lock);
}

/* The next list is asked for before this one is received. What has been asked for
 * is received also when nobody wants it, so that the connection is good for the
 * next question. */
static void *
receive_all(void *arg)
{
	struct receiver *r = arg;
	enum err e = ask(r->bulk, &r->lists[0]);
	bool is_wanted = true;
	size_t i = 0;

	while (e == ERR_OK && is_wanted && i < r->len) {
		is_wanted = wait_for_buffer(r, i);
		if (is_wanted && i + 1 < r->len)
			e = ask(r->bulk, &r->lists[i + 1]);
		if (e == ERR_OK)
			e = receive(
			    r->bulk, &r->lists[i], r->buffer[i % BUFFERS]);
		if (e == ERR_OK)
			tell(r, ++i, false, ERR_OK);
	}
	tell(r, i, true, e);
	return NULL;
}

/* Waits for list `i`; it comes, or the receiver ends, whose patience is that of
 * its connection. */
static enum err
wait_for_list(struct receiver *r, size_t i)
{
	enum err e;

	pthread_mutex_lock(&r->lock);
	while (r->received <= i && !r->is_over)
		pthread_cond_wait(&r->turned, &r->lock);
	e = r->received > i ? ERR_OK : r->err;
	pthread_mutex_unlock(&r->lock);
	return e;
}

static void
give_back(struct receiver *r, bool is_unwanted)
{
	pthread_mutex_lock(&r->lock);
	r->used++;
	r->is_unwanted = is_unwanted;
	pthread_cond_signal(&r->turned);
	pthread_mutex_unlock(&r->lock);
}

static enum err
use_all(struct receiver *r, log_parts_fn *fn, void *arg)
{
	enum err e = ERR_OK;
	pthread_t thread;

	if (pthread_create(&thread, NULL, receive_all, r) != 0)
		return ERR_NO_MEMORY;
	for (size_t i = 0; e == ERR_OK && i < r->len; i++) {
		e = wait_for_list(r, i);
		if (e == ERR_OK) {
			e = fn(&r->lists[i], arg);
			give_back(r, e != ERR_OK);
		}
	}
	pthread_join(thread, NULL);
	return e;
}

enum err
log_parts_read(struct bulk *b, const struct log_parts *lists, size_t len,
    log_parts_fn *fn, void *arg)
{
	struct receiver r = { .bulk = b,
		.lists = lists,
		.len = len,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.turned = PTHREAD_COND_INITIALIZER };
	size_t most = 0;
	enum err e = ERR_OK;

	if (len == 0)
		return ERR_OK;
	for (size_t i = 0; i < len; i++)
		if (size_of(&lists[i]) > most)
			most = size_of(&lists[i]);
	for (int i = 0; i < BUFFERS; i++) {
		r.buffer[i] = malloc(most + 1);
		if (!r.buffer[i])
			e = ERR_NO_MEMORY;
	}
	if (e == ERR_OK)
		e = use_all(&r, fn, arg);
	for (int i = 0; i < BUFFERS; i++)
		free(r.buffer[i]);
	return e;
}
