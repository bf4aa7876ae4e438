/* Commands over a link that comes back.
 *
 *	waiting   not yet handed to a connection; outlives it
 *	sent      on the connection, oldest first: replies come in this order
 *
 * A command is in one of the two queues until it is answered, and is answered
 * when it leaves: by its reply, by the loss of the connection it was sent on,
 * by its deadline, or by redis_close. Each connection begins with a greeting
 * (AUTH, SELECT, CLIENT SETNAME, PING); only when all of it has been accepted
 * is the connection up, and `waiting` follows. */
#include "worker/store/redis.h"
#include "common/base/log.h"
#include "worker/store/command.h"
#include "worker/store/greeting.h"
#include "worker/store/link.h"

#include <hiredis/hiredis.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	OPEN_TIMEOUT_MS = 2000, /* to connect and be greeted */
	BACKOFF_FIRST_MS = 10,
	BACKOFF_LAST_MS = 500,
	GRACE_MOST_MS = 500, /* for Redis, when the loop was late */
	NAME_SIZE = 64,
};

struct redis {
	uv_loop_t *loop;
	uv_timer_t reconnect; /* ends the back-off, or an attempt to open */
	uv_timer_t deadline;  /* due with the earliest command, or before */
	struct redis_address address;
	struct redis_hooks hooks;
	char name[NAME_SIZE];
	size_t queue_limit;
	struct link *link; /* NULL: waiting for `reconnect` */
	struct command_queue waiting, sent;
	struct command_pool spares;
	uint64_t second_look_ms; /* at what is overdue; 0: not yet */
	unsigned attempts;       /* since the connection was up */
	size_t greeting_len;     /* answers still to come before it is up */
	bool is_up, is_closing;
	bool is_subscribed;         /* since the first redis_subscribe */
	bool is_text_sent[SCRIPTS]; /* with an EVAL that is not answered */
	int refs;                   /* the two timers */
};

static void on_reconnect(uv_timer_t *t);
static void on_deadline(uv_timer_t *t);

static void
answer(
    struct redis *r, struct command *c, enum err err, const redisReply *reply)
{
	redis_fn *fn = c->fn;
	void *arg = c->arg;

	/* Before the next one is asked for, which can have the memory. */
	command_free(&r->spares, c);
	if (fn)
		fn(err, reply, arg);
}

/* Callbacks may push to the queue again: those commands wait for their turn. */
static void
answer_all(struct redis *r, struct command_queue *q, enum err err)
{
	struct command_queue all = *q;
	struct command *c;

	*q = (struct command_queue){ 0 };
	while ((c = command_pop(&all)))
		answer(r, c, err, NULL);
}

/* 10 ms, 20, 40, ... 500, each less a random part of up to a half, so that the
 * workers of many hosts do not come back in step. */
static uint64_t
backoff_ms(unsigned attempts)
{
	uint64_t ms = BACKOFF_LAST_MS;
	uint16_t random = 0;

	if (attempts < 6)
		ms = (uint64_t)BACKOFF_FIRST_MS << attempts;
	uv_random(NULL, NULL, &random, sizeof(random), 0, NULL);
	return ms - ms * random / (2 * UINT16_MAX);
}

/* Ends the connection; what was sent on it is answered, what waits goes on
 * waiting for the next one. */
static void
drop(struct redis *r, const char *why)
{
	bool was_up = r->is_up;

	if (was_up || r->attempts == 0)
		log_warn("redis: %s: no connection: %s", r->name, why);
	link_close(r->link);
	r->link = NULL;
	r->is_up = false;
	r->greeting_len = 0;
	r->second_look_ms = 0;
	memset(r->is_text_sent, 0, sizeof(r->is_text_sent));
	uv_timer_start(
	    &r->reconnect, on_reconnect, backoff_ms(r->attempts++), 0);
	answer_all(r, &r->sent, ERR_STORE_DOWN);
	if (was_up && !r->is_closing && r->hooks.down)
		r->hooks.down(r->hooks.arg);
}

/* Has the timer look no later than at `due_ms`, but after a turn of reading;
 * UINT64_MAX is never. */
static void
watch(struct redis *r, uint64_t due_ms)
{
	uint64_t now = uv_now(r->loop);

	if (due_ms == UINT64_MAX ||
	    (uv_is_active((uv_handle_t *)&r->deadline) &&
		now + uv_timer_get_due_in(&r->deadline) <= due_ms))
		return;
	uv_timer_start(
	    &r->deadline, on_deadline, due_ms > now ? due_ms - now : 1, 0);
}

