#ifndef TRAWL_TESTS_REPORTER_H
#define TRAWL_TESTS_REPORTER_H

#include "common/base/clock.h"
#include "support/crew.h"
#include "support/shop_log.h"
#include "worker/req.h"
#include "worker/service/rendered.h"
#include "worker/store/copies/copies.h"
#include "worker/store/redis/redis.h"
#include "worker/store/segments/current.h"
#include "worker/store/segments/succession.h"

/* One worker that parses and answers reports, without transport. */
struct reporter {
	struct crew *crew;
	struct worker *worker;
};

static inline void
reporter_open(struct reporter *t)
{
	t->crew = crew_open(1);
	t->worker = &t->crew->member[0].worker;
	t->worker->redis = redis_open(
	    t->worker->loop, &t->crew->server.address, NULL, "reporter", 1000);
	/* Parses end here without the answer that makes copies stale. */
	t->crew->config.local_copies = 0;
	/* A document that is not ready asks Redis, which a test may have ended. */
	t->crew->config.segment_copies = 0;
	t->crew->member[0].setup.shared = shared_new(1);
	assert_non_null(t->crew->member[0].setup.shared);
	t->worker->copies = copies_open(t->worker);
	t->worker->current = current_open(t->worker);
	t->worker->succession = succession_open(t->worker);
	assert_non_null(t->worker->succession);
	t->worker->rendered = rendered_open(t->worker);
	assert_non_null(t->worker->copies);
	assert_non_null(t->worker->redis);
	assert_non_null(t->worker->rendered);
}

static inline void
reporter_close(struct reporter *t)
{
	rendered_close(t->worker->rendered);
	succession_close(t->worker->succession);
	current_close(t->worker->current);
	copies_close(t->worker->copies);
	shared_free(t->crew->member[0].setup.shared);
	redis_close(t->worker->redis);
	crew_close(t->crew);
}

static inline void
reporter_parse(struct reporter *t, const char *log)
{
	crew_write(t->crew, "w", log);
	assert_int_equal(crew_parse(t->crew, 0).err, ERR_OK);
}

/* A request; `answers` counts how often it was answered. */
struct asked {
	struct req req;
	int answers;
};

static inline void
asked_done(struct req *r)
{
	((struct asked *)r)->answers++;
}

static inline void
asked_init(struct reporter *t, struct asked *a)
{
	static char client;

	*a = (struct asked){ .req = { .worker = t->worker,
				 .conn = (struct conn *)&client,
				 .on_done = asked_done } };
	a->req.in.period = PERIOD_ALL;
}

static inline void
asked_wait(struct reporter *t, struct asked *a)
{
	int64_t deadline = clock_ms() + CREW_PATIENCE_MS;

	while (!a->answers && clock_ms() < deadline)
		crew_turn(t->crew);
	assert_int_equal(a->answers, 1);
}

static inline enum err
asked_run(struct reporter *t, struct asked *a, req_step *first)
{
	req_start(&a->req, first);
	asked_wait(t, a);
	return a->req.out.err;
}

static inline void
asked_free(struct asked *a)
{
	req_cleanup(&a->req);
}

#endif
