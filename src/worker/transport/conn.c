/* The state of a connection changes in advance() and in what it calls; callbacks
 * of libuv and of steps note what happened and call it. Answers gather in the
 * server's output and are written together when advance() has used up what the
 * client sent. */
#include "worker/transport/conn.h"

#include "worker/context.h"
#include "worker/transport/endpoint.h"
#include "worker/transport/response.h"
#include "worker/transport/server.h"

#include "common/base/config.h"
#include "common/base/log.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Answers to pipelined requests are written at the latest when they are so many
 * bytes; a client that does not read them costs no more than that and one
 * answer, for nothing is served before they are gone. */
enum { OUTPUT_MAX = 64 << 10 };

#define CONN_OF(pointer, member) \
	((struct conn *)((char *)(pointer)-offsetof(struct conn, member)))

struct unsent {
	uv_write_t write;
	char bytes[];
};

static void advance(struct conn *c);
static void on_done(struct req *r);

static void
release(struct conn *c)
{
	assert(c->refs > 0);
	if (--c->refs > 0)
		return;
	http_cleanup(&c->http);
	arena_reset(&c->req.arena);
	input_cleanup(&c->server->inputs, &c->input);
	server_forget(c->server);
	free(c);
}

static void
on_closed(uv_handle_t *handle)
{
	release(handle->data);
}

void
conn_close(struct conn *c, const char *why)
{
	struct server *s = c->server;

	if (c->closing)
		return;
	log_debug("%s: closed: %s", c->req.client, why);
	c->closing = true;
	c->req.conn = NULL;
	deadline_cancel(&c->deadline);
	if (c->previous != NULL)
		c->previous->next = c->next;
	else
		s->conns = c->next;
	if (c->next != NULL)
		c->next->previous = c->previous;
	s->conns_len--;
	uv_close((uv_handle_t *)&c->tcp, on_closed);
}

/* Gives the request its first state back; the memory of the last is freed. */
static void
clear(struct conn *c)
{
	struct req *r = &c->req;
	char client[sizeof(r->client)];

	memcpy(client, r->client, sizeof(client));
	arena_reset(&r->arena);
	memset(r, 0, sizeof(*r));
	memcpy(r->client, client, sizeof(client));
	r->worker = c->server->worker;
	r->conn = c->closing ? NULL : c;
	r->on_done = on_done;
}

/* Writes the answer of c->req into the output; what follows it is read next,
 * unless the rest of its body is still to come or the client wants it so. */
static void
answer(struct conn *c)
{
	struct server *s = c->server;
	struct req *r = &c->req;

	if (!c->http.is_whole && c->http.err == ERR_OK &&
	    c->http.is_head_whole) {
		size_t used = 0;

		http_discard(&c->http);
		http_parse(&c->http, c->input.data + c->input.start,
		    c->input.parsed - c->input.start,
		    c->input.end - c->input.start, &used);
		c->input.parsed += used;
	}
	if (!c->http.is_whole)
		c->must_linger = true;
	if (!c->http.is_whole || !c->http.keep_alive || s->is_draining)
		r->out.close = true;
	endpoint_encode(s->routes, r);
	response_add(&s->output, r, date_now(&s->date), r->out.close,
	    c->http.parser.http_minor == 0);
	atomic_fetch_add_explicit(
	    &s->worker->setup->shared->worker[s->worker->setup->slot].requests,
	    1, memory_order_relaxed);
	deadline_cancel(&c->deadline);
	if (r->out.close) {
		c->state = CONN_END;
	} else {
		c->state = CONN_HEAD;
		http_next(&c->http);
		input_used(&s->inputs, &c->input);
	}
	clear(c);
}

/* Answers with an error after which nothing more is read. */
static void
refuse(struct conn *c, enum err e)
{
	c->req.out.close = true;
	c->must_linger = true;
	if (req_fail(&c->req, e) == REQ_DONE)
		answer(c);
}

static void
start(struct conn *c, enum conn_state state, req_step *first)
{
	c->state = state;
	c->refs++;
	req_start(&c->req, first);
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
	if (h->content_length >
	    (uint64_t)c->server->worker->setup->config->body_limit) {
		refuse(c, ERR_BODY_TOO_LARGE);
		return;
	}
	c->state = CONN_BODY;
	if (h->expects_continue && c->input.parsed == c->input.end)
		response_add_continue(&c->server->output);
}

