#ifndef TRAWL_WORKER_STORE_SEGMENTS_CURRENT_H
#define TRAWL_WORKER_STORE_SEGMENTS_CURRENT_H

#include "worker/req.h"

/* Which generation of the reports is current: remembered (copies.h), or read.
 * Requests that come in one pass of the loop share one read, which leaves for
 * Redis after all of them have come: its answer is as new as that of a read of
 * their own. Loop thread only. */
struct current;
struct worker;

/* `w` is borrowed and has its loop, setup, redis and copies. NULL when memory is
 * out. */
struct current *current_open(struct worker *w);

/* Before redis_close(w->redis). NULL is allowed. */
void current_close(struct current *c);

/* Says that the request will want it: what has to be read leaves together with
 * what the request asks Redis next, so that both are one round trip. */
void store_generation_early(struct req *r);

/* The name, if it is remembered and need not be read; else the empty span. Borrowed
 * until the loop goes on. */
struct span store_generation_at_hand(const struct worker *w);

/* out  the name, borrowed until the loop goes on; the empty span: nothing has
 *      been parsed */
enum req_state store_generation(struct req *r, struct span *out, req_step *next)
    __attribute__((warn_unused_result));

#endif
