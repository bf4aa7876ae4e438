#ifndef TRAWL_WORKER_TRANSPORT_FAST_PATH_H
#define TRAWL_WORKER_TRANSPORT_FAST_PATH_H

#include "common/base/span.h"

#include <stdbool.h>
#include <stddef.h>

struct conn;

/* From bytes to bytes without an exchange: a request whose head came before
 * (head_cache.h), whose session is at hand and whose answer lies ready. Every step
 * of the usual way would find that nothing has to be done. Loop thread only. */

/* Answers what the client sent last, or the first request of it, into the server's
 * output. false: it has to go the usual way, nothing has happened. */
bool fast_path_answer(struct conn *c);

/* Keeps the head of the request that the exchange has just answered, if the next
 * one like it may be answered here: with a document that may be ready again, and to
 * a session for which nothing has to be done the next time. */
void fast_path_remember(const struct conn *c);

/* Who sends several requests at once mostly says the same in each, so that the next
 * one's token stands where this one's does. What is found there is only a guess, by
 * which memory is fetched earlier.
 *
 * token  of this request, in the input; may be empty
 * used   bytes of this request */
void fast_path_prefetch_next(
    const struct conn *c, struct span token, size_t used);

#endif
