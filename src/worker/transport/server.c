#include "worker/transport/server.h"

#include "worker/transport/conn.h"
#include "worker/transport/conn_deadlines.h"
#include "worker/transport/exchange.h"
#include "worker/transport/http/http.h"

#include "common/base/config.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>

enum {
	/* How long a client may take to notice that its last answer was the
	 * last: a few round trips. */
	LINGER_MS = 1000,
	/* Whoever would wait longer is better told to come back. */
	QUEUE_MS = 500,
};

void
server_count_conns(struct server *s)
{
	struct shared *shared = s->worker->setup->shared;

	atomic_store_explicit(
	    &shared->worker[s->worker->setup->slot].connections,
	    (uint32_t)s->conns_len, memory_order_relaxed);
}

void
server_count_request(struct server *s)
{
	const struct worker_setup *setup = s->worker->setup;
	_Atomic uint64_t *requests =
	    &setup->shared->worker[setup->slot].requests;

	/* Nobody else writes it, so that it needs no locked instruction. */
	atomic_store_explicit(requests,
	    atomic_load_explicit(requests, memory_order_relaxed) + 1,
	    memory_order_relaxed);
}

/* Of a drained server: the timer of the deadlines, `before_sleep`, and the intake. */
enum { OWN_HANDLES = 3 };

static void
tell_drained(struct server *s)
{
	void (*on_drained)(void *arg) = s->on_drained;

	if (on_drained == NULL || s->handles > OWN_HANDLES)
		return;
	s->on_drained = NULL;
	on_drained(s->on_drained_arg);
}

void
server_forget(struct server *s)
{
	assert(s->handles > 0);
	s->handles--;
	server_count_conns(s);
	if (s->is_closing && s->handles == 0) {
		input_pool_cleanup(&s->inputs);
		exchange_pool_cleanup(&s->exchanges);
		arena_pool_cleanup(&s->arenas);
		output_cleanup(&s->output);
		free(s);
	}
}

/* Nothing of the worker's is on the stack here: whoever is told may close it all. */
static void
on_before_sleep(uv_prepare_t *handle)
{
	struct server *s = handle->data;

	outbox_send(&s->outbox);
	if (s->is_draining)
		tell_drained(s);
}

static void
on_before_sleep_closed(uv_handle_t *handle)
{
	server_forget(handle->data);
}

static void
on_intake_closed(uv_handle_t *handle)
{
	server_forget((struct server *)((char *)handle -
					offsetof(struct server, intake.poll)));
}

static void
on_timer_closed(uv_handle_t *handle)
{
	server_forget((struct server *)((char *)handle->data -
					offsetof(struct server, deadlines)));
}

struct server *
server_open(struct worker *worker, const struct routes *routes)
{
	const struct config *config = worker->setup->config;
	const int64_t length_ms[DEADLINE_KINDS] = {
		[DEADLINE_IDLE] = config->idle_timeout_ms,
		[DEADLINE_HEAD] = config->head_timeout_ms,
		[DEADLINE_BODY] = config->body_timeout_ms,
		[DEADLINE_SEND] = config->send_timeout_ms,
		[DEADLINE_LINGER] = LINGER_MS,
		[DEADLINE_QUEUE] = QUEUE_MS,
		[DEADLINE_BODY_RATE] = config->least_rate_ms,
		[DEADLINE_SEND_RATE] = config->least_rate_ms,
	};
	struct server *s = calloc(1, sizeof(*s));

	if (s == NULL ||
	    intake_open(&s->intake, worker->loop, conn_on_ready) != 0) {
		free(s);
		return NULL;
	}
	s->worker = worker;
	s->routes = routes;
	s->loop = worker->loop;
	input_pool_init(&s->inputs, http_head_max(config));
	deadlines_init(&s->deadlines, s->loop, length_ms, conn_on_deadline);
	admission_init(&s->admission, (size_t)config->request_limit);
	uv_prepare_init(s->loop, &s->before_sleep);
	s->before_sleep.data = s;
	uv_prepare_start(&s->before_sleep, on_before_sleep);
	s->handles = OWN_HANDLES;
	worker->server = s;
	return s;
}

void
server_drain(struct server *s, void (*on_drained)(void *arg), void *arg)
{
	struct conn *next;

	s->is_draining = true;
	s->on_drained = on_drained;
	s->on_drained_arg = arg;
	for (int slot = 0; slot < WORKERS_MAX; slot++)
		listener_close(s, slot);
	for (struct conn *c = s->conns; c != NULL; c = next) {
		next = c->next;
		conn_drain(c);
	}
}

void
server_close(struct server *s)
{
	if (s == NULL || s->is_closing)
		return;
	s->is_closing = true;
	s->on_drained = NULL;
	for (int slot = 0; slot < WORKERS_MAX; slot++)
		listener_close(s, slot);
	while (s->conns != NULL)
		conn_close(s->conns, "the worker ends");
	uv_close((uv_handle_t *)&s->deadlines.timer, on_timer_closed);
	uv_close((uv_handle_t *)&s->before_sleep, on_before_sleep_closed);
	intake_close(&s->intake, on_intake_closed);
}