static enum err
put(struct redis *r, struct command *c)
{
	enum err err = link_put(r->link, c->text, c->len);

	if (err == ERR_OK)
		command_push(&r->sent, c);
	return err;
}

/* Hands to the connection what came while there was none. */
static void
put_waiting(struct redis *r)
{
	struct command *c;
	enum err err;

	while (r->is_up && (c = command_pop(&r->waiting))) {
		err = put(r, c);
		if (err != ERR_OK)
			answer(r, c, err, NULL);
	}
}

static enum err
enqueue(struct redis *r, struct command *c, redis_fn *fn, void *arg,
    int64_t deadline_ms)
{
	enum err err = ERR_OK;

	assert(fn && deadline_ms > 0);
	if (!c)
		return ERR_NO_MEMORY;
	c->fn = fn;
	c->arg = arg;
	c->due_ms = uv_now(r->loop) + (uint64_t)deadline_ms;
	if (r->is_closing)
		err = ERR_DRAINING;
	else if (r->waiting.len + r->sent.len >= r->queue_limit)
		err = ERR_OVERLOAD;
	else if (r->is_up)
		err = put(r, c);
	else
		command_push(&r->waiting, c);
	if (err != ERR_OK)
		command_free(&r->spares, c);
	else
		watch(r, c->due_ms);
	return err;
}

enum err
redis_send(struct redis *r, redis_fn *fn, void *arg, int64_t deadline_ms,
    int argc, const char *const *argv, const size_t *lens)
{
	return enqueue(
	    r, command_new(&r->spares, argc, argv, lens), fn, arg, deadline_ms);
}

enum err
redis_vsendf(struct redis *r, redis_fn *fn, void *arg, int64_t deadline_ms,
    const char *format, va_list args)
{
	return enqueue(r, command_format(format, args), fn, arg, deadline_ms);
}

enum err
redis_sendf(struct redis *r, redis_fn *fn, void *arg, int64_t deadline_ms,
    const char *format, ...)
{
	va_list args;
	enum err err;

	va_start(args, format);
	err = redis_vsendf(r, fn, arg, deadline_ms, format, args);
	va_end(args);
	return err;
}

enum err
redis_script(struct redis *r, redis_fn *fn, void *arg, int64_t deadline_ms,
    enum script script, int keys, int argc, const char *const *argv,
    const size_t *lens)
{
	return enqueue(r, command_script(script, keys, argc, argv, lens), fn,
	    arg, deadline_ms);
}

enum err
redis_vscriptf(struct redis *r, redis_fn *fn, void *arg, int64_t deadline_ms,
    enum script script, int keys, const char *format, va_list args)
{
	return enqueue(r, command_script_format(script, keys, format, args), fn,
	    arg, deadline_ms);
}

enum err
redis_subscribe(struct redis *r, redis_fn *fn, void *arg, int64_t deadline_ms,
    const char *channel)
{
	const char *argv[] = { "SUBSCRIBE", channel };

	r->is_subscribed = true;
	return redis_send(r, fn, arg, deadline_ms, 2, argv, NULL);
}

/* Anything but a plain success of the greeting: the connection is no use. */
static void
on_greeted(struct redis *r, const redisReply *reply)
{
	if (reply->type == REDIS_REPLY_ERROR) {
		drop(r, reply->str);
		return;
	}
	if (--r->greeting_len > 0)
		return;
	uv_timer_stop(&r->reconnect);
	if (r->attempts > 0)
		log_info("redis: %s: connected again", r->name);
	r->attempts = 0;
	r->is_up = true;
	if (r->hooks.up)
		r->hooks.up(r->hooks.arg);
	put_waiting(r);
}

/* Redis has forgotten the script (restart, SCRIPT FLUSH). It did not run, so
 * sending it again is safe: with its text, or behind another that takes the text
 * there, since hundreds may have been on their way. */
static void
send_again(struct redis *r, struct command *c)
{
	bool takes_text = !r->is_text_sent[c->script];
	struct command *again = takes_text ? command_eval(c) : c;
	enum err err = again ? put(r, again) : ERR_NO_MEMORY;

	if (err != ERR_OK) {
		if (again != c)
			command_free(&r->spares, again);
		answer(r, c, err, NULL);
	} else if (takes_text) {
		r->is_text_sent[c->script] = true;
		command_free(&r->spares, c);
	}
}

/* A message is ["message", channel, payload]; a command's answer on such a
 * connection begins with another word. */
static bool
is_push(const struct redis *r, const redisReply *reply)
{
	return r->is_subscribed && reply->type == REDIS_REPLY_ARRAY &&
	       reply->elements == 3 &&
	       reply->element[0]->type == REDIS_REPLY_STRING &&
	       strcmp(reply->element[0]->str, "message") == 0;
}

