/* A libuv stream under hiredis's protocol reader.
 *
 * hiredis also has an asynchronous context of its own. It is not used, because
 * with libuv it leaves commands without an answer when Redis refuses, takes a
 * connection for made while it is still being made, resolves names on the loop
 * and writes once a command; its reader of replies has none of these troubles.
 *
 * Writing: bytes gather in `out`; a prepare handle, which libuv calls right
 * before it sleeps in poll, hands them to the kernel in one write. What the
 * kernel does not take at once moves to `writing` and goes on from there. */
#include "worker/store/redis/link.h"
#include "common/base/buffer.h"
#include "worker/store/redis/reply_reader.h"

#include <hiredis/hiredis.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	IN_SIZE = 64 * 1024,
	OUT_KEEP = 256 * 1024, /* a larger buffer is given back when empty */
	KEEPALIVE_S = 60,
};

struct link {
	union {
		uv_handle_t handle;
		uv_stream_t stream;
		uv_pipe_t pipe;
		uv_tcp_t tcp;
	} to;
	uv_prepare_t flush;
	uv_getaddrinfo_t resolve;
	uv_connect_t connect;
	uv_write_t write;
	struct link_hooks hooks;
	redisReader *reader;
	struct arena replies; /* the one that is being read or used */
	struct arena_pool blocks;
	struct buffer out, writing;
	unsigned attempt;
	int refs; /* the stream, the prepare handle, the running resolve */
	bool is_writing, is_closing;
	char in[IN_SIZE];
};

static void
release(struct link *l)
{
	assert(l->refs > 0);
	if (--l->refs > 0)
		return;
	if (l->reader)
		redisReaderFree(l->reader);
	arena_reset(&l->replies);
	arena_pool_cleanup(&l->blocks);
	buffer_cleanup(&l->out);
	buffer_cleanup(&l->writing);
	free(l);
}

static void
on_closed(uv_handle_t *h)
{
	release(h->data);
}

void
link_close(struct link *l)
{
	if (!l || l->is_closing)
		return;
	l->is_closing = true;
	uv_cancel((uv_req_t *)&l->resolve);
	uv_close(&l->to.handle, on_closed);
	uv_close((uv_handle_t *)&l->flush, on_closed);
}

static void
lose(struct link *l, const char *why)
{
	if (!l->is_closing)
		l->hooks.lost(why, l->hooks.arg);
	link_close(l);
}

static void flush(struct link *l);

static void
on_written(uv_write_t *w, int status)
{
	struct link *l = w->data;

	if (l->is_closing)
		return;
	l->is_writing = false;
	if (status < 0)
		lose(l, uv_strerror(status));
	else
		flush(l);
}

/* Leaves nothing in `out`: the kernel or `writing` has it. */
static void
flush(struct link *l)
{
	uv_buf_t buf;
	struct buffer spare;
	int n;

	if (l->is_writing || l->out.len == 0)
		return;
	buf = uv_buf_init(l->out.data, (unsigned)l->out.len);
	n = uv_try_write(&l->to.stream, &buf, 1);
	if (n == UV_EAGAIN)
		n = 0;
	if (n >= 0 && (size_t)n < l->out.len) {
		spare = l->writing;
		l->writing = l->out;
		l->out = spare;
		buf = uv_buf_init(l->writing.data + n,
		    (unsigned)(l->writing.len - (size_t)n));
		l->is_writing = true;
		n = uv_write(&l->write, &l->to.stream, &buf, 1, on_written);
	}
	if (n < 0) {
		lose(l, uv_strerror(n));
		return;
	}
	l->out.len = 0;
	if (l->out.room > OUT_KEEP)
		buffer_cleanup(&l->out);
}

static void
on_prepare(uv_prepare_t *p)
{
	uv_prepare_stop(p);
	flush(p->data);
}

enum err
link_put(struct link *l, const char *data, size_t len)
{
	/* uv_buf_t counts in unsigned int: a write stays below it. */
	if (len > (1u << 31) - 1 - l->out.len ||
	    !buffer_add(&l->out, span_of(data, len)))
		return ERR_NO_MEMORY;
	if (!l->is_closing)
		uv_prepare_start(&l->flush, on_prepare);
	return ERR_OK;
}