/* Called out of a step's end, at once or later. */
static void
on_done(struct req *r)
{
	struct conn *c = CONN_OF(r, req);

	if (r->conn != NULL) {
		if (c->state == CONN_ADMIT && r->out.err == ERR_OK)
			read_body(c);
		else
			answer(c);
		if (!c->is_running)
			advance(c);
	}
	release(c);
}

static void
on_written(uv_write_t *write, int status)
{
	struct conn *c = write->handle->data;

	free((struct unsent *)write);
	c->is_unsent = false;
	if (c->closing)
		return;
	deadline_cancel(&c->deadline);
	if (status < 0)
		conn_close(c, uv_strerror(status));
	else
		advance(c);
}

/* Hands the output to the kernel; what it does not take is kept until it does. */
static void
flush(struct conn *c)
{
	struct output *out = &c->server->output;
	uv_buf_t bytes = uv_buf_init(out->data, (unsigned)out->len);
	struct unsent *rest = NULL;

	if (out->len == 0 && !out->has_failed)
		return;
	int sent =
	    c->closing ? 0 : uv_try_write((uv_stream_t *)&c->tcp, &bytes, 1);
	if (sent == UV_EAGAIN)
		sent = 0;
	if (out->has_failed) {
		conn_close(c, "out of memory");
	} else if (sent < 0) {
		conn_close(c, uv_strerror(sent));
	} else if (!c->closing && (size_t)sent < out->len) {
		size_t len = out->len - (size_t)sent;

		rest = malloc(sizeof(*rest) + len);
		if (rest == NULL) {
			conn_close(c, "out of memory");
		} else {
			memcpy(rest->bytes, out->data + sent, len);
			bytes = uv_buf_init(rest->bytes, (unsigned)len);
			int e = uv_write(&rest->write, (uv_stream_t *)&c->tcp,
			    &bytes, 1, on_written);
			c->is_unsent = e == 0;
			if (e != 0) {
				free(rest);
				conn_close(c, uv_strerror(e));
			}
		}
	}
	output_clear(out);
}

/* Reads on in what the client sent. Returns whether that may be done again. */
static bool
step(struct conn *c)
{
	struct input *in = &c->input;
	struct http *h = &c->http;
	size_t used = 0;

	if (c->state != CONN_HEAD && c->state != CONN_BODY)
		return false;
	if (in->parsed == in->end) {
		if (!c->has_ended)
			return false;
		if (h->has_begun)
			refuse(c, ERR_BAD_REQUEST);
		else
			c->state = CONN_END;
		return false;
	}
	enum http_event event = http_parse(h, in->data + in->start,
	    in->parsed - in->start, in->end - in->start, &used);
	in->parsed += used;
	switch (event) {
	case EVENT_MORE:
		if (!h->has_begun)
			input_used(&c->server->inputs, in);
		else if (c->state == CONN_BODY)
			in->parsed = in->end = c->body_at;
		break;
	case EVENT_HEAD:
		c->body_at = in->parsed;
		start(c, CONN_ADMIT, endpoint_admit);
		break;
	case EVENT_MESSAGE:
		if (c->state == CONN_BODY)
			start(c, CONN_SERVE, endpoint_serve);
		else
			start(c, CONN_ADMIT, endpoint_admit);
		break;
	case EVENT_BROKEN:
		refuse(c, h->err);
		break;
	}
	return true;
}

static void
on_shutdown(uv_shutdown_t *shutdown, int status)
{
	(void)shutdown;
	(void)status;
}

/* The last answer is with the kernel. A close now, with bytes of the client
 * unread, would be a reset that can overtake the answer. */
static void
end(struct conn *c)
{
	if (!c->must_linger || c->has_ended ||
	    uv_shutdown(&c->shutdown, (uv_stream_t *)&c->tcp, on_shutdown) !=
		0) {
		conn_close(c, "answered");
		return;
	}
	c->state = CONN_LINGER;
	input_cleanup(&c->server->inputs, &c->input);
}

static void
on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct conn *c = handle->data;
	size_t len;

	(void)suggested;
	input_room(&c->server->inputs, &c->input, c->state == CONN_HEAD,
	    &buf->base, &len);
	buf->len = len;
}

static void
on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
	struct conn *c = stream->data;

	(void)buf;
	if (len == UV_EOF) {
		c->has_ended = true;
		c->is_reading = false;
		if (c->state == CONN_LINGER)
			conn_close(c, "answered");
	} else if (len < 0) {
		conn_close(c, uv_strerror((int)len));
	} else if (c->state != CONN_LINGER) {
		c->input.end += (size_t)len;
	}
	if (c->input.start == c->input.end || c->state == CONN_LINGER)
		input_cleanup(&c->server->inputs, &c->input);
	advance(c);
}

