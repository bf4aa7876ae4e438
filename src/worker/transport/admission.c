/* A queue through the exchanges themselves. */
#include "worker/transport/admission.h"

#include "worker/transport/exchange.h"

#include <stddef.h>

enum {
	/* Most of a refusal is the connection's part, as of an answer, so that one
	 * for 32 answers costs some 2 % of them. */
	SERVED_PER_REFUSAL = 32,
	CREDIT_MAX = 64 * SERVED_PER_REFUSAL,
	WAITING_PER_RUNNING = 4, /* each holds some kilobytes */
};

void
admission_init(struct admission *a, size_t limit)
{
	*a = (struct admission){ .limit = limit, .credit = CREDIT_MAX };
}

void
admission_began(struct admission *a)
{
	a->running++;
}

static bool
is_full(const struct admission *a)
{
	return a->running - a->waiting > a->limit;
}

static struct exchange *
exchange_of(struct req *r)
{
	return (struct exchange *)((char *)r - offsetof(struct exchange, req));
}

enum req_state
admission_ask(
    struct admission *a, struct req *r, bool is_behind, req_step *next)
{
	struct exchange *x = exchange_of(r);
	bool has_place = !is_full(a);

	if (has_place && !is_behind)
		return next(r);
	if (a->credit >= SERVED_PER_REFUSAL) {
		a->credit -= SERVED_PER_REFUSAL;
		return req_fail(r, ERR_OVERLOAD);
	}
	if (has_place)
		return next(r);
	if (a->waiting >= WAITING_PER_RUNNING * a->limit)
		return req_fail(r, ERR_OVERLOAD);
	x->next = NULL;
	x->previous = a->last;
	*(a->last ? &a->last->next : &a->first) = x;
	a->last = x;
	a->waiting++;
	x->is_waiting = true;
	return req_wait(r, next);
}

void
admission_give_up(struct admission *a, struct exchange *x, enum err e)
{
	if (x == NULL || !x->is_waiting)
		return;
	*(x->previous ? &x->previous->next : &a->first) = x->next;
	*(x->next ? &x->next->previous : &a->last) = x->previous;
	a->waiting--;
	x->is_waiting = false;
	req_resume(&x->req, e);
}

void
admission_ended(struct admission *a, bool is_served)
{
	a->running--;
	if (is_served && a->credit < CREDIT_MAX)
		a->credit++;
}

bool
admission_pass(struct admission *a)
{
	if (a->running - a->waiting >= a->limit)
		return false;
	admission_began(a);
	admission_ended(a, true);
	return true;
}

/* A request that is let go on may end at once, which calls this again: the first
 * call goes through them all. */
void
admission_next(struct admission *a)
{
	if (a->is_calling)
		return;
	a->is_calling = true;
	while (a->first != NULL && a->running - a->waiting < a->limit)
		admission_give_up(a, a->first, ERR_OK);
	a->is_calling = false;
}
