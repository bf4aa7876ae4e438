/* The two halves of a worker's part in parsing, on one connection and one
 * subscription: `runner` does tasks, `asks` wants them done and waits for it,
 * with others who `watch` a job, `follow` wants them done when the log has changed.
 * `collector` tidies up. */
#include "worker/ingest/ingest.h"

#include "worker/context.h"
#include "worker/ingest/ask.h"
#include "worker/ingest/collector.h"
#include "worker/ingest/follow.h"
#include "worker/ingest/runner.h"
#include "worker/ingest/watch.h"
#include "worker/store/jobs/job_events.h"
#include "worker/store/redis/redis.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { QUEUE_LIMIT = 100000, HOST_SIZE = 64, NAME_SIZE = 128 };

struct ingest {
	struct redis *redis;
	struct job_events *events;
	struct runner *runner;
	struct watches *watches;
	struct asks *asks;
	struct collector *collector;
	struct follow *follow; /* NULL: the setting says no */
};

static void
on_event(enum job_event event, int64_t job, void *arg)
{
	struct ingest *i = arg;

	/* After the end of a job, another may begin that has waited for it. */
	runner_wake(i->runner);
	if (event != JOB_HAS_TASKS)
		watches_job_is_over(i->watches, job);
}

struct ingest *
ingest_open(struct worker *w)
{
	const struct redis_address *address = &w->setup->redis;
	struct ingest *i = calloc(1, sizeof(*i));
	char host[HOST_SIZE] = "?", name[NAME_SIZE];

	if (!i)
		return NULL;
	gethostname(host, sizeof(host) - 1);
	snprintf(name, sizeof(name), "%s worker %d [%ld]", host, w->setup->slot,
	    (long)getpid());
	i->redis =
	    redis_open(w->loop, address, NULL, "trawl-ingest", QUEUE_LIMIT);
	if (i->redis) {
		i->runner = runner_open(w, i->redis, name);
		i->watches = watches_open(w->loop, i->redis);
	}
	if (i->runner && i->watches)
		i->asks = asks_open(w, i->redis, i->watches, i->runner);
	i->collector = collector_open(w);
	if (i->asks && w->setup->config->follow)
		i->follow = follow_open(w, i->asks, i->redis);
	if (i->runner && i->watches && i->asks && i->collector &&
	    (i->follow || !w->setup->config->follow))
		i->events = job_events_open(
		    w->loop, address, "trawl-ingest-events", on_event, i);
	if (!i->events) {
		ingest_close(i);
		return NULL;
	}
	return i;
}

enum err
ingest_parse(
    struct ingest *i, const struct parse_wish *wish, parse_fn *fn, void *arg)
{
	return asks_add(i->asks, wish, fn, arg);
}

void
ingest_follow(struct ingest *i, bool is_leading)
{
	if (i->follow)
		follow_lead(i->follow, is_leading);
}

struct watches *
ingest_watches(struct ingest *i)
{
	return i->watches;
}

void
ingest_close(struct ingest *i)
{
	if (!i)
		return;
	job_events_close(i->events);
	runner_close(i->runner);
	follow_close(i->follow);
	asks_close(i->asks);
	watches_close(i->watches);
	collector_close(i->collector);
	/* Answers what they have under way, and so lets them go. */
	redis_close(i->redis);
	free(i);
}
