#include "worker/store/redis/pipeline.h"

enum { GRACE_MOST_MS = 500 }; /* for Redis, when the loop was late */

static void on_deadline(uv_timer_t *t);

void
pipeline_init(struct pipeline *p, uv_loop_t *loop,
    void (*on_overdue)(void *arg), void *arg)
{
	*p = (struct pipeline){
		.loop = loop, .on_overdue = on_overdue, .arg = arg
	};
	uv_timer_init(loop, &p->deadline);
	p->deadline.data = p;
}

/* Has the timer look no later than at `due_ms`, but after a turn of reading;
 * UINT64_MAX is never. */
static void
watch(struct pipeline *p, uint64_t due_ms)
{
	uint64_t now = uv_now(p->loop);

	if (due_ms == UINT64_MAX ||
	    (uv_is_active((uv_handle_t *)&p->deadline) &&
		now + uv_timer_get_due_in(&p->deadline) <= due_ms))
		return;
	uv_timer_start(
	    &p->deadline, on_deadline, due_ms > now ? due_ms - now : 1, 0);
}

void
pipeline_add_waiting(struct pipeline *p, struct command *c)
{
	command_push(&p->waiting, c);
	watch(p, c->due_ms);
}

void
pipeline_add_sent(struct pipeline *p, struct command *c)
{
	command_push(&p->sent, c);
	watch(p, c->due_ms);
}

void
pipeline_answer(struct pipeline *p, struct command *c, enum err err,
    const struct redisReply *reply)
{
	redis_fn *fn = c->fn;
	void *arg = c->arg;

	/* Before the next one is asked for, which can have the memory. */
	command_free(&p->spares, c);
	if (fn)
		fn(err, reply, arg);
}

/* Receivers may push to the queue again: those commands wait for their turn. */
static void
answer_all(struct pipeline *p, struct command_queue *q, enum err err)
{
	struct command_queue all = *q;
	struct command *c;

	*q = (struct command_queue){ 0 };
	while ((c = command_pop(&all)))
		pipeline_answer(p, c, err, NULL);
}

void
pipeline_lose_sent(struct pipeline *p)
{
	p->second_look_ms = 0;
	answer_all(p, &p->sent, ERR_STORE_DOWN);
}

/* For how long a second look is waited for: as long as the loop was late. */
static uint64_t
grace_ms(uint64_t late_ms)
{
	if (late_ms == 0)
		return 1; /* but after a turn of reading */
	return late_ms < GRACE_MOST_MS ? late_ms : GRACE_MOST_MS;
}

/* A sent command that is overdue takes the connection with it, since answers
 * come in order. But the loop may have been the slow one, with the answers lying
 * in the socket (libuv runs timers before it reads), or commands not even written;
 * and what held it up may have held up Redis. So the first look only asks for a
 * second one. */
static void
check_sent(struct pipeline *p, uint64_t now)
{
	uint64_t due_ms = command_queue_due(&p->sent);

	if (due_ms > now) {
		p->second_look_ms = 0;
		watch(p, due_ms);
		return;
	}
	if (p->second_look_ms == 0)
		p->second_look_ms = now + grace_ms(now - due_ms);
	if (now < p->second_look_ms)
		watch(p, p->second_look_ms);
	else
		p->on_overdue(p->arg);
}

/* Waiting commands are overdue one by one. */
static void
check_waiting(struct pipeline *p, uint64_t now)
{
	struct command_queue overdue = { 0 };

	command_take_overdue(&p->waiting, now, &overdue);
	answer_all(p, &overdue, ERR_STORE_DOWN);
}

static void
on_deadline(uv_timer_t *t)
{
	struct pipeline *p = t->data;
	uint64_t now = uv_now(p->loop);

	check_sent(p, now);
	check_waiting(p, now);
	if (!uv_is_closing((uv_handle_t *)t))
		watch(p, command_queue_due(&p->waiting));
}

static void
on_timer_closed(uv_handle_t *h)
{
	struct pipeline *p = h->data;

	command_pool_cleanup(&p->spares);
	p->on_closed(p->arg);
}

void
pipeline_close(struct pipeline *p, void (*on_closed)(void *arg))
{
	p->on_closed = on_closed;
	uv_close((uv_handle_t *)&p->deadline, on_timer_closed);
	answer_all(p, &p->sent, ERR_DRAINING);
	answer_all(p, &p->waiting, ERR_DRAINING);
}
