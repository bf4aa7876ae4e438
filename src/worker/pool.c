/* Threads that take jobs from one queue, first in first out, and hand them
 * back to the loop. The mutex guards both lists and the counts; a job belongs to
 * the pool from pool_start() until done().
 *
 * The loop is woken through an eventfd, outside the mutex, and not by uv_async:
 * that of libuv 1.44 lets the loop spin until the thread that woke it has gone on,
 * and a thread of lower priority does not go on while the loop spins. */
#include "worker/pool.h"

#include "common/base/clock.h"
#include "common/base/turn.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
	/* Jobs that have ended wait for others that will, in a pool with slots:
	 * for this share of those that have not begun, and not longer. */
	GATHER_SHARE = 16,
	GATHER_MS = 100,
};

struct job_list {
	struct pool_job *first, **last;
	size_t len;
};

/* A thread's slot, if it has one. */
struct seat {
	int slot; /* -1: none */
	int64_t since_ms;
};

struct pool {
	uv_poll_t poll; /* of: */
	int wake;       /* eventfd: `ended` or `live` changed; owner */
	uv_mutex_t lock;
	uv_cond_t work;          /* `waiting` or `closing` changed */
	struct job_list waiting; /* started, not yet on a thread */
	struct job_list ended;   /* worked, not yet done() */
	struct slots *slots;     /* NULL: none are needed; const from */
	void (*leave)(void);     /* pool_share() on */
	bool is_asking;          /* a thread, for a slot: one at a time does */
	int64_t gathering_ms;    /* since when `ended` is not empty */
	size_t unfinished;       /* waiting or running */
	size_t reserved;         /* places of jobs that are not started yet */
	size_t limit;            /* of `unfinished` and `reserved` */
	unsigned live;           /* threads that have not ended */
	bool closing;
	int nice;
	unsigned threads_len;
	uv_thread_t threads[];
};

static void
list_init(struct job_list *l)
{
	l->first = NULL;
	l->last = &l->first;
	l->len = 0;
}

static void
list_append(struct job_list *l, struct pool_job *job)
{
	job->next = NULL;
	*l->last = job;
	l->last = &job->next;
	l->len++;
}

static struct pool_job *
list_take(struct job_list *l)
{
	struct pool_job *job = l->first;

	if (job == NULL)
		return NULL;
	if ((l->first = job->next) == NULL)
		l->last = &l->first;
	l->len--;
	return job;
}

static void
wake_loop(struct pool *p)
{
	const uint64_t one = 1;
	/* It fails only when the counter is full: then the loop is awake. */
	ssize_t written = write(p->wake, &one, sizeof(one));

	(void)written;
}

/* With the lock, as all below. */
static void
end(struct pool *p, struct pool_job *job)
{
	if (p->ended.first == NULL)
		p->gathering_ms = clock_ms();
	p->unfinished--;
	list_append(&p->ended, job);
}

static void
hand_over(struct pool *p)
{
	bool is_some = p->ended.first != NULL;

	uv_mutex_unlock(&p->lock);
	if (is_some)
		wake_loop(p);
	uv_mutex_lock(&p->lock);
}

/* Whether the loop is to have what has ended before another job begins, which may
 * take as long as the last one. */
static bool
is_enough(const struct pool *p, int64_t began_ms)
{
	int64_t now_ms = clock_ms();

	return p->slots == NULL ||
	       p->ended.len * GATHER_SHARE >= p->waiting.len ||
	       now_ms - p->gathering_ms + now_ms - began_ms > GATHER_MS;
}

static void
work(struct pool *p, struct pool_job *job)
{
	int64_t began_ms = p->slots ? clock_ms() : 0;

	uv_mutex_unlock(&p->lock);
	job->work(job);
	turn_come_back();
	uv_mutex_lock(&p->lock);
	end(p, job);
	if (is_enough(p, began_ms))
		hand_over(p);
}

static bool
is_late(const struct pool *p)
{
	return p->slots && p->waiting.first &&
	       p->waiting.first->due_ms <= clock_ms();
}

static void
end_late(struct pool *p)
{
	while (is_late(p)) {
		p->waiting.first->is_late = true;
		end(p, list_take(&p->waiting));
	}
	hand_over(p);
}

static void
take_seat(struct pool *p, struct seat *seat)
{
	int64_t due_ms = p->waiting.first->due_ms;

	p->is_asking = true;
	uv_mutex_unlock(&p->lock);
	seat->slot = slots_take(p->slots, due_ms - clock_ms());
	seat->since_ms = clock_ms();
	uv_mutex_lock(&p->lock);
	p->is_asking = false;
	if (seat->slot >= 0 && p->waiting.len > 1)
		uv_cond_signal(&p->work); /* another one may ask */
}

static void
leave_seat(struct pool *p, struct seat *seat)
{
	hand_over(p);
	uv_mutex_unlock(&p->lock);
	p->leave();
	slots_give(p->slots, seat->slot);
	seat->slot = -1;
	uv_mutex_lock(&p->lock);
}

static bool
has_to_leave(const struct pool *p, const struct seat *seat)
{
	return seat->slot >= 0 &&
	       (p->waiting.first == NULL ||
		   !slots_may_keep(p->slots, seat->since_ms));
}

