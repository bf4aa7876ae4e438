/* The channel of job events on a connection of its own: Redis allows a
 * subscriber no other commands. */
#include "worker/store/jobs/job_events.h"

#include "common/base/span.h"
#include "worker/store/redis/redis.h"

#include <hiredis/hiredis.h>

#include <stdlib.h>
#include <string.h>

enum { ANSWER_MS = 5000, QUEUE_LIMIT = 4 };

struct job_events {
	struct redis *redis;
	job_events_fn *fn;
	void *arg;
};

/* Subscribed: what was said before is not known. */
static void
on_subscribed(enum err err, const redisReply *reply, void *arg)
{
	struct job_events *e = arg;

	(void)reply;
	if (err == ERR_OK)
		e->fn(JOB_NEWS_LOST, 0, e->arg);
}

static void
on_up(void *arg)
{
	struct job_events *e = arg;

	/* A refusal means that the connection is closing again; the next `up`
	 * comes here too. */
	if (redis_subscribe(e->redis, on_subscribed, e, ANSWER_MS,
		"{logs}:events") != ERR_OK)
		e->fn(JOB_NEWS_LOST, 0, e->arg);
}

/* The message is "<job> tasks", "<job> done" or "<job> failed". */
static void
on_push(const redisReply *reply, void *arg)
{
	const redisReply *text = reply->element[2];
	struct job_events *e = arg;
	const char *blank;
	uint64_t job;

	if (text->type != REDIS_REPLY_STRING)
		return;
	blank = strchr(text->str, ' ');
	if (!blank ||
	    !span_to_u64(
		span_of(text->str, (size_t)(blank - text->str)), &job) ||
	    job > INT64_MAX)
		return;
	e->fn(strcmp(blank, " tasks") == 0 ? JOB_HAS_TASKS : JOB_IS_OVER,
	    (int64_t)job, e->arg);
}

struct job_events *
job_events_open(uv_loop_t *loop, const struct redis_address *address,
    const char *name, job_events_fn *fn, void *arg)
{
	struct job_events *e = calloc(1, sizeof(*e));
	const struct redis_hooks hooks = {
		.up = on_up, .push = on_push, .arg = e
	};

	if (!e)
		return NULL;
	e->fn = fn;
	e->arg = arg;
	e->redis = redis_open(loop, address, &hooks, name, QUEUE_LIMIT);
	if (!e->redis) {
		free(e);
		return NULL;
	}
	return e;
}

void
job_events_close(struct job_events *e)
{
	if (!e)
		return;
	/* A subscription under way is answered within redis_close, and nothing
	 * is called after it. */
	redis_close(e->redis);
	free(e);
}
