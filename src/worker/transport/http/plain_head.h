#ifndef TRAWL_WORKER_TRANSPORT_HTTP_PLAIN_HEAD_H
#define TRAWL_WORKER_TRANSPORT_HTTP_PLAIN_HEAD_H

#include "worker/req.h"
#include "worker/transport/http/head.h"
#include "worker/transport/http/target.h"

#include <stddef.h>

struct config;

/* The head of a GET or HEAD as nearly every client sends it: there at once, of
 * HTTP/1.1, without a body, and with no header that changes what the connection
 * does. It is read here in one pass, at a fifth of what llhttp's walk from byte to
 * byte costs. What is taken here llhttp takes too, and reads in the same way
 * (test_http.c, fuzz_transport.c); it decides about everything else, whatever is
 * wrong with it. Pure. */

/* Reads the head that `bytes` begin with. head_take() is still to be asked.
 *
 * head    empty; filled, with places from the first byte on
 * target  filled, but for its host
 * arena   for headers that come several times
 * Returns the length of the head; 0: it is not plain, and `head` as before. */
size_t plain_head_read(struct span bytes, const struct config *limits,
    struct head *head, struct target *target, enum req_method *method,
    struct arena *arena);

#endif
