#ifndef TRAWL_TRANSPORT_EXCHANGE_H
#define TRAWL_TRANSPORT_EXCHANGE_H

#include "worker/transport/conn.h"

/* One request of a connection, from its head to its answer, which goes to the
 * server's output. The connection is held meanwhile, so that it outlives its
 * client for as long as others have its request. */

/* The head is whole: finds out whether the request may be served. Goes on by
 * itself when there is no body, else the connection reads it (CONN_BODY). */
void exchange_begin(struct conn *c);

/* The body is whole. */
void exchange_serve(struct conn *c);

/* The client has taken a piece of the answer: the next one. */
void exchange_go_on(struct conn *c);

/* Answers with an error after which nothing more is read. */
void exchange_refuse(struct conn *c, enum err e);

/* Gives the request its first state back; the memory of the last is freed. */
void exchange_clear(struct conn *c);

#endif
