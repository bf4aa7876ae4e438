#ifndef TRAWL_WORKER_TRANSPORT_DEADLINE_H
#define TRAWL_WORKER_TRANSPORT_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

/* How long a client may take, for all connections of a worker with one timer.
 * Every wait of one kind is equally long, so each kind is a list in order of
 * time: to start and to cancel are a few pointers, whatever the number of
 * connections. Deadlines fall on ticks: one is late by a tick at most, and to
 * start it again within one, as a busy connection does with every request, moves
 * nothing. Loop thread only. */
enum { DEADLINE_TICK_MS = 32 };

enum deadline_kind {
	DEADLINE_IDLE,   /* between requests */
	DEADLINE_HEAD,   /* for a whole header block */
	DEADLINE_BODY,   /* for a whole body */
	DEADLINE_SEND,   /* for the client to take its answer */
	DEADLINE_LINGER, /* for the client to notice that it was the last one */
	DEADLINE_QUEUE,  /* for the server to have time for a request */
	DEADLINE_BODY_RATE, /* until it is counted how much of it came, */
	DEADLINE_SEND_RATE, /* and how much the client took */
	DEADLINE_KINDS,
};

/* An entry; memory: the caller's, zeroed at first. */
struct deadline {
	struct deadline *next, *previous; /* NULL: not started */
	int64_t at_ms;                    /* by uv_now(); a tick's last */
	enum deadline_kind kind;
};

struct deadlines {
	uv_timer_t timer;
	int64_t length_ms[DEADLINE_KINDS];
	struct deadline lists[DEADLINE_KINDS]; /* rings, soonest first */
	int64_t armed_ms;                      /* when the timer fires */
	/* Called when an entry is over; it is not started any more. */
	void (*on_over)(struct deadline *d);
};

void deadlines_init(struct deadlines *all, uv_loop_t *loop,
    const int64_t length_ms[DEADLINE_KINDS],
    void (*on_over)(struct deadline *d));

/* Starts `d` anew, whatever it waited for before. */
void deadline_start(
    struct deadlines *all, struct deadline *d, enum deadline_kind kind);
void deadline_cancel(struct deadline *d);

/* By on_over: `d` counts as started, and is not over again. It is held until it is
 * started or cancelled, which tells whether what it was for has come to an end. */
static inline void
deadline_hold(struct deadline *d)
{
	d->next = d->previous = d;
}

static inline bool
deadline_is_held(const struct deadline *d)
{
	return d->next == d;
}

static inline bool
deadline_is_started(const struct deadline *d, enum deadline_kind kind)
{
	return d->next != NULL && d->kind == kind;
}

#endif
