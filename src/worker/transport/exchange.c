/*	exchange_begin     the head is whole: endpoint_admit
 *	read_body          admitted: the body is read, by the connection
 *	exchange_serve     the body is whole: endpoint_confirm
 *	answer             done or failed: encode, add to the output
 *	exchange_go_on     a piece of it was taken: its route's next step
 *	go_on              encode, add the piece
 *	finish             the answer is whole
 *
 * Every request that begins ends in answer(), unless its client is gone. */
#include "worker/transport/exchange.h"

#include "worker/context.h"
#include "worker/transport/endpoint.h"
#include "worker/transport/fast_path.h"
#include "worker/transport/http/body.h"
#include "worker/transport/peer.h"
#include "worker/transport/response.h"
#include "worker/transport/server.h"

#include "common/base/config.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static void on_done(struct req *r);
static void on_long_wait(struct req *r);

enum { SPARES_MAX = 64 }; /* as many as wait for Redis at once, mostly */

void
exchange_pool_cleanup(struct exchange_pool *pool)
{
	struct exchange *x;

	while ((x = pool->spares) != NULL) {
		pool->spares = x->next;
		free(x);
	}
	pool->len = 0;
}

static struct exchange *
take(struct exchange_pool *pool)
{
	struct exchange *x = pool->spares;

	if (x == NULL)
		return malloc(sizeof(*x));
	pool->spares = x->next;
	pool->len--;
	return x;
}

bool
exchange_open(struct conn *c)
{
	struct server *s = c->server;
	struct exchange *x = c->exchange;

	if (x != NULL)
		return true;
	x = take(&s->exchanges);
	if (x == NULL)
		return false;
	memset(x, 0, offsetof(struct exchange, req.out.errors));
	x->conn = c;
	memcpy(x->req.client, c->peer, sizeof(c->peer));
	x->req.arena.pool = &s->arenas;
	x->req.worker = s->worker;
	x->req.conn = c;
	x->req.on_done = on_done;
	x->req.on_long_wait = on_long_wait;
	c->exchange = x;
	c->http.req = &x->req;
	return true;
}

void
exchange_close(struct conn *c)
{
	struct exchange_pool *pool = &c->server->exchanges;
	struct exchange *x = c->exchange;

	if (x == NULL)
		return;
	c->exchange = NULL;
	c->http.req = NULL;
	req_cleanup(&x->req);
	if (pool->len == SPARES_MAX) {
		free(x);
		return;
	}
	x->next = pool->spares;
	pool->spares = x;
	pool->len++;
}

/* Reads over what has come of a body that nobody wants. */
static void
discard(struct conn *c)
{
	struct input *in = &c->input;
	size_t used = 0;

	http_discard(&c->http);
	http_parse(&c->http, in->data + in->start, in->parsed - in->start,
	    in->end - in->start, &used);
	in->parsed += used;
}

/* The answer is whole; what follows the request is read next, unless the rest of
 * its body is still to come or the client wants it so. */
static void
finish(struct conn *c)
{
	body_wipe(c->exchange->req.body);
	if (c->exchange->req.out.close) {
		c->state = CONN_END;
		deadline_cancel(&c->deadline);
	} else {
		http_next(&c->http);
		conn_await(c);
	}
	exchange_close(c);
}

/* Writes the answer of the request into the output, or its first piece. */
static void
answer(struct conn *c)
{
	struct server *s = c->server;
	struct req *r = &c->exchange->req;

	if (c->http.is_head_whole && !c->http.is_whole && !c->http.err)
		discard(c);
	if (!c->http.is_whole)
		c->must_linger = true;
	if (!c->http.is_whole || !c->http.keep_alive || s->is_draining)
		r->out.close = true;
	endpoint_encode(s->routes, r);
	if (r->out.more && c->http.head.is_old)
		r->out.close = true;
	fast_path_remember(c);
	date_now(&s->date);
	response_add(
	    &s->output, r, &s->date, r->out.close, c->http.head.is_old);
	server_count_request(s);
	if (r->out.more && r->method != METHOD_HEAD)
		c->state = CONN_PIECE;
	else
		finish(c);
}

