#ifndef TRAWL_WORKER_TRANSPORT_ADMISSION_H
#define TRAWL_WORKER_TRANSPORT_ADMISSION_H

#include "worker/req.h"

#include <stdbool.h>
#include <stddef.h>

/* Which requests may go on when there are more than can be served. So many run
 * at once (setting request_limit); others are told to come back or, because a
 * refusal costs nearly what an answer costs and would in the end be all that a
 * worker has time for, wait: one is refused for so many that were served.
 * Who waits costs nothing, since its connection is read no further, and is
 * refused when it has waited for too long (DEADLINE_QUEUE). Loop thread only. */
struct exchange;

struct admission {
	size_t limit;   /* requests at once */
	size_t running; /* that began, and those that wait */
	size_t waiting;
	struct exchange *first, *last; /* of those: who came first goes first */
	int credit;                    /* for refusals */
	bool is_calling;               /* admission_next() is on the stack */
};

/* limit  requests that may run at once */
void admission_init(struct admission *a, size_t limit);

/* A request begins, and is answered or its client gone. */
void admission_began(struct admission *a);
void admission_ended(struct admission *a, bool is_served);

/* A request began and is served at once; false: it would have to wait, or be
 * refused. */
bool admission_pass(struct admission *a) __attribute__((warn_unused_result));

/* Lets those go on that may. Called when no answer waits to be written: who goes
 * on may be answered at once. */
void admission_next(struct admission *a);

/* Asked once of a request that has begun: goes on with `next`, now or later, or
 * fails with ERR_OVERLOAD.
 *
 * is_behind  others wait to be read, and have for long: some are to be refused
 *            though there is room */
enum req_state admission_ask(struct admission *a, struct req *r, bool is_behind,
    req_step *next) __attribute__((warn_unused_result));

/* Ends the wait of a request, if it waits, with an error. */
void admission_give_up(struct admission *a, struct exchange *x, enum err e);

#endif
