#include "worker/transport/listener.h"

#include "worker/transport/conn.h"
#include "worker/transport/exchange.h"
#include "worker/transport/handover.h"
#include "worker/transport/peer.h"
#include "worker/transport/server.h"

#include "common/base/clock.h"
#include "common/base/config.h"
#include "common/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum {
	BACKLOG = 1024,
	RETRY_AFTER_S = 1,
};

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
	server_count_conns(s);
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
		listener_close(s, slot);
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
		listener_close(s, (int)(l - s->listeners));
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

static void
on_listener_closed(uv_handle_t *handle)
{
	struct listener *l = handle->data;

	l->open--;
	server_forget(l->server);
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
listener_open(struct server *s, int slot)
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
	listener_close(s, slot);
	return ERR_INTERNAL;
}

void
listener_close(struct server *s, int slot)
{
	struct listener *l = &s->listeners[slot];

	if (l->open == 0 || uv_is_closing((uv_handle_t *)&l->tcp))
		return;
	uv_close((uv_handle_t *)&l->tcp, on_listener_closed);
	if (l->open > 1)
		uv_close((uv_handle_t *)&l->handover, on_listener_closed);
}