/* Writes a later piece. What is out cannot be taken back: a client sees by the
 * missing end that something failed. */
static void
go_on(struct conn *c)
{
	struct req *r = &c->exchange->req;

	if (r->out.err != ERR_OK || r->route->encode(r) != ERR_OK) {
		conn_close(c, "the rest of its answer failed");
		return;
	}
	response_add_piece(&c->server->output, r, c->http.head.is_old);
	if (c->server->is_draining)
		r->out.close = true;
	if (r->out.more)
		c->state = CONN_PIECE;
	else
		finish(c);
}

void
exchange_refuse(struct conn *c, enum err e)
{
	if (!exchange_open(c)) {
		conn_close(c, "out of memory");
		return;
	}
	c->exchange->req.out.close = true;
	c->must_linger = true;
	if (req_fail(&c->exchange->req, e) == REQ_DONE)
		answer(c);
}

static void
start(struct conn *c, enum conn_state state, req_step *first)
{
	c->state = state;
	c->refs++;
	c->is_counted = !c->exchange->req.out.is_stream;
	if (c->is_counted)
		admission_began(&c->server->admission);
	req_start(&c->exchange->req, first);
}

/* The request may be served, as soon as its body is here. */
static void
read_body(struct conn *c)
{
	struct http *h = &c->http;

	if (h->is_whole) {
		start(c, CONN_SERVE, endpoint_serve);
		return;
	}
	if (h->head.content_length >
	    (uint64_t)c->server->worker->setup->config->body_limit) {
		exchange_refuse(c, ERR_BODY_TOO_LARGE);
		return;
	}
	c->state = CONN_BODY;
	if (h->expects_continue && c->input.parsed == c->input.end)
		response_add_continue(&c->server->output);
}

static struct conn *
conn_of(struct req *r)
{
	return ((struct exchange *)((char *)r - offsetof(struct exchange, req)))
	    ->conn;
}

/* It is no longer one of the requests that run; whoever called the step lets
 * another go on. */
static void
on_long_wait(struct req *r)
{
	struct conn *c = conn_of(r);

	if (c->is_counted)
		admission_ended(&c->server->admission, false);
	c->is_counted = false;
}

/* Called out of a step's end, at once or later. */
static void
on_done(struct req *r)
{
	struct conn *c = conn_of(r);
	struct server *s = c->server;

	if (c->is_counted)
		admission_ended(&s->admission, c->state == CONN_SERVE &&
						   r->conn != NULL &&
						   r->out.err == ERR_OK);
	if (r->conn != NULL) {
		if (c->state == CONN_ADMIT && r->out.err == ERR_OK)
			read_body(c);
		else if (c->state == CONN_MORE)
			go_on(c);
		else
			answer(c);
		if (!c->is_running)
			conn_advance(c);
	} else if (!c->is_running) {
		admission_next(&s->admission);
	}
	conn_release(c);
}

void
exchange_begin(struct conn *c)
{
	const struct config *config = c->server->worker->setup->config;
	struct req *r = &c->exchange->req;

	if (config->proxies_len > 0)
		peer_behind(config->proxies, config->proxies_len,
		    r->forwarded_for, r->client);
	if (c->http.is_whole && c->input.parsed < c->input.end)
		fast_path_prefetch_next(
		    c, r->authorization, c->input.parsed - c->input.start);
	start(c, CONN_ADMIT, endpoint_admit);
}

void
exchange_serve(struct conn *c)
{
	start(c, CONN_SERVE, endpoint_confirm);
}

void
exchange_go_on(struct conn *c)
{
	struct req *r = &c->exchange->req;
	req_step *more = r->out.more;
	size_t shown = r->out.shown;
	bool close = r->out.close, is_stream = r->out.is_stream;

	req_renew(r);
	r->chain = NULL;
	memset(&r->row, 0, sizeof(r->row));
	memset(&r->out, 0, sizeof(r->out));
	r->out.is_continued = true;
	r->out.shown = shown;
	r->out.close = close;
	r->out.is_stream = is_stream;
	start(c, CONN_MORE, more);
}
