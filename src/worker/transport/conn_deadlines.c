/* Two deadlines of a connection: for what it waits for, and for how fast bytes
 * move meanwhile. */
#include "worker/transport/conn_deadlines.h"

#include "worker/context.h"
#include "worker/transport/conn.h"
#include "worker/transport/exchange.h"
#include "worker/transport/server.h"

#include "common/base/config.h"

#include <stddef.h>
#include <sys/ioctl.h>

#define CONN_OF(pointer, member) \
	((struct conn *)((char *)(pointer)-offsetof(struct conn, member)))

/* Which deadline runs, if any: the wait for others (a session, the work) has
 * its own, kept by them. */
static void
set_wait_deadline(struct conn *c)
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
	else if (c->exchange != NULL && c->exchange->is_waiting)
		kind = DEADLINE_QUEUE;
	if (kind == DEADLINE_KINDS)
		deadline_cancel(&c->deadline);
	else if (!deadline_is_started(&c->deadline, kind))
		deadline_start(&c->server->deadlines, &c->deadline, kind);
}

/* Of what a rate is counted now. */
static size_t
rate_bytes(const struct conn *c)
{
	return c->is_unsent ? uv_stream_get_write_queue_size(
				  (const uv_stream_t *)&c->tcp)
			    : c->received;
}

/* Counts how fast a body comes or an answer goes, from time to time: a client
 * may be slow for a moment. */
static void
set_rate_deadline(struct conn *c)
{
	enum deadline_kind kind =
	    c->is_unsent ? DEADLINE_SEND_RATE : DEADLINE_BODY_RATE;

	if (!c->is_unsent && c->state != CONN_BODY) {
		deadline_cancel(&c->rate);
	} else if (!deadline_is_started(&c->rate, kind)) {
		c->rate_from = rate_bytes(c);
		deadline_start(&c->server->deadlines, &c->rate, kind);
	}
}

void
conn_set_deadlines(struct conn *c)
{
	set_wait_deadline(c);
	set_rate_deadline(c);
}

/* What waits to be sent shrinks, what came grows. */
static bool
is_too_slow(const struct conn *c)
{
	const struct config *config = c->server->worker->setup->config;
	size_t now = rate_bytes(c);
	size_t moved = c->is_unsent ? c->rate_from - now : now - c->rate_from;

	return moved < (uint64_t)config->least_rate *
			   (uint64_t)config->least_rate_ms / 1000;
}

/* Whether it is the client's next bytes that end it. */
static bool
is_for_bytes(enum deadline_kind kind)
{
	return kind == DEADLINE_IDLE || kind == DEADLINE_HEAD ||
	       kind == DEADLINE_BODY || kind == DEADLINE_BODY_RATE;
}

/* Bytes that have come and were not read. */
static size_t
unread(const struct conn *c)
{
	uv_os_fd_t fd;
	int len = 0;

	if (uv_fileno((const uv_handle_t *)&c->tcp, &fd) != 0 ||
	    ioctl(fd, FIONREAD, &len) != 0)
		return 0;
	return (size_t)len;
}

/* This worker may have stood still, or been busy with others, since they came in
 * time: before a client is blamed, what is there by now is read.
 *
 * d  that is over: of `c`
 * Returns whether what it was for is still waited for. */
static bool
is_late(struct conn *c, struct deadline *d)
{
	size_t end = c->received + unread(c), before;

	deadline_hold(d);
	do {
		before = c->received;
		if (before < end)
			conn_on_ready(c, true);
	} while (deadline_is_held(d) && c->received > before);
	if (!deadline_is_held(d))
		return false;
	deadline_cancel(d);
	return true;
}

static void
on_rate_over(struct conn *c)
{
	if (is_for_bytes(c->rate.kind) && !is_late(c, &c->rate))
		return;
	if (!is_too_slow(c)) {
		set_rate_deadline(c);
	} else if (c->is_unsent) {
		conn_close(c, "it reads too slowly");
	} else {
		exchange_refuse(c, ERR_TIMEOUT);
		conn_advance(c);
	}
}

void
conn_on_deadline(struct deadline *d)
{
	static const char *const why[DEADLINE_KINDS] = {
		[DEADLINE_IDLE] = "idle",
		[DEADLINE_SEND] = "it does not read",
		[DEADLINE_LINGER] = "answered",
	};
	if (d->kind == DEADLINE_BODY_RATE || d->kind == DEADLINE_SEND_RATE) {
		on_rate_over(CONN_OF(d, rate));
		return;
	}
	struct conn *c = CONN_OF(d, deadline);

	if (d->kind == DEADLINE_QUEUE) {
		admission_give_up(
		    &c->server->admission, c->exchange, ERR_OVERLOAD);
	} else if (is_for_bytes(d->kind) && !is_late(c, d)) {
		return;
	} else if (why[d->kind] != NULL) {
		conn_close(c, why[d->kind]);
	} else {
		exchange_refuse(c, ERR_TIMEOUT);
		conn_advance(c);
	}
}
