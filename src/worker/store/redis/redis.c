/* Commands (pipeline.h) over a link that comes back. Each connection begins with a
 * greeting (AUTH, SELECT, CLIENT SETNAME, PING); only when all of it has been
 * accepted is the connection up, and the commands that waited follow. */
#include "worker/store/redis/redis.h"
#include "common/base/log.h"
#include "worker/store/redis/command.h"
#include "worker/store/redis/greeting.h"
#include "worker/store/redis/link.h"
#include "worker/store/redis/pipeline.h"

#include <hiredis/hiredis.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	OPEN_TIMEOUT_MS = 2000, /* to connect and be greeted */
	BACKOFF_FIRST_MS = 10,
	BACKOFF_LAST_MS = 500,
	NAME_SIZE = 64,
};

struct redis {
	uv_loop_t *loop;
	uv_timer_t reconnect; /* ends the back-off, or an attempt to open */
	struct redis_address address;
	struct redis_hooks hooks;
	char name[NAME_SIZE];
	size_t queue_limit;
	struct link *link; /* NULL: waiting for `reconnect` */
	struct pipeline pipeline;
	unsigned attempts;   /* since the connection was up */
	size_t greeting_len; /* answers still to come before it is up */
	bool is_up, is_closing;
	bool is_subscribed;         /* since the first redis_subscribe */
	bool is_text_sent[SCRIPTS]; /* with an EVAL that is not answered */
	int refs;                   /* the timer, the pipeline */
};

static void on_reconnect(uv_timer_t *t);

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
	memset(r->is_text_sent, 0, sizeof(r->is_text_sent));
	uv_timer_start(
	    &r->reconnect, on_reconnect, backoff_ms(r->attempts++), 0);
	pipeline_lose_sent(&r->pipeline);
	if (was_up && !r->is_closing && r->hooks.down)
		r->hooks.down(r->hooks.arg);
}

static enum err
put(struct redis *r, struct command *c)
{
	enum err err = link_put(r->link, c->text, c->len);

	if (err == ERR_OK)
		pipeline_add_sent(&r->pipeline, c);
	return err;
}

/* Hands to the connection what came while there was none. */
static void
put_waiting(struct redis *r)
{
	struct command *c;
	enum err err;

	while (r->is_up && (c = command_pop(&r->pipeline.waiting))) {
		err = put(r, c);
		if (err != ERR_OK)
			pipeline_answer(&r->pipeline, c, err, NULL);
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
	if (r->is_closing) {
		command_free(NULL, c);
		return ERR_DRAINING;
	}
	c->fn = fn;
	c->arg = arg;
	c->due_ms = uv_now(r->loop) + (uint64_t)deadline_ms;
	if (pipeline_len(&r->pipeline) >= r->queue_limit)
		err = ERR_OVERLOAD;
	else if (r->is_up)
		err = put(r, c);
	else
		pipeline_add_waiting(&r->pipeline, c);
	if (err != ERR_OK)
		command_free(&r->pipeline.spares, c);
	return err;
}

enum err
redis_send(struct redis *r, redis_fn *fn, void *arg, int64_t deadline_ms,
    int argc, const char *const *argv, const size_t *lens)
{
	return enqueue(r, command_new(&r->pipeline.spares, argc, argv, lens),
	    fn, arg, deadline_ms);
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
			command_free(&r->pipeline.spares, again);
		pipeline_answer(&r->pipeline, c, err, NULL);
	} else if (takes_text) {
		r->is_text_sent[c->script] = true;
		command_free(&r->pipeline.spares, c);
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
	c = command_pop(&r->pipeline.sent);
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
		pipeline_answer(&r->pipeline, c, ERR_OK, reply);
	}
}

static void
on_overdue(void *arg)
{
	drop(arg, "a command was not answered in time");
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
	r->reconnect.data = r;
	pipeline_init(&r->pipeline, loop, on_overdue, r);
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
release(struct redis *r)
{
	if (--r->refs == 0)
		free(r);
}

static void
on_reconnect_closed(uv_handle_t *h)
{
	release(h->data);
}

static void
on_pipeline_closed(void *arg)
{
	release(arg);
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
	uv_close((uv_handle_t *)&r->reconnect, on_reconnect_closed);
	pipeline_close(&r->pipeline, on_pipeline_closed);
}

bool
redis_is_up(const struct redis *r)
{
	return r->is_up;
}
