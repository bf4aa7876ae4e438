#include "worker/ingest/trimmer.h"

#include "worker/ingest/heap.h"

#include <assert.h>
#include <stddef.h>

static void
release(struct trimmer *t)
{
	assert(t->refs > 0);
	if (--t->refs == 0)
		t->on_closed(t->arg);
}

static void
trim(struct pool_job *job)
{
	(void)job;
	heap_give_back();
}

static void
on_trimmed(struct pool_job *job)
{
	struct trimmer *t =
	    (struct trimmer *)((char *)job - offsetof(struct trimmer, job));

	t->is_trimming = false;
	release(t);
}

/* Without a place in the queue, or while the pool has not ended the last one, the
 * next trimmer_rest() tries again. */
static void
on_timer(uv_timer_t *timer)
{
	struct trimmer *t = timer->data;

	if (t->is_trimming || pool_start(t->pool, &t->job) != ERR_OK)
		return;
	t->has_work = false;
	t->is_trimming = true;
	t->refs++;
}

void
trimmer_init(struct trimmer *t, uv_loop_t *loop, struct pool *pool)
{
	*t = (struct trimmer){ .job = { .work = trim, .done = on_trimmed },
		.pool = pool,
		.refs = 1 };
	uv_timer_init(loop, &t->timer);
	t->timer.data = t;
}

void
trimmer_work(struct trimmer *t)
{
	t->has_work = true;
	uv_timer_stop(&t->timer);
}

void
trimmer_rest(struct trimmer *t)
{
	if (t->has_work && !uv_is_active((uv_handle_t *)&t->timer))
		uv_timer_start(&t->timer, on_timer, TRIMMER_REST_MS, 0);
}

static void
on_timer_closed(uv_handle_t *h)
{
	release(h->data);
}

void
trimmer_close(struct trimmer *t, void (*on_closed)(void *arg), void *arg)
{
	t->on_closed = on_closed;
	t->arg = arg;
	uv_close((uv_handle_t *)&t->timer, on_timer_closed);
}