/* Which deadline runs, if any: the wait for others (a session, the work) has
 * its own, kept by them. */
static void
watch(struct conn *c)
{
	enum deadline_kind kind = DEADLINE_KINDS;

	if (c->is_unsent)
		kind = DEADLINE_SEND;
	else if (c->state == CONN_HEAD)
		kind = c->http.has_begun ? DEADLINE_HEAD : DEADLINE_IDLE;
	else if (c->state == CONN_BODY)
		kind = DEADLINE_BODY;
	else if (c->state == CONN_LINGER)
		kind = DEADLINE_LINGER;
	if (kind == DEADLINE_KINDS)
		deadline_cancel(&c->deadline);
	else if (!deadline_is_started(&c->deadline, kind))
		deadline_start(&c->server->deadlines, &c->deadline, kind);
}

/* A client that is ahead of its answers by more than the input holds is not
 * read from until they are out: TCP tells it to wait. */
static void
read_or_stop(struct conn *c)
{
	const struct input *in = &c->input;
	bool has_room = in->data == NULL || c->state == CONN_HEAD ||
			in->end < c->server->inputs.capacity;
	bool wanted = !c->has_ended && c->state != CONN_END && has_room;

	if (wanted && !c->is_reading)
		uv_read_start((uv_stream_t *)&c->tcp, on_room, on_read);
	else if (!wanted && c->is_reading)
		uv_read_stop((uv_stream_t *)&c->tcp);
	c->is_reading = wanted;
}

static void
advance(struct conn *c)
{
	if (c->closing)
		return;
	assert(!c->is_running);
	c->is_running = true;
	while (!c->closing && !c->is_unsent && step(c)) {
		if (c->server->output.len >= OUTPUT_MAX)
			flush(c);
	}
	flush(c);
	c->is_running = false;
	if (!c->closing && c->state == CONN_END && !c->is_unsent)
		end(c);
	if (c->closing)
		return;
	watch(c);
	read_or_stop(c);
}

void
conn_on_over(struct deadline *d)
{
	static const char *const why[DEADLINE_KINDS] = {
		[DEADLINE_IDLE] = "idle",
		[DEADLINE_SEND] = "it does not read",
		[DEADLINE_LINGER] = "answered",
	};
	struct conn *c = CONN_OF(d, deadline);

	if (why[d->kind] != NULL) {
		conn_close(c, why[d->kind]);
	} else {
		refuse(c, ERR_TIMEOUT);
		advance(c);
	}
}

void
conn_drain(struct conn *c)
{
	if (c->state == CONN_HEAD && !c->http.has_begun && !c->is_unsent)
		conn_close(c, "the worker ends");
}

/* The text of the peer's address; an IPv4 one in its own form. */
static void
name_client(struct conn *c)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct sockaddr_storage address = { 0 };
	int len = sizeof(address);

	if (uv_tcp_getpeername(&c->tcp, (struct sockaddr *)&address, &len) != 0)
		return;
	const struct sockaddr_in *v4 = (struct sockaddr_in *)&address;
	const struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&address;
	int family = address.ss_family;
	const void *bytes = family == AF_INET ? (const void *)&v4->sin_addr
					      : (const void *)&v6->sin6_addr;
	if (family == AF_INET6 && !memcmp(bytes, mapped, sizeof(mapped))) {
		family = AF_INET;
		bytes = (const char *)bytes + sizeof(mapped);
	}
	inet_ntop(family, bytes, c->req.client, sizeof(c->req.client));
}

enum err
conn_accept(struct server *s, uv_stream_t *listener)
{
	const struct config *config = s->worker->setup->config;
	struct conn *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return ERR_NO_MEMORY;
	c->server = s;
	c->refs = 1;
	uv_tcp_init(s->loop, &c->tcp);
	c->tcp.data = c;
	s->handles++;
	s->conns_len++;
	if ((c->next = s->conns) != NULL)
		c->next->previous = c;
	s->conns = c;
	http_init(&c->http, config, &c->req);
	clear(c);
	int e = uv_accept(listener, (uv_stream_t *)&c->tcp);
	if (e != 0) {
		conn_close(c, uv_strerror(e));
		return ERR_OK;
	}
	uv_tcp_nodelay(&c->tcp, 1);
	name_client(c);
	if (s->conns_len > (size_t)config->connection_limit) {
		refuse(c, ERR_OVERLOAD);
		flush(c);
		conn_close(c, "too many connections");
		return ERR_OK;
	}
	advance(c);
	return ERR_OK;
}
