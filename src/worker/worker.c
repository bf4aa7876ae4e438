/* A worker process from its first line to its last:
 *
 *	start    pools, store, ingest, server, heartbeat
 *	beat     says that it lives, looks after silent neighbours
 *	drain    SIGTERM: accepts nothing, finishes what runs
 *	finish   closes everything; the loop then ends by itself
 *
 * What is closed may take a few turns of the loop; uv_loop_close() proves that
 * nothing was forgotten. */
#include "worker/worker.h"
#include "worker/api/json.h"
#include "worker/context.h"
#include "worker/ingest/heap.h"
#include "worker/ingest/ingest.h"
#include "worker/neighbour.h"
#include "worker/pool.h"
#include "worker/service/rendered.h"
#include "worker/service/seen.h"
#include "worker/store/copies/copies.h"
#include "worker/store/redis/bulk_link.h"
#include "worker/store/redis/redis.h"
#include "worker/store/segments/current.h"
#include "worker/store/segments/succession.h"
#include "worker/transport/listener.h"
#include "worker/transport/routes.h"
#include "worker/transport/server.h"

#include "common/base/clock.h"
#include "common/base/log.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>
#include <uv.h>

enum {
	HASH_THREADS_MAX = 8, /* of the host's slots, for one worker */
	HASH_NICE = 5,        /* who waits for a hash waits; others do not */
	REPORT_THREADS = 2,   /* one report does not wait for a long one */
	REPORT_NICE = 5,      /* who has asked waits, more so than a parse */
	REPORT_QUEUE_LIMIT = 64,
	PARSE_THREADS = 3, /* two tasks, and a look at the log */
	PARSE_NICE = 10,
	PARSE_QUEUE_LIMIT = 64,
	/* A handle that is still open so long after everything was closed was
	 * forgotten. */
	CLOSE_TIMEOUT_MS = 5000,
};
_Static_assert(CLOSE_TIMEOUT_MS >= BULK_LINK_WAIT_MS + 1000,
    "a thread that waits for a silent Redis ends before");

struct life {
	struct worker worker;
	uv_loop_t loop;
	uv_signal_t terminate;
	uv_timer_t heartbeat;
	uv_timer_t limit; /* of the drain, then of the closing */
	bool is_finishing;
};

static void finish(struct life *l);

static struct shared_worker *
own(struct life *l)
{
	const struct worker_setup *setup = l->worker.setup;

	return &setup->shared->worker[setup->slot];
}

static void
on_heartbeat(uv_timer_t *timer)
{
	struct life *l = timer->data;
	const struct worker_setup *setup = l->worker.setup;
	int64_t now_ms = clock_ms();

	atomic_store_explicit(
	    &own(l)->heartbeat_ms, now_ms, memory_order_relaxed);
	for (int slot = 0; slot < setup->listeners_len; slot++) {
		if (!neighbour_serves(setup->shared, (uint32_t)setup->slot,
			(uint32_t)slot, now_ms))
			listener_close(l->worker.server, slot);
		else if (listener_open(l->worker.server, slot) != ERR_OK)
			log_warn("slot %d is not served, trying again", slot);
	}
	/* The first living one of the host follows the log for all. */
	ingest_follow(l->worker.ingest,
	    neighbour_serves(setup->shared, (uint32_t)setup->slot, 0, now_ms));
}

static void
on_too_long(uv_timer_t *timer)
{
	struct life *l = timer->data;

	if (!l->is_finishing) {
		log_warn("requests are still running, the worker ends now");
		finish(l);
	} else {
		uv_stop(&l->loop);
	}
}

static void
on_drained(void *arg)
{
	finish(arg);
}

static void
on_terminate(uv_signal_t *terminate, int number)
{
	struct life *l = terminate->data;

	(void)number;
	if (l->worker.is_draining)
		return;
	log_debug("draining");
	l->worker.is_draining = true;
	uv_timer_stop(&l->heartbeat);
	ingest_follow(l->worker.ingest, false);
	/* A neighbour takes over what waits in the queue. */
	atomic_store_explicit(&own(l)->heartbeat_ms, 0, memory_order_relaxed);
	uv_timer_start(&l->limit, on_too_long,
	    (uint64_t)l->worker.setup->config->drain_timeout_ms, 0);
	server_drain(l->worker.server, on_drained, l);
}

