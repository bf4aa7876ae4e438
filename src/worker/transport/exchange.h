#ifndef TRAWL_WORKER_TRANSPORT_EXCHANGE_H
#define TRAWL_WORKER_TRANSPORT_EXCHANGE_H

#include "worker/transport/conn.h"

/* One request of a connection, from its first byte to its answer, which goes to
 * the server's output. The connection is held while others have the request, so
 * that it outlives its client. A connection that waits for a request has none:
 * the memory goes from one to the next, and stays warm. */
struct exchange {
	struct conn *conn;                /* whose it is */
	struct exchange *next, *previous; /* the pool's, or admission's */
	bool is_waiting;                  /* admission: others go first */
	struct req req;
};

/* Spare exchanges: a few, and the one that was given back last, which is still in the
 * cache, is taken first. Zeroed is empty. */
struct exchange_pool {
	struct exchange *spares;
	size_t len;
};
void exchange_pool_cleanup(struct exchange_pool *pool);

/* Gives the connection one if it has none; false: memory is out. */
bool exchange_open(struct conn *c) __attribute__((warn_unused_result));

/* Frees what the request had, and gives it back; the connection may have none. */
void exchange_close(struct conn *c);

/* The head is whole: finds out whether the request may be served. Goes on by
 * itself when there is no body, else the connection reads it (CONN_BODY). */
void exchange_begin(struct conn *c);

/* The body is whole. */
void exchange_serve(struct conn *c);

/* The client has taken a piece of the answer: the next one. */
void exchange_go_on(struct conn *c);

/* Answers with an error after which nothing more is read. */
void exchange_refuse(struct conn *c, enum err e);

#endif