static void
on_alloc(uv_handle_t *h, size_t suggested, uv_buf_t *buf)
{
	struct link *l = h->data;

	(void)suggested;
	*buf = uv_buf_init(l->in, sizeof(l->in));
}

/* Short replies are handed on from where they lie. Returns what is behind them.
 * A hook may close the link between two replies. */
static char *
take_short(struct link *l, char *at, const char *end)
{
	redisReply reply;
	size_t len;

	while (!l->is_closing &&
	       (len = reply_read_short(at, (size_t)(end - at), &reply)) > 0) {
		at += len;
		l->hooks.reply(&reply, l->hooks.arg);
	}
	return at;
}

static void
on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
	struct link *l = s->data;
	char *at = buf->base, *end;
	void *reply;

	if (n == 0 || l->is_closing)
		return;
	if (n < 0) {
		lose(l, n == UV_EOF ? "closed by Redis" : uv_strerror((int)n));
		return;
	}
	end = at + n;
	if (reply_reader_is_empty(l->reader))
		at = take_short(l, at, end);
	if (at == end)
		return;
	redisReaderFeed(l->reader, at, (size_t)(end - at));
	while (!l->is_closing) {
		if (redisReaderGetReply(l->reader, &reply) != REDIS_OK) {
			lose(l, l->reader->errstr);
			return;
		}
		if (!reply)
			return;
		l->hooks.reply(reply, l->hooks.arg);
		arena_reset(&l->replies);
	}
}

static void
on_connected(uv_connect_t *c, int status)
{
	struct link *l = c->data;

	if (l->is_closing)
		return;
	if (status == 0)
		status = uv_read_start(&l->to.stream, on_alloc, on_read);
	if (status < 0)
		lose(l, uv_strerror(status));
	else
		l->hooks.open(l->hooks.arg);
}

static void
on_resolved(uv_getaddrinfo_t *req, int status, struct addrinfo *list)
{
	struct link *l = req->data;
	struct addrinfo *chosen = list;
	unsigned count = 1;

	if (status == 0 && !list)
		status = UV_EAI_NODATA;
	if (status == 0 && !l->is_closing) {
		for (struct addrinfo *a = list->ai_next; a; a = a->ai_next)
			count++;
		for (unsigned i = l->attempt % count; i > 0; i--)
			chosen = chosen->ai_next;
		uv_tcp_nodelay(&l->to.tcp, 1);
		uv_tcp_keepalive(&l->to.tcp, 1, KEEPALIVE_S);
		status = uv_tcp_connect(
		    &l->connect, &l->to.tcp, chosen->ai_addr, on_connected);
	}
	uv_freeaddrinfo(list);
	if (status < 0)
		lose(l, uv_strerror(status));
	release(l);
}

/* Names are resolved on libuv's threads: a slow name server stops no client. */
static int
resolve(struct link *l, uv_loop_t *loop, const struct redis_address *address)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_ADDRCONFIG };
	char port[12];
	int err;

	snprintf(port, sizeof(port), "%d", address->port);
	err = uv_getaddrinfo(
	    loop, &l->resolve, on_resolved, address->host, port, &hints);
	if (err == 0)
		l->refs++;
	return err;
}

struct link *
link_open(uv_loop_t *loop, const struct redis_address *address,
    unsigned attempt, const struct link_hooks *hooks)
{
	struct link *l = calloc(1, sizeof(*l));
	int err;

	if (!l)
		return NULL;
	l->hooks = *hooks;
	l->attempt = attempt;
	l->refs = 2;
	l->connect.data = l->write.data = l->resolve.data = l;
	uv_prepare_init(loop, &l->flush);
	l->flush.data = l;
	if (address->path[0])
		err = uv_pipe_init(loop, &l->to.pipe, 0);
	else
		err = uv_tcp_init(loop, &l->to.tcp);
	l->to.handle.data = l;
	l->replies.pool = &l->blocks;
	l->reader = reply_reader_new(&l->replies);
	if (err == 0 && address->path[0])
		uv_pipe_connect(
		    &l->connect, &l->to.pipe, address->path, on_connected);
	else if (err == 0)
		err = resolve(l, loop, address);
	if (err < 0 || !l->reader) {
		link_close(l);
		return NULL;
	}
	return l;
}