/* The next job of a thread; NULL when the pool is closing and none is left. */
static struct pool_job *
next_job(struct pool *p, struct seat *seat)
{
	for (;;) {
		if (is_late(p))
			end_late(p);
		else if (has_to_leave(p, seat))
			leave_seat(p, seat);
		else if (p->waiting.first && (!p->slots || seat->slot >= 0))
			return list_take(&p->waiting);
		else if (p->waiting.first && !p->is_asking)
			take_seat(p, seat);
		else if (!p->waiting.first && p->closing)
			return NULL;
		else
			uv_cond_wait(&p->work, &p->lock);
	}
}

static void
run(void *arg)
{
	struct pool *p = arg;
	struct seat seat = { .slot = -1 };
	struct pool_job *job;

	if (p->nice != 0)
		turn_give_way(p->nice);
	uv_mutex_lock(&p->lock);
	while ((job = next_job(p, &seat)) != NULL)
		work(p, job);
	p->live--;
	uv_cond_broadcast(&p->work); /* those who wait for the last to begin */
	uv_mutex_unlock(&p->lock);
	/* The pool is there until this thread has been joined. */
	wake_loop(p);
}

static void
on_closed(uv_handle_t *handle)
{
	struct pool *p = handle->data;

	close(p->wake);
	uv_mutex_destroy(&p->lock);
	uv_cond_destroy(&p->work);
	free(p);
}

static void
on_wake(uv_poll_t *poll, int status, int events)
{
	struct pool *p = poll->data;
	struct job_list ended;
	struct pool_job *job;
	uint64_t times;
	ssize_t got = read(p->wake, &times, sizeof(times));

	(void)got;
	(void)status;
	(void)events;
	uv_mutex_lock(&p->lock);
	ended = p->ended;
	if (ended.first == NULL)
		list_init(&ended);
	list_init(&p->ended);
	uv_mutex_unlock(&p->lock);
	while ((job = list_take(&ended)) != NULL)
		job->done(job);

	uv_mutex_lock(&p->lock);
	bool is_over = p->live == 0 && p->ended.first == NULL;
	uv_mutex_unlock(&p->lock);
	if (!is_over || uv_is_closing((uv_handle_t *)poll))
		return;
	for (unsigned i = 0; i < p->threads_len; i++)
		uv_thread_join(&p->threads[i]);
	uv_close((uv_handle_t *)poll, on_closed);
}

struct pool *
pool_new(uv_loop_t *loop, unsigned threads, size_t queue_limit, int nice)
{
	struct pool *p;

	assert(threads > 0);
	p = calloc(1, sizeof(*p) + threads * sizeof(p->threads[0]));
	if (p == NULL)
		return NULL;
	list_init(&p->waiting);
	list_init(&p->ended);
	p->limit = threads + queue_limit;
	p->nice = nice;
	if (uv_mutex_init(&p->lock) != 0)
		goto free_pool;
	if (uv_cond_init(&p->work) != 0)
		goto destroy_lock;
	p->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (p->wake < 0)
		goto destroy_cond;
	if (uv_poll_init(loop, &p->poll, p->wake) != 0)
		goto close_wake;
	p->poll.data = p;
	if (uv_poll_start(&p->poll, UV_READABLE, on_wake) != 0) {
		uv_close((uv_handle_t *)&p->poll, on_closed);
		return NULL;
	}
	uv_mutex_lock(&p->lock);
	while (p->threads_len < threads &&
	       uv_thread_create(&p->threads[p->threads_len], run, p) == 0) {
		p->threads_len++;
		p->live++;
	}
	uv_mutex_unlock(&p->lock);
	if (p->threads_len == threads)
		return p;
	/* The handle is the loop's until it is closed: the usual end. */
	pool_close(p);
	return NULL;

close_wake:
	close(p->wake);
destroy_cond:
	uv_cond_destroy(&p->work);
destroy_lock:
	uv_mutex_destroy(&p->lock);
free_pool:
	free(p);
	return NULL;
}

void
pool_share(struct pool *p, struct slots *slots, void (*leave)(void))
{
	uv_mutex_lock(&p->lock);
	assert(p->unfinished == 0);
	p->slots = slots;
	p->leave = leave;
	uv_mutex_unlock(&p->lock);
}

static bool
has_place(const struct pool *p)
{
	return p->unfinished + p->reserved < p->limit;
}

enum err
pool_start(struct pool *p, struct pool_job *job)
{
	enum err e = ERR_OVERLOAD;

	uv_mutex_lock(&p->lock);
	assert(!p->closing);
	if (has_place(p)) {
		p->unfinished++;
		job->is_late = false;
		list_append(&p->waiting, job);
		if (!p->is_asking)
			uv_cond_signal(&p->work);
		e = ERR_OK;
	}
	uv_mutex_unlock(&p->lock);
	return e;
}

bool
pool_has_place(struct pool *p)
{
	uv_mutex_lock(&p->lock);
	bool is_there = has_place(p);
	uv_mutex_unlock(&p->lock);
	return is_there;
}

bool
pool_reserve(struct pool *p)
{
	uv_mutex_lock(&p->lock);
	bool is_reserved = has_place(p);
	p->reserved += is_reserved;
	uv_mutex_unlock(&p->lock);
	return is_reserved;
}

void
pool_unreserve(struct pool *p)
{
	uv_mutex_lock(&p->lock);
	assert(p->reserved > 0);
	p->reserved--;
	uv_mutex_unlock(&p->lock);
}

void
pool_close(struct pool *p)
{
	if (p == NULL)
		return;
	uv_mutex_lock(&p->lock);
	p->closing = true;
	uv_cond_broadcast(&p->work);
	uv_mutex_unlock(&p->lock);
	/* Without a thread nobody else would say that all have ended. */
	wake_loop(p);
}
