/* A read is open until the loop is about to sleep, which is when the connection
 * sends it; until then requests may join it. It is under way until Redis has
 * answered, and then it is the latest answer: good for whoever joined it. */
#include "worker/store/segments/current.h"

#include "worker/context.h"
#include "worker/store/copies/copies.h"
#include "worker/store/segments/generation_name.h"
#include "worker/store/segments/succession.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

struct waiter {
	struct waiter *next;
	struct req *req;
	struct span *out;
};

struct read {
	struct read *next; /* current.reads */
	struct current *current;
	uint64_t number;
	struct waiter *waiting; /* in their requests' arenas */
};

struct current {
	struct worker *worker;
	uv_prepare_t before_sleep; /* ends the open read */
	struct read *reads;        /* under way, newest first */
	bool is_open;              /* the newest may be joined */
	uint64_t number;           /* of the newest read ever */
	uint64_t answered;         /* the newest that Redis has answered */
	char name[COPIES_NAME_MAX];
	size_t name_len;
};

static void
on_before_sleep(uv_prepare_t *handle)
{
	struct current *c = handle->data;

	uv_prepare_stop(handle);
	c->is_open = false;
}

static void
unlist(struct read *n)
{
	struct read **at = &n->current->reads;

	while (*at != n)
		at = &(*at)->next;
	*at = n->next;
}

static void
on_name(enum err err, const struct generation_name *name, void *arg)
{
	struct read *n = arg;
	struct current *c = n->current;
	struct waiter *next;

	unlist(n);
	if (c->reads == NULL || c->reads->number < n->number)
		c->is_open = false;
	if (err == ERR_OK) {
		c->answered = n->number;
		c->name_len = name->text.len;
		if (c->name_len > 0)
			memcpy(c->name, name->text.data, c->name_len);
		if (name->is_kept)
			copies_keep_generation(
			    c->worker->copies, name->text, name->stamp);
	}
	for (struct waiter *w = n->waiting; w != NULL; w = next) {
		next = w->next;
		if (err == ERR_OK)
			*w->out = span_of(c->name, c->name_len);
		req_resume(w->req, err);
	}
	free(n);
}

/* The copy; empty: there is none. */
static struct span
find_copy(const struct current *c)
{
	struct worker *w = c->worker;
	struct span copy = copies_find_generation(w->copies);

	if (copy.len == 0 && succession_is_due(w->succession))
		copy = copies_find_generation(w->copies);
	return copy;
}

struct span
store_generation_at_hand(const struct worker *w)
{
	return find_copy(w->current);
}

/* The read that can be joined now. */
static enum err
join(struct current *c, struct read **out)
{
	struct read *n;
	enum err e;

	if (c->is_open) {
		*out = c->reads;
		return ERR_OK;
	}
	n = calloc(1, sizeof(*n));
	if (n == NULL)
		return ERR_NO_MEMORY;
	n->current = c;
	e = generation_name_read(c->worker, on_name, n);
	if (e != ERR_OK) {
		free(n);
		return e;
	}
	n->number = ++c->number;
	n->next = c->reads;
	c->reads = n;
	c->is_open = true;
	uv_prepare_start(&c->before_sleep, on_before_sleep);
	*out = n;
	return ERR_OK;
}

/* When it cannot be sent, store_generation() says so. */
void
store_generation_early(struct req *r)
{
	struct current *c = r->worker->current;
	struct read *n;

	if (find_copy(c).len == 0 && join(c, &n) == ERR_OK)
		r->generation_read = n->number;
}

static struct read *
find(const struct current *c, uint64_t number)
{
	struct read *n = c->reads;

	while (n != NULL && n->number != number)
		n = n->next;
	return n;
}

enum req_state
store_generation(struct req *r, struct span *out, req_step *next)
{
	struct current *c = r->worker->current;
	struct span copy = find_copy(c);
	struct read *n = NULL;
	struct waiter *w;
	enum err e = ERR_OK;

	*out = span_of(NULL, 0);
	if (copy.len > 0) {
		*out = copy;
		return next(r);
	}
	if (r->generation_read != 0 && c->answered >= r->generation_read) {
		*out = span_of(c->name, c->name_len);
		return next(r);
	}
	w = arena_alloc(&r->arena, sizeof(*w));
	if (w == NULL)
		return req_fail(r, ERR_NO_MEMORY);
	if (r->generation_read != 0)
		n = find(c, r->generation_read);
	if (n == NULL)
		e = join(c, &n);
	if (e != ERR_OK)
		return req_fail(r, e);
	*w = (struct waiter){ n->waiting, r, out };
	n->waiting = w;
	return req_wait(r, next);
}

struct current *
current_open(struct worker *w)
{
	struct current *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->worker = w;
	uv_prepare_init(w->loop, &c->before_sleep);
	c->before_sleep.data = c;
	return c;
}

static void
on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

/* What is under way is answered by redis_close(), which follows in the same turn
 * of the loop. */
void
current_close(struct current *c)
{
	if (c != NULL)
		uv_close((uv_handle_t *)&c->before_sleep, on_closed);
}
