/* One ring a kind, one timer for all. The timer is never moved when an entry
 * is cancelled or renewed, which happens with every request: it fires at the
 * time it was set for, finds little or nothing, and is set for what is then the
 * soonest. */
#include "worker/transport/deadline.h"

#include <string.h>

static void arm(struct deadlines *all, int64_t at_ms);

static void
on_timer(uv_timer_t *timer)
{
	struct deadlines *all = timer->data;
	int64_t now = (int64_t)uv_now(timer->loop);
	int64_t soonest = INT64_MAX;

	for (int kind = 0; kind < DEADLINE_KINDS; kind++) {
		struct deadline *ring = &all->lists[kind];

		while (ring->next != ring && ring->next->at_ms <= now) {
			struct deadline *d = ring->next;

			deadline_cancel(d);
			all->on_over(d);
		}
	}
	for (int kind = 0; kind < DEADLINE_KINDS; kind++) {
		struct deadline *ring = &all->lists[kind];

		if (ring->next != ring && ring->next->at_ms < soonest)
			soonest = ring->next->at_ms;
	}
	all->armed_ms = INT64_MAX;
	if (soonest != INT64_MAX)
		arm(all, soonest);
}

static void
arm(struct deadlines *all, int64_t at_ms)
{
	int64_t now = (int64_t)uv_now(all->timer.loop);

	all->armed_ms = at_ms;
	uv_timer_start(&all->timer, on_timer,
	    at_ms > now ? (uint64_t)(at_ms - now) : 0, 0);
}

void
deadlines_init(struct deadlines *all, uv_loop_t *loop,
    const int64_t length_ms[DEADLINE_KINDS],
    void (*on_over)(struct deadline *d))
{
	uv_timer_init(loop, &all->timer);
	all->timer.data = all;
	memcpy(all->length_ms, length_ms, sizeof(all->length_ms));
	for (int kind = 0; kind < DEADLINE_KINDS; kind++) {
		all->lists[kind].next = &all->lists[kind];
		all->lists[kind].previous = &all->lists[kind];
	}
	all->armed_ms = INT64_MAX;
	all->on_over = on_over;
}

void
deadline_start(
    struct deadlines *all, struct deadline *d, enum deadline_kind kind)
{
	struct deadline *ring = &all->lists[kind];
	int64_t at_ms = (int64_t)uv_now(all->timer.loop) + all->length_ms[kind];

	at_ms |= DEADLINE_TICK_MS - 1;
	if (deadline_is_started(d, kind) && d->at_ms == at_ms)
		return;
	deadline_cancel(d);
	d->kind = kind;
	d->at_ms = at_ms;
	d->next = ring;
	d->previous = ring->previous;
	ring->previous->next = d;
	ring->previous = d;
	if (d->at_ms < all->armed_ms)
		arm(all, d->at_ms);
}

void
deadline_cancel(struct deadline *d)
{
	if (d->next == NULL)
		return;
	d->next->previous = d->previous;
	d->previous->next = d->next;
	d->next = d->previous = NULL;
}