static void
finish(struct life *l)
{
	struct worker *w = &l->worker;

	if (l->is_finishing)
		return;
	l->is_finishing = true;
	server_close(w->server);
	ingest_close(w->ingest);
	rendered_close(w->rendered);
	succession_close(w->succession);
	current_close(w->current);
	copies_close(w->copies);
	redis_close(w->redis);
	pool_close(w->hash_pool);
	pool_close(w->report_pool);
	pool_close(w->parse_pool);
	uv_close((uv_handle_t *)&l->terminate, NULL);
	uv_close((uv_handle_t *)&l->heartbeat, NULL);
	/* Watches over the end without holding it up. */
	uv_timer_start(&l->limit, on_too_long, CLOSE_TIMEOUT_MS, 0);
	uv_unref((uv_handle_t *)&l->limit);
}

static enum err
start(struct life *l)
{
	struct worker *w = &l->worker;
	const struct worker_setup *setup = w->setup;
	const struct config *config = setup->config;
	uint32_t slots = setup->shared->hashing.len;
	char name[32];

	snprintf(name, sizeof(name), "trawl-worker-%d", setup->slot);
	heap_keep();
	w->hash_pool = req_hash_pool_new(w,
	    slots < HASH_THREADS_MAX ? slots : HASH_THREADS_MAX,
	    (size_t)config->hash_queue_limit, HASH_NICE);
	w->report_pool =
	    pool_new(w->loop, REPORT_THREADS, REPORT_QUEUE_LIMIT, REPORT_NICE);
	w->parse_pool =
	    pool_new(w->loop, PARSE_THREADS, PARSE_QUEUE_LIMIT, PARSE_NICE);
	w->redis = redis_open(w->loop, &setup->redis, NULL, name,
	    (size_t)config->redis_queue_limit);
	w->server = server_open(w, &routes);
	if (!w->hash_pool || !w->report_pool || !w->parse_pool || !w->redis ||
	    !w->server)
		return ERR_NO_MEMORY;
	w->copies = copies_open(w);
	/* The master may be slow to say that somebody is here. */
	atomic_store(&own(l)->pid, getpid());
	w->current = current_open(w);
	w->succession = w->copies ? succession_open(w) : NULL;
	w->ingest = ingest_open(w);
	w->rendered = w->succession ? rendered_open(w) : NULL;
	w->seen = seen_new();
	if (!w->current || !w->ingest || !w->rendered || !w->seen)
		return ERR_NO_MEMORY;
	enum err e = listener_open(w->server, setup->slot);
	if (e != ERR_OK)
		return e;
	uv_timer_start(&l->heartbeat, on_heartbeat, 0, HEARTBEAT_MS);
	uv_signal_start(&l->terminate, on_terminate, SIGTERM);
	return ERR_OK;
}

static void
report_handle(uv_handle_t *handle, void *arg)
{
	(void)arg;
	log_error("a %s was not closed", uv_handle_type_name(handle->type));
}

int
worker_run(const struct worker_setup *setup)
{
	struct life l = { .worker = { .setup = setup, .loop = &l.loop } };

	/* A client or Redis that goes away is an error of a write, not a
	 * signal; an interrupt at the terminal is the master's to pass on. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	json_init();
	if (token_init() != 0 || uv_loop_init(&l.loop) != 0) {
		log_error("no random numbers, or no event loop");
		return 1;
	}
	uv_timer_init(&l.loop, &l.heartbeat);
	uv_timer_init(&l.loop, &l.limit);
	uv_signal_init(&l.loop, &l.terminate);
	l.heartbeat.data = l.limit.data = l.terminate.data = &l;

	enum err e = start(&l);
	if (e == ERR_OK) {
		log_debug("serving");
	} else {
		log_error("start: %s", err_text(e));
		finish(&l);
	}
	uv_run(&l.loop, UV_RUN_DEFAULT);
	uv_close((uv_handle_t *)&l.limit, NULL);
	uv_run(&l.loop, UV_RUN_NOWAIT);
	seen_free(l.worker.seen);
	if (uv_loop_close(&l.loop) != 0) {
		uv_walk(&l.loop, report_handle, NULL);
		return 1;
	}
	log_debug("ended");
	return e == ERR_OK ? 0 : 1;
}
