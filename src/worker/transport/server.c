/* Listeners and the end of them all. A worker accepts on its own socket and,
 * for the time being, on those of neighbours that are silent; each listening
 * handle works on a duplicate, so that closing one never closes the socket that
 * the master keeps. */
#include "worker/transport/server.h"

#include "worker/transport/conn.h"
#include "worker/transport/conn_watch.h"
#include "worker/transport/exchange.h"
#include "worker/transport/handover.h"
#include "worker/transport/http.h"
#include "worker/transport/peer.h"

#include "common/base/clock.h"
#include "common/base/config.h"
#include "common/base/log.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	BACKLOG = 1024,
	/* How long a client may take to notice that its last answer was the
	 * last: a few round trips. */
	LINGER_MS = 1000,
	/* Whoever would wait longer is better told to come back. */
	QUEUE_MS = 500,
	RETRY_AFTER_S = 1,
};

static void
count(struct server *s)
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
	count(s);
	if (s->is_closing && s->handles == 0) {
		input_pool_cleanup(&s->inputs);
		exchange_pool_cleanup(&s->exchanges);
		arena_pool_cleanup(&s->arenas);
		output_cleanup(&s->output);
		free(s);
	}
}

static void
on_listener_closed(uv_handle_t *handle)
{
	struct listener *l = handle->data;

	l->open--;
	server_forget(l->server);
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

/* Whether a new connection is one too many. A proxy stands for many clients. */
static enum err
check_limits(struct server *s, struct conn *c)
{
	const struct config *config = s->worker->setup->config;

	if (s->conns_len > (size_t)config->connection_limit)
		return ERR_OVERLOAD;
	if (peer_is_proxy(config->proxies, config->proxies_len, c->peer))
		return ERR_OK;
	c->place = crowd_enter(&s->crowd, c->peer);
	if (c->place == NULL)
		return ERR_NO_MEMORY;
	if (c->place->conns <= (size_t)config->address_limit)
		return ERR_OK;
	if (!exchange_open(c))
		return ERR_NO_MEMORY;
	c->exchange->req.out.detail = "Too many connections from this address";
	c->exchange->req.out.retry_after_s = RETRY_AFTER_S;
	return ERR_TOO_MANY;
}

/* A client that is there: takes it in, or refuses it. */
static void
welcome(struct server *s, struct conn *c)
{
	uv_tcp_nodelay(&c->tcp, 1);
	peer_name(&c->tcp, c->peer);
	enum err refusal = check_limits(s, c);
	if (refusal != ERR_OK)
		conn_refuse(c, refusal);
	else
		conn_advance(c);
	count(s);
}

/* Whether another worker has it now. */
static bool
give_away(struct server *s, struct conn *c)
{
	const struct worker_setup *setup = s->worker->setup;
	int target = handover_target(
	    setup->shared, setup->slot, s->conns_len, clock_ms());
	uv_os_fd_t fd;

	return target != setup->slot &&
	       uv_fileno((uv_handle_t *)&c->tcp, &fd) == 0 &&
	       handover_send(setup, target, fd);
}

static void
on_handover(uv_poll_t *poll, int status, int events)
{
	struct listener *l = poll->data;
	struct server *s = l->server;
	int slot = (int)(l - s->listeners), fd;

	(void)events;
	if (status < 0)
		return;
	if (!handover_is_ours(s->worker->setup, slot, clock_ms())) {
		server_unlisten(s, slot);
		return;
	}
	while ((fd = handover_receive(s->worker->setup, slot)) >= 0) {
		struct conn *c = conn_new(s);

		if (c != NULL && uv_tcp_open(&c->tcp, fd) == 0) {
			welcome(s, c);
			continue;
		}
		log_error("a connection that was handed over is lost");
		close(fd);
		if (c != NULL)
			conn_close(c, "it cannot be opened");
	}
}

static void
on_connection(uv_stream_t *stream, int status)
{
	struct listener *l = stream->data;
	struct server *s = l->server;

	if (status < 0) {
		log_warn("accept: %s", uv_strerror(status));
		return;
	}
	struct conn *c = conn_new(s);
	if (c == NULL) {
		/* libuv keeps a client that is not taken, and takes no other:
		 * to close the listener is the way out, and the next heartbeat
		 * opens it again. */
		log_error("accept: out of memory");
		server_unlisten(s, (int)(l - s->listeners));
		return;
	}
	int e = uv_accept(stream, (uv_stream_t *)&c->tcp);
	if (e != 0)
		conn_close(c, uv_strerror(e));
	else if (give_away(s, c))
		conn_close(c, "another worker has it");
	else
		welcome(s, c);
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
	deadlines_init(&s->deadlines, s->loop, length_ms, conn_on_over);
	admission_init(&s->admission, (size_t)config->request_limit);
	uv_prepare_init(s->loop, &s->before_sleep);
	s->before_sleep.data = s;
	uv_prepare_start(&s->before_sleep, on_before_sleep);
	s->handles = OWN_HANDLES;
	worker->server = s;
	return s;
}

/* The descriptor stays the master's: a handle for polling closes none. */
static int
listen_to_others(struct listener *l, int slot)
{
	struct server *s = l->server;
	int e = uv_poll_init(
	    s->loop, &l->handover, s->worker->setup->handover_fds[2 * slot]);

	if (e != 0)
		return e;
	l->handover.data = l;
	l->open++;
	s->handles++;
	return uv_poll_start(&l->handover, UV_READABLE, on_handover);
}

enum err
server_listen(struct server *s, int slot)
{
	struct listener *l = &s->listeners[slot];
	int e;

	if (l->open > 0)
		return ERR_OK;
	int fd =
	    fcntl(s->worker->setup->listener_fds[slot], F_DUPFD_CLOEXEC, 3);
	if (fd < 0) {
		log_error("listener %d: %s", slot, strerror(errno));
		return ERR_INTERNAL;
	}
	uv_tcp_init(s->loop, &l->tcp);
	l->tcp.data = l;
	l->server = s;
	l->open = 1;
	s->handles++;
	if ((e = uv_tcp_open(&l->tcp, fd)) != 0) {
		close(fd);
	} else if ((e = uv_listen(
			(uv_stream_t *)&l->tcp, BACKLOG, on_connection)) == 0 &&
		   (e = listen_to_others(l, slot)) == 0) {
		return ERR_OK;
	}
	log_error("listener %d: %s", slot, uv_strerror(e));
	server_unlisten(s, slot);
	return ERR_INTERNAL;
}

void
server_unlisten(struct server *s, int slot)
{
	struct listener *l = &s->listeners[slot];

	if (l->open == 0 || uv_is_closing((uv_handle_t *)&l->tcp))
		return;
	uv_close((uv_handle_t *)&l->tcp, on_listener_closed);
	if (l->open > 1)
		uv_close((uv_handle_t *)&l->handover, on_listener_closed);
}

void
server_drain(struct server *s, void (*on_drained)(void *arg), void *arg)
{
	struct conn *next;

	s->is_draining = true;
	s->on_drained = on_drained;
	s->on_drained_arg = arg;
	for (int slot = 0; slot < WORKERS_MAX; slot++)
		server_unlisten(s, slot);
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
		server_unlisten(s, slot);
	while (s->conns != NULL)
		conn_close(s->conns, "the worker ends");
	uv_close((uv_handle_t *)&s->deadlines.timer, on_timer_closed);
	uv_close((uv_handle_t *)&s->before_sleep, on_before_sleep_closed);
	intake_close(&s->intake, on_intake_closed);
}
