/* Threads that take jobs from one queue, first in first out, and hand them
 * back to the loop. The mutex guards both lists and the counts; a job belongs to
 * the pool from pool_start() until done().
 *
 * The loop is woken through an eventfd, outside the mutex, and not by uv_async:
 * that of libuv 1.44 lets the loop spin until the thread that woke it has gone on,
 * and a thread of lower priority does not go on while the loop spins. */
#include "worker/pool.h"

#include "common/base/turn.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct job_list {
	struct pool_job *first, **last;
};

struct pool {
	uv_poll_t poll; /* of: */
	int wake;       /* eventfd: `ended` or `live` changed; owner */
	uv_mutex_t lock;
	uv_cond_t work;          /* `waiting` or `closing` changed */
	struct job_list waiting; /* started, not yet on a thread */
	struct job_list ended;   /* worked, not yet done() */
	size_t unfinished;       /* waiting or running */
	size_t limit;            /* of `unfinished` */
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
}

static void
list_append(struct job_list *l, struct pool_job *job)
{
	job->next = NULL;
	*l->last = job;
	l->last = &job->next;
}

static struct pool_job *
list_take(struct job_list *l)
{
	struct pool_job *job = l->first;

	if (job != NULL && (l->first = job->next) == NULL)
		l->last = &l->first;
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

static void
run(void *arg)
{
	struct pool *p = arg;
	struct pool_job *job;

	if (p->nice != 0)
		turn_give_way(p->nice);
	uv_mutex_lock(&p->lock);
	for (;;) {
		while ((job = list_take(&p->waiting)) == NULL && !p->closing)
			uv_cond_wait(&p->work, &p->lock);
		if (job == NULL)
			break;
		uv_mutex_unlock(&p->lock);
		job->work(job);
		uv_mutex_lock(&p->lock);
		p->unfinished--;
		list_append(&p->ended, job);
		uv_mutex_unlock(&p->lock);
		wake_loop(p);
		uv_mutex_lock(&p->lock);
	}
	p->live--;
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

enum err
pool_start(struct pool *p, struct pool_job *job)
{
	enum err e = ERR_OVERLOAD;

	uv_mutex_lock(&p->lock);
	assert(!p->closing);
	if (p->unfinished < p->limit) {
		p->unfinished++;
		list_append(&p->waiting, job);
		uv_cond_signal(&p->work);
		e = ERR_OK;
	}
	uv_mutex_unlock(&p->lock);
	return e;
}

bool
pool_is_full(struct pool *p)
{
	uv_mutex_lock(&p->lock);
	bool is_full = p->unfinished >= p->limit;
	uv_mutex_unlock(&p->lock);
	return is_full;
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