static void
on_reply(const struct redisReply *reply, void *arg)
{
	struct redis *r = arg;
	struct command *c;

	if (is_push(r, reply)) {
		if (r->hooks.push)
			r->hooks.push(reply, r->hooks.arg);
		return;
	}
	c = command_pop(&r->sent);
	if (!c) {
		drop(r, "a reply that nobody asked for");
	} else if (!c->fn) {
		command_free(NULL, c); /* it may tell a password */
		on_greeted(r, reply);
	} else if (c->script != SCRIPTS && !c->has_text &&
		   reply->type == REDIS_REPLY_ERROR &&
		   strncmp(reply->str, "NOSCRIPT", 8) == 0) {
		send_again(r, c);
	} else {
		if (c->has_text)
			r->is_text_sent[c->script] = false;
		answer(r, c, ERR_OK, reply);
	}
}

static void
on_lost(const char *why, void *arg)
{
	drop(arg, why);
}

static void
on_open(void *arg)
{
	struct redis *r = arg;
	struct command_queue greeting = { 0 };
	enum err err = greeting_make(&greeting, &r->address, r->name);
	struct command *c;

	r->greeting_len = greeting.len;
	while ((c = command_pop(&greeting))) {
		if (err == ERR_OK)
			err = put(r, c);
		if (err != ERR_OK)
			command_free(NULL, c);
	}
	if (err != ERR_OK)
		drop(r, err_text(err));
}

static void
on_reconnect(uv_timer_t *t)
{
	struct redis *r = t->data;
	const struct link_hooks hooks = {
		.open = on_open, .reply = on_reply, .lost = on_lost, .arg = r
	};

	if (r->link) {
		drop(r, "no answer to the greeting");
		return;
	}
	uv_timer_start(&r->reconnect, on_reconnect, OPEN_TIMEOUT_MS, 0);
	r->link = link_open(r->loop, &r->address, r->attempts, &hooks);
	if (!r->link)
		drop(r, "out of memory or descriptors");
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
check_sent(struct redis *r, uint64_t now)
{
	uint64_t due_ms = command_queue_due(&r->sent);

	if (due_ms > now) {
		r->second_look_ms = 0;
		watch(r, due_ms);
		return;
	}
	if (r->second_look_ms == 0)
		r->second_look_ms = now + grace_ms(now - due_ms);
	if (now < r->second_look_ms)
		watch(r, r->second_look_ms);
	else
		drop(r, "a command was not answered in time");
}

/* Waiting commands are overdue one by one. */
static void
check_waiting(struct redis *r, uint64_t now)
{
	struct command_queue overdue = { 0 };

	command_take_overdue(&r->waiting, now, &overdue);
	answer_all(r, &overdue, ERR_STORE_DOWN);
}

static void
on_deadline(uv_timer_t *t)
{
	struct redis *r = t->data;
	uint64_t now = uv_now(r->loop);

	check_sent(r, now);
	check_waiting(r, now);
	if (r->is_closing)
		return;
	watch(r, command_queue_due(&r->waiting));
}

struct redis *
redis_open(uv_loop_t *loop, const struct redis_address *address,
    const struct redis_hooks *hooks, const char *name, size_t queue_limit)
{
	struct redis *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->loop = loop;
	r->address = *address;
	if (hooks)
		r->hooks = *hooks;
	snprintf(r->name, sizeof(r->name), "%s", name);
	r->queue_limit = queue_limit;
	uv_timer_init(loop, &r->reconnect);
	uv_timer_init(loop, &r->deadline);
	r->reconnect.data = r->deadline.data = r;
	r->refs = 2;
	uv_timer_start(&r->reconnect, on_reconnect, 0, 0);
	return r;
}

void
redis_set_hooks(struct redis *r, const struct redis_hooks *hooks)
{
	r->hooks = hooks ? *hooks : (struct redis_hooks){ 0 };
}

static void
on_closed(uv_handle_t *h)
{
	struct redis *r = h->data;

	if (--r->refs > 0)
		return;
	command_pool_cleanup(&r->spares);
	free(r);
}

void
redis_close(struct redis *r)
{
	if (!r || r->is_closing)
		return;
	r->is_closing = true;
	r->is_up = false;
	link_close(r->link);
	r->link = NULL;
	uv_close((uv_handle_t *)&r->reconnect, on_closed);
	uv_close((uv_handle_t *)&r->deadline, on_closed);
	answer_all(r, &r->sent, ERR_DRAINING);
	answer_all(r, &r->waiting, ERR_DRAINING);
}

bool
redis_is_up(const struct redis *r)
{
	return r->is_up;
}
