/* The two halves of a worker's part in parsing, on one connection and one
 * subscription: `runner` does tasks, `asks` waits for ends. `collector` tidies
 * up. */
#include "worker/ingest/ingest.h"

#include "worker/context.h"
#include "worker/ingest/ask.h"
#include "worker/ingest/collector.h"
#include "worker/ingest/runner.h"
#include "worker/store/job_events.h"
#include "worker/store/redis.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { QUEUE_LIMIT = 100000, HOST_SIZE = 64, NAME_SIZE = 128 };

struct ingest {
	struct redis *redis;
	struct job_events *events;
	struct runner *runner;
	struct asks *asks;
	struct collector *collector;
};

static void
on_event(enum job_event event, int64_t job, void *arg)
{
	struct ingest *i = arg;

	if (event != JOB_IS_OVER)
		runner_wake(i->runner);
	if (event != JOB_HAS_TASKS)
		asks_job_is_over(i->asks, job);
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
		i->asks = asks_open(w, i->redis);
	}
	i->collector = collector_open(w);
	if (i->runner && i->asks && i->collector)
		i->events = job_events_open(
		    w->loop, address, "trawl-ingest-events", on_event, i);
	if (!i->events) {
		ingest_close(i);
		return NULL;
	}
	return i;
}

enum err
ingest_parse(struct ingest *i, bool is_full, parse_fn *fn, void *arg)
{
	return asks_add(i->asks, is_full, fn, arg);
}

void
ingest_close(struct ingest *i)
{
	if (!i)
		return;
	job_events_close(i->events);
	runner_close(i->runner);
	asks_close(i->asks);
	collector_close(i->collector);
	/* Answers what these two have under way, and so lets them go. */
	redis_close(i->redis);
	free(i);
}
