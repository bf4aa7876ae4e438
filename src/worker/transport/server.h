#ifndef TRAWL_WORKER_TRANSPORT_SERVER_H
#define TRAWL_WORKER_TRANSPORT_SERVER_H

#include "worker/context.h"
#include "worker/transport/admission.h"
#include "worker/transport/crowd.h"
#include "worker/transport/date.h"
#include "worker/transport/deadline.h"
#include "worker/transport/exchange.h"
#include "worker/transport/http/head_cache.h"
#include "worker/transport/input.h"
#include "worker/transport/intake.h"
#include "worker/transport/listener.h"
#include "worker/transport/outbox.h"
#include "worker/transport/output.h"
#include "worker/transport/route.h"

#include <uv.h>

struct conn;

/* The HTTP server of one worker: listeners, connections, and what connections
 * share. Loop thread only. */
struct server {
	struct worker *worker;
	const struct routes *routes;
	uv_loop_t *loop;
	struct deadlines deadlines;
	struct date date;
	struct intake intake;
	struct input_pool inputs;
	struct exchange_pool exchanges;
	struct arena_pool arenas;
	struct output output; /* empty between two calls out of the loop */
	struct outbox outbox; /* empty when the loop sleeps: */
	uv_prepare_t before_sleep;
	struct head_cache head_cache;
	struct conn *conns; /* the open ones, newest first */
	size_t conns_len;
	struct crowd crowd;         /* where they come from */
	struct admission admission; /* of requests that cost something */
	size_t handles; /* open handles and connections that are not freed */
	bool is_draining, is_closing;
	void (*on_drained)(void *arg); /* no connection is left */
	void *on_drained_arg;
	struct listener listeners[WORKERS_MAX]; /* by slot */
};

/* worker  borrowed; its config has the limits, worker->server is set
 * routes  borrowed
 * NULL when memory is out. */
struct server *server_open(struct worker *worker, const struct routes *routes);

/* Stops accepting; closes connections without a request, others after their
 * answer; then calls on_drained(arg), once, and never from inside of what ended
 * the last of them. */
void server_drain(struct server *s, void (*on_drained)(void *arg), void *arg);

/* Closes what is still open, whether or not it was answered; frees the server
 * once requests that others still hold have come back. */
void server_close(struct server *s);

/* exchange: an answer more, in the shared mapping. */
void server_count_request(struct server *s);

/* listener: connections that are open, in the shared mapping. */
void server_count_conns(struct server *s);

/* conn: one handle of the server's has been closed. */
void server_forget(struct server *s);

#endif
