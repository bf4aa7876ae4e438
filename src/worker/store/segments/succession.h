#ifndef TRAWL_WORKER_STORE_SEGMENTS_SUCCESSION_H
#define TRAWL_WORKER_STORE_SEGMENTS_SUCCESSION_H

#include "worker/req.h"

/* How one generation of the reports follows another before the eyes of readers.
 * Without care, all who ask would wait at each change until Redis has said what
 * the new one is called and its documents are made. So a worker whose reports are
 * asked for goes on showing the old ones meanwhile, for DOUBT_MS (copies.h) at
 * most, and goes over to the new ones when those are ready on all workers of the
 * host. Who asked for the parse is answered then. Loop thread only. */
struct succession;
struct worker;

struct succession_hooks {
	/* Whether documents of the generation that is shown are in use. */
	bool (*is_wanted)(void *arg);
	/* Makes those that are in use of the next one, too, and calls
	 * succession_prepared(), perhaps at once. `next` is borrowed. */
	void (*prepare)(struct span next, void *arg);
	void *arg;
};

/* `w` is borrowed and has its loop, setup, redis and copies. NULL when memory is
 * out. */
struct succession *succession_open(struct worker *w);

/* Answers who waits. Before copies_close() and redis_close(), in the same turn of
 * the loop. NULL is allowed. */
void succession_close(struct succession *s);

/* hooks  copied. NULL: what is replaced is forgotten at once. */
void succession_set_hooks(
    struct succession *s, const struct succession_hooks *hooks);

/* What prepare() was called for is done, as far as it can be. */
void succession_prepared(struct succession *s);

/* What was shown until now is not good any more: whether there is a next one that
 * is ready, and now shown. NULL is allowed. */
bool succession_is_due(struct succession *s);

/* Goes on when no worker of this host shows other reports than those of this
 * generation any more: waits for them to go over, then makes them.
 *
 * generation  copied; empty: they are made to ask at once */
enum req_state store_reports_settle(struct req *r, struct span generation,
    req_step *next) __attribute__((warn_unused_result));

/* An answer says of a parse, perhaps an earlier one, that it is done, with this
 * generation: no worker of this host shows older reports from here on. */
void store_reports_are_new(struct worker *w, struct span generation);

#endif
