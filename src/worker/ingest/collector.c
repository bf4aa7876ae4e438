/* One job on the parsing pool every ten seconds, so that no parse pays for the
 * segments of those before it. Workers of all hosts do it, each at its own time;
 * unlinking what another has unlinked does no harm. */
#include "worker/ingest/collector.h"

#include "common/base/log.h"
#include "worker/context.h"
#include "worker/pool.h"
#include "worker/store/segments/segment.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <uv.h>

enum { PERIOD_MS = 10000, STAGGER_MS = 1000 };

struct collector {
	struct pool_job pool_job;
	struct worker *worker;
	uv_timer_t tick;
	_Atomic int stop; /* loop: ends what is under way */
	bool is_busy;     /* the pool has the job */
	bool is_closing;
	int refs; /* the timer, the pool */
	enum err err;
};

static void
release(struct collector *c)
{
	assert(c->refs > 0);
	if (--c->refs == 0)
		free(c);
}

static void
collect(struct pool_job *job)
{
	struct collector *c = (struct collector *)job;
	const struct worker_setup *setup = c->worker->setup;
	struct bulk *b =
	    bulk_new(&setup->redis, &c->stop, setup->config->redis_timeout_ms);

	c->err = b ? segment_collect(b) : ERR_NO_MEMORY;
	bulk_free(b);
}

static void
on_collected(struct pool_job *job)
{
	struct collector *c = (struct collector *)job;

	c->is_busy = false;
	if (c->err != ERR_OK && !c->is_closing)
		log_debug("ingest: old segments wait a little longer: %s",
		    err_text(c->err));
	release(c);
}

static void
on_tick(uv_timer_t *t)
{
	struct collector *c = t->data;

	if (c->is_busy ||
	    pool_start(c->worker->parse_pool, &c->pool_job) != ERR_OK)
		return;
	c->is_busy = true;
	c->refs++;
}

struct collector *
collector_open(struct worker *w)
{
	struct collector *c = calloc(1, sizeof(*c));
	uint64_t first_ms;

	if (!c)
		return NULL;
	first_ms = PERIOD_MS + STAGGER_MS * (uint64_t)w->setup->slot;
	c->pool_job.work = collect;
	c->pool_job.done = on_collected;
	c->worker = w;
	c->refs = 1;
	uv_timer_init(w->loop, &c->tick);
	c->tick.data = c;
	uv_timer_start(&c->tick, on_tick, first_ms, PERIOD_MS);
	return c;
}

static void
on_closed(uv_handle_t *h)
{
	release(h->data);
}

void
collector_close(struct collector *c)
{
	if (!c || c->is_closing)
		return;
	c->is_closing = true;
	atomic_store(&c->stop, 1);
	uv_close((uv_handle_t *)&c->tick, on_closed);
}
