#ifndef TRAWL_WORKER_TRANSPORT_CONN_H
#define TRAWL_WORKER_TRANSPORT_CONN_H

#include "worker/req.h"
#include "worker/transport/deadline.h"
#include "worker/transport/http/http.h"
#include "worker/transport/input.h"

#include <uv.h>

struct exchange;
struct server;

/* One client. It reads a request, has it admitted and served, writes the
 * answer, reads the next: one at a time, so that answers keep the order of
 * requests. */
enum conn_state {
	CONN_HEAD,   /* reads a head, or waits for its first byte */
	CONN_ADMIT,  /* others find out whether the request may be served */
	CONN_BODY,   /* reads the body */
	CONN_SERVE,  /* others do the work */
	CONN_PIECE,  /* a piece of the answer is out, the next can be made */
	CONN_MORE,   /* others make it */
	CONN_END,    /* the last answer is being written */
	CONN_LINGER, /* it is written; waits until the client has seen it */
};

/* Requests of other connections come between two of this one, and by then it has gone
 * from the cache: so what a request needs of it stands together, as far as `http`,
 * and is prefetched before the kernel is asked for bytes (conn.c). */
struct conn {
	uv_tcp_t tcp;
	struct server *server;
	struct deadline deadline;
	struct deadline rate; /* of a body or an answer, beside the above */
	size_t received;      /* bytes, since it was opened */
	struct input input;
	struct exchange *exchange; /* NULL: nothing of a request has come */
	enum conn_state state;
	int refs;         /* tcp, and a request that somebody holds */
	bool is_counted;  /* server.admission knows its request */
	bool is_posted;   /* server.outbox has its answer */
	bool is_unsent;   /* the kernel has not taken all of the answers */
	bool is_running;  /* conn_advance() is on the stack */
	bool is_known;    /* to server.intake */
	bool is_watched;  /* it says when there is something to read */
	bool has_ended;   /* the client sends nothing more */
	bool must_linger; /* the client may be sending still */
	bool closing;
	char peer[46];  /* address of the other end, text */
	size_t body_at; /* in the input: behind the head of a request */
	struct http http;
	size_t rate_from; /* `received`, or bytes waiting to be sent, when the
			     counting for `rate` began */
	uv_shutdown_t shutdown;
	struct conn *next, *previous; /* server.conns */
	struct crowd_place *place; /* server: who else is there; may be NULL */
};

/* A connection whose `tcp` is ready for uv_accept(); it ends with conn_close().
 * NULL when memory is out. */
struct conn *conn_new(struct server *s);

/* Goes on from whatever has happened: reads, has served, writes. */
void conn_advance(struct conn *c);

/* exchange, fast path: a request is answered, the next one is waited for. */
void conn_await(struct conn *c);

/* Answers with an error before anything is read, and closes. */
void conn_refuse(struct conn *c, enum err e);

/* intake: there is something to read. */
void conn_on_ready(struct conn *c, bool has_more);

/* exchange: the request is back. Frees the connection when it is the last. */
void conn_release(struct conn *c);

/* outbox: its answer was sent, `left` is what output_send_document() returned. */
void conn_on_taken(struct conn *c, int left);

/* The same, later: the rest is written, or never will be (status < 0). */
void conn_on_sent(uv_stream_t *stream, int status);

/* The one way a connection ends. A request that others hold loses its client
 * and is freed when they give it back. why: for the debug log. */
void conn_close(struct conn *c, const char *why);

/* server_drain(): closes it if no request is under way and no answer. */
void conn_drain(struct conn *c);

#endif
