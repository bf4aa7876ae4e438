/* The state of a connection changes in conn_advance() and in what it calls;
 * callbacks of the intake, of libuv and of steps note what happened and call it.
 * Answers gather in the server's output and are written together when it has used
 * up what the client sent; one that is a document may wait for those of other
 * connections. */
#include "worker/transport/conn.h"

#include "worker/context.h"
#include "worker/transport/conn_deadlines.h"
#include "worker/transport/exchange.h"
#include "worker/transport/fast_path.h"
#include "worker/transport/server.h"

#include "common/base/config.h"
#include "common/base/log.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Answers to pipelined requests are written at the latest when they are so many
 * bytes; a client that does not read them costs no more than that and one
 * answer, for nothing is served before they are gone. */
enum { OUTPUT_MAX = 64 << 10 };

/* aligned_alloc() gives whole lines only. */
enum {
	CACHE_LINE = 64,
	CONN_SIZE =
	    (sizeof(struct conn) + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE,
};

struct conn *
conn_new(struct server *s)
{
	struct conn *c = aligned_alloc(CACHE_LINE, CONN_SIZE);

	if (c == NULL)
		return NULL;
	memset(c, 0, sizeof(*c));
	c->server = s;
	c->refs = 1;
	uv_tcp_init(s->loop, &c->tcp);
	c->tcp.data = c;
	s->handles++;
	s->conns_len++;
	if ((c->next = s->conns) != NULL)
		c->next->previous = c;
	s->conns = c;
	http_init(&c->http, s->worker->setup->config, NULL);
	return c;
}

void
conn_release(struct conn *c)
{
	assert(c->refs > 0);
	if (--c->refs > 0)
		return;
	http_cleanup(&c->http);
	exchange_close(c);
	input_cleanup(&c->server->inputs, &c->input);
	server_forget(c->server);
	free(c);
}

static void
on_closed(uv_handle_t *handle)
{
	conn_release(handle->data);
}

static void
unwatch_input(struct conn *c)
{
	uv_os_fd_t fd;

	if (c->is_known && uv_fileno((uv_handle_t *)&c->tcp, &fd) == 0)
		intake_forget(&c->server->intake, fd);
}

void
conn_close(struct conn *c, const char *why)
{
	struct server *s = c->server;

	if (c->is_posted)
		outbox_send(&s->outbox);
	if (c->closing)
		return;
	log_debug("%s: closed: %s", c->peer, why);
	c->closing = true;
	if (c->exchange != NULL) {
		c->exchange->req.conn = NULL;
		atomic_store(&c->exchange->req.is_abandoned, true);
	}
	deadline_cancel(&c->deadline);
	deadline_cancel(&c->rate);
	if (c->previous != NULL)
		c->previous->next = c->next;
	else
		s->conns = c->next;
	if (c->next != NULL)
		c->next->previous = c->previous;
	s->conns_len--;
	crowd_leave(&s->crowd, c->place);
	c->place = NULL;
	unwatch_input(c);
	uv_close((uv_handle_t *)&c->tcp, on_closed);
	admission_give_up(&s->admission, c->exchange, ERR_DRAINING);
}

void
conn_on_sent(uv_stream_t *stream, int status)
{
	struct conn *c = stream->data;

	/* An answer may have been made meanwhile that others had begun. */
	c->is_unsent = uv_stream_get_write_queue_size(stream) > 0;
	if (c->closing)
		return;
	deadline_cancel(&c->deadline);
	deadline_cancel(&c->rate);
	if (status < 0)
		conn_close(c, uv_strerror(status));
	else
		conn_advance(c);
	if (c->server->is_draining)
		conn_drain(c);
}

void
conn_await(struct conn *c)
{
	c->state = CONN_HEAD;
	deadline_start(&c->server->deadlines, &c->deadline, DEADLINE_IDLE);
	input_used(&c->server->inputs, &c->input);
}

static void
flush(struct conn *c)
{
	struct output *out = &c->server->output;

	if (output_len(out) == 0 && !out->has_failed)
		return;
	if (c->closing) {
		output_clear(out);
		return;
	}
	int left = output_send(out, (uv_stream_t *)&c->tcp, conn_on_sent);
	c->is_unsent = left > 0;
	if (left < 0)
		conn_close(c, uv_strerror(left));
}

/* What the parser found in what the client sent. */
static void
on_event(struct conn *c, enum http_event event)
{
	struct input *in = &c->input;

	switch (event) {
	case EVENT_MORE:
		if (!c->http.has_begun) {
			input_used(&c->server->inputs, in);
			exchange_close(c);
		} else if (c->state == CONN_BODY) {
			in->parsed = in->end = c->body_at;
		}
		break;
	case EVENT_HEAD:
		c->body_at = in->parsed;
		exchange_begin(c);
		break;
	case EVENT_MESSAGE:
		if (c->state == CONN_BODY)
			exchange_serve(c);
		else
			exchange_begin(c);
		break;
	case EVENT_BROKEN:
		exchange_refuse(c, c->http.err);
		break;
	}
}

/* All that the client has sent, and will send, is read. */
static void
end_input(struct conn *c)
{
	if (c->http.has_begun)
		exchange_refuse(c, ERR_BAD_REQUEST);
	else
		c->state = CONN_END;
}

/* Reads on in what the client sent. Returns whether that may be done again. */
static bool
step(struct conn *c)
{
	struct input *in = &c->input;
	size_t used = 0;

	if (c->state == CONN_PIECE) {
		exchange_go_on(c);
		return true;
	}
	if (c->state != CONN_HEAD && c->state != CONN_BODY)
		return false;
	if (in->parsed == in->end) {
		if (c->has_ended)
			end_input(c);
		return false;
	}
	if (c->exchange == NULL && c->state == CONN_HEAD && fast_path_answer(c))
		return true;
	if (!exchange_open(c)) {
		conn_close(c, "out of memory");
		return false;
	}
	enum http_event event = http_parse(&c->http, in->data + in->start,
	    in->parsed - in->start, in->end - in->start, &used);
	in->parsed += used;
	on_event(c, event);
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
	bool is_unread = c->must_linger || c->input.parsed < c->input.end;

	if (!is_unread || c->has_ended ||
	    uv_shutdown(&c->shutdown, (uv_stream_t *)&c->tcp, on_shutdown) !=
		0) {
		conn_close(c, "answered");
		return;
	}
	c->state = CONN_LINGER;
	input_cleanup(&c->server->inputs, &c->input);
}

/* The memory that a request will meet. */
static void
prefetch_request(const struct conn *c)
{
	const char *end = (const char *)&c->http.parser;

	for (const char *at = (const char *)&c->server; at < end;
	     at += CACHE_LINE)
		__builtin_prefetch(at);
}

/* len  0: the client has ended */
static void
on_read(struct conn *c, ssize_t len)
{
	if (len == 0) {
		c->has_ended = true;
		if (c->state == CONN_LINGER)
			conn_close(c, "answered");
		else if (c->exchange && c->exchange->req.out.is_stream)
			conn_close(c, "it reads no more events");
		else
			/* Most likely it is gone, and others wait behind it. */
			admission_give_up(
			    &c->server->admission, c->exchange, ERR_OVERLOAD);
	} else {
		input_add(&c->server->inputs, &c->input, c->state == CONN_HEAD,
		    (size_t)len);
		c->received += (size_t)len;
	}
	if (c->input.start == c->input.end || c->state == CONN_LINGER)
		input_cleanup(&c->server->inputs, &c->input);
	conn_advance(c);
}

/* Returns what recv(2) does, or an error of libuv. */
static ssize_t
receive(const struct conn *c, char *at, size_t room)
{
	uv_os_fd_t fd;
	ssize_t len = uv_fileno((const uv_handle_t *)&c->tcp, &fd);

	while (len == 0 && (len = recv(fd, at, room, 0)) < 0)
		if (errno != EINTR)
			return uv_translate_sys_error(errno);
	return len;
}

/* A client that is ahead of its answers by more than the input holds is not
 * read from until they are out: TCP tells it to wait. */
static bool
may_read(const struct conn *c)
{
	bool may_move = c->state == CONN_HEAD && !c->is_unsent;

	return !c->has_ended && c->state != CONN_END &&
	       (may_move || input_has_room(&c->input));
}

/* A whole read may have left something behind, which settle() asks for. */
void
conn_on_ready(struct conn *c, bool has_more)
{
	char *at;
	size_t room;
	ssize_t len;

	c->is_watched = false;
	if (c->closing || !may_read(c))
		return;
	prefetch_request(c);
	input_room(
	    &c->server->inputs, &c->input, c->state == CONN_HEAD, &at, &room);
	len = room > 0 ? receive(c, at, room) : UV_ENOBUFS;
	c->is_watched =
	    len == UV_EAGAIN || (len > 0 && (size_t)len < room && !has_more);
	if (len >= 0)
		on_read(c, len);
	else if (len != UV_EAGAIN)
		conn_close(c, uv_strerror((int)len));
}

static void
watch_input(struct conn *c)
{
	uv_os_fd_t fd;
	int e = uv_fileno((uv_handle_t *)&c->tcp, &fd);

	if (e == 0)
		e = intake_watch(&c->server->intake, c, fd, !c->is_known);
	c->is_known = c->is_watched = true;
	if (e != 0)
		conn_close(c, uv_strerror(e));
}

/* What it waits for now. */
static void
settle(struct conn *c)
{
	conn_set_deadlines(c);
	if (!c->is_watched && may_read(c))
		watch_input(c);
}

void
conn_on_taken(struct conn *c, int left)
{
	c->is_posted = false;
	c->is_unsent = left > 0;
	if (left < 0)
		conn_close(c, uv_strerror(left));
	else if (left > 0)
		settle(c);
}

/* What is there goes out: at once, but for the answer to a whole request, which
 * may be one of many that the loop has to do with just now. */
static void
send_or_post(struct conn *c)
{
	struct server *s = c->server;

	c->is_posted = c->state == CONN_HEAD && !c->closing && !c->is_unsent &&
		       outbox_put(&s->outbox, c, &s->output);
	if (!c->is_posted)
		flush(c);
	else if (outbox_is_full(&s->outbox))
		outbox_send(&s->outbox);
}

void
conn_advance(struct conn *c)
{
	if (c->is_posted)
		outbox_send(&c->server->outbox);
	if (c->closing) {
		/* An answer that its deadline has made is for nobody now. */
		output_clear(&c->server->output);
		return;
	}
	assert(!c->is_running);
	c->is_running = true;
	while (!c->closing && !c->is_unsent && step(c)) {
		if (output_len(&c->server->output) >= OUTPUT_MAX)
			flush(c);
	}
	send_or_post(c);
	c->is_running = false;
	admission_next(&c->server->admission);
	if (!c->closing && c->state == CONN_END && !c->is_unsent)
		end(c);
	if (!c->closing)
		settle(c);
}

void
conn_drain(struct conn *c)
{
	if (c->is_posted)
		outbox_send(&c->server->outbox);
	if (c->state == CONN_HEAD && !c->http.has_begun && !c->is_unsent)
		conn_close(c, "the worker ends");
}

void
conn_refuse(struct conn *c, enum err e)
{
	exchange_refuse(c, e);
	flush(c);
	conn_close(c, err_text(e));
}
