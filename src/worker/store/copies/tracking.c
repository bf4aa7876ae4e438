/* In this order, each time either connection comes up:
 *
 *	on_link_up     CLIENT ID and SUBSCRIBE on the second connection
 *	on_subscribed  acknowledged: only now is a change heard of
 *	turn_on        CLIENT TRACKING on the watched one, redirected to the id
 *	on_tracking    acknowledged: reads may be kept
 *
 * Whichever of the two drops, tracking is off, and what was read is forgotten.
 * A heartbeat on the second connection tells a quiet one from a dead one. */
#include "worker/store/copies/tracking.h"

#include "common/base/log.h"

#include <hiredis/hiredis.h>

#include <stdlib.h>
#include <string.h>

enum {
	HEARTBEAT_MS = 250,
	ALIVE_MS = 1000,
	ANSWER_MS = 1000,
	QUEUE_LIMIT = 16,
};

static const char channel[] = "__redis__:invalidate";

struct tracking {
	uv_loop_t *loop;
	struct redis *watched, *link;
	struct tracking_hooks hooks;
	uv_timer_t heartbeat;
	long long link_id;   /* CLIENT ID of the second connection; 0: none */
	long long told_id;   /* where the watched one was told to send news */
	bool is_subscribed;  /* it hears */
	bool is_on;          /* reads on the watched one are tracked */
	bool is_turning_on;  /* the watched one has CLIENT TRACKING */
	bool has_complained; /* of Redis refusing it; once is enough */
	bool is_pinging;     /* a heartbeat is on its way */
	bool is_closing;
	uint64_t pinged_ms, heard_ms;
};

static void turn_on(struct tracking *t);

static void
turn_off(struct tracking *t)
{
	t->is_on = false;
	t->hooks.lost(t->hooks.arg);
}

/* The second connection may have dropped since it was asked, and be another. */
static void
on_tracking(enum err err, const redisReply *reply, void *arg)
{
	struct tracking *t = arg;

	t->is_turning_on = false;
	if (t->is_closing || err != ERR_OK || !t->is_subscribed)
		return;
	if (reply->type == REDIS_REPLY_ERROR) {
		if (!t->has_complained)
			log_warn("redis: no local copies: %s", reply->str);
		t->has_complained = true;
		return;
	}
	t->is_on = t->told_id == t->link_id;
	turn_on(t);
}

static void
turn_on(struct tracking *t)
{
	if (t->is_on || t->is_turning_on || !t->is_subscribed ||
	    !redis_is_up(t->watched))
		return;
	t->told_id = t->link_id;
	t->is_turning_on =
	    redis_sendf(t->watched, on_tracking, t, ANSWER_MS,
		"CLIENT TRACKING ON REDIRECT %lld OPTIN", t->link_id) == ERR_OK;
}

static void
on_watched_up(void *arg)
{
	turn_on(arg);
}

static void
on_watched_down(void *arg)
{
	turn_off(arg);
}

static void
on_id(enum err err, const redisReply *reply, void *arg)
{
	struct tracking *t = arg;

	if (err == ERR_OK && reply->type == REDIS_REPLY_INTEGER)
		t->link_id = reply->integer;
}

static void
on_subscribed(enum err err, const redisReply *reply, void *arg)
{
	struct tracking *t = arg;

	if (t->is_closing || err != ERR_OK ||
	    reply->type != REDIS_REPLY_ARRAY || t->link_id == 0)
		return;
	t->is_subscribed = true;
	t->heard_ms = t->pinged_ms;
	turn_on(t);
}

static void
on_link_up(void *arg)
{
	struct tracking *t = arg;

	t->pinged_ms = uv_now(t->loop);
	if (redis_sendf(t->link, on_id, t, ANSWER_MS, "CLIENT ID") != ERR_OK ||
	    redis_subscribe(t->link, on_subscribed, t, ANSWER_MS, channel) !=
		ERR_OK)
		log_error("redis: no local copies: out of memory");
}

static void
on_link_down(void *arg)
{
	struct tracking *t = arg;

	t->link_id = 0;
	t->is_subscribed = false;
	turn_off(t);
}

/* ["message", channel, keys]; keys nil: all of them. */
static void
on_push(const redisReply *reply, void *arg)
{
	struct tracking *t = arg;
	const redisReply *keys = reply->element[2];

	if (keys->type != REDIS_REPLY_ARRAY) {
		t->hooks.lost(t->hooks.arg);
		return;
	}
	for (size_t i = 0; i < keys->elements; i++) {
		const redisReply *key = keys->element[i];

		if (key->type == REDIS_REPLY_STRING)
			t->hooks.changed(
			    span_of(key->str, (size_t)key->len), t->hooks.arg);
	}
}

static void
on_pong(enum err err, const redisReply *reply, void *arg)
{
	struct tracking *t = arg;

	t->is_pinging = false;
	if (err == ERR_OK && reply->type != REDIS_REPLY_ERROR)
		t->heard_ms = t->pinged_ms;
}

static void
on_heartbeat(uv_timer_t *timer)
{
	struct tracking *t = timer->data;

	turn_on(t);
	if (!t->is_subscribed || t->is_pinging)
		return;
	t->pinged_ms = uv_now(t->loop);
	t->is_pinging =
	    redis_sendf(t->link, on_pong, t, ANSWER_MS, "PING") == ERR_OK;
}

bool
tracking_is_alive(const struct tracking *t)
{
	return t->is_on && uv_now(t->loop) - t->heard_ms < ALIVE_MS;
}

struct tracking *
tracking_open(uv_loop_t *loop, const struct redis_address *address,
    struct redis *watched, const struct tracking_hooks *hooks)
{
	struct tracking *t = calloc(1, sizeof(*t));
	const struct redis_hooks of_link = { .up = on_link_up,
		.down = on_link_down,
		.push = on_push,
		.arg = t };
	const struct redis_hooks of_watched = {
		.up = on_watched_up, .down = on_watched_down, .arg = t
	};

	if (!t)
		return NULL;
	t->loop = loop;
	t->watched = watched;
	t->hooks = *hooks;
	t->link = redis_open(
	    loop, address, &of_link, "trawl-invalidation", QUEUE_LIMIT);
	if (!t->link) {
		free(t);
		return NULL;
	}
	redis_set_hooks(watched, &of_watched);
	uv_timer_init(loop, &t->heartbeat);
	t->heartbeat.data = t;
	uv_timer_start(&t->heartbeat, on_heartbeat, HEARTBEAT_MS, HEARTBEAT_MS);
	return t;
}

static void
on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

/* redis_close answers what is under way at once, here and on the watched one
 * in its own close, which follows in the same turn of the loop. */
void
tracking_close(struct tracking *t)
{
	if (!t || t->is_closing)
		return;
	t->is_closing = true;
	redis_set_hooks(t->watched, NULL);
	redis_close(t->link);
	uv_close((uv_handle_t *)&t->heartbeat, on_closed);
}
