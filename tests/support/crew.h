#ifndef TRAWL_TESTS_SUPPORT_CREW_H
#define TRAWL_TESTS_SUPPORT_CREW_H

#include "common/base/clock.h"
#include "common/base/config.h"
#include "support/first_job.h"
#include "support/redis_process.h"
#include "worker/context.h"
#include "worker/ingest/ingest.h"
#include "worker/pool.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

/* Several workers in one process, each with a loop and a pool of its own, over
 * one real Redis and one log. A test runs them in turn, and can leave one out,
 * which then is to the others as if it had been stopped. */
enum { CREW_MOST = 4, CREW_PATIENCE_MS = 20000 };

struct member {
	uv_loop_t loop;
	struct worker_setup setup;
	struct worker worker;
	bool is_frozen;
};

struct crew {
	struct redis_process server;
	struct config config;
	char log[96];
	struct member member[CREW_MOST];
	size_t len;
};

static inline void
crew_write(struct crew *c, const char *mode, const char *text)
{
	FILE *f = fopen(c->log, mode);

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static inline void
member_open(struct crew *c, struct member *m, int slot)
{
	assert_int_equal(uv_loop_init(&m->loop), 0);
	m->setup = (struct worker_setup){
		.config = &c->config, .redis = c->server.address, .slot = slot
	};
	m->worker = (struct worker){ .setup = &m->setup, .loop = &m->loop };
	m->worker.report_pool = pool_new(&m->loop, 1, 64, 0);
	assert_non_null(m->worker.report_pool);
	m->worker.parse_pool = pool_new(&m->loop, 1, 64, 0);
	assert_non_null(m->worker.parse_pool);
	m->worker.ingest = ingest_open(&m->worker);
	assert_non_null(m->worker.ingest);
}

/* Whatever was opened is closed: uv_loop_close() says so. */
static inline void
member_close(struct member *m)
{
	ingest_close(m->worker.ingest);
	pool_close(m->worker.report_pool);
	pool_close(m->worker.parse_pool);
	uv_run(&m->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&m->loop), 0);
}

/* Nobody yet: a test may change the config before it hires. */
static inline struct crew *
crew_prepare(void)
{
	struct crew *c = calloc(1, sizeof(*c));

	assert_non_null(c);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(token_init(), 0);
	redis_process_init(&c->server);
	/* The first job is number 1, not the time. */
	redis_process_ask(&c->server, BEFORE_FIRST_JOB);
	assert_int_equal(config_defaults(&c->config), ERR_OK);
	snprintf(c->log, sizeof(c->log), "%s/logs.txt", c->server.dir);
	c->config.logs_file_name = c->log;
	c->config.task_timeout_ms = 300;
	return c;
}

static inline void
crew_hire(struct crew *c, size_t members)
{
	for (; c->len < members; c->len++)
		member_open(c, &c->member[c->len], (int)c->len);
}

static inline struct crew *
crew_open(size_t members)
{
	struct crew *c = crew_prepare();

	crew_hire(c, members);
	return c;
}

static inline void
crew_close(struct crew *c)
{
	for (size_t i = 0; i < c->len; i++)
		member_close(&c->member[i]);
	config_cleanup(&c->config);
	unlink(c->log);
	redis_process_cleanup(&c->server);
	free(c);
}

/* A setup for plans alone, without a worker. */
static inline struct worker_setup
crew_setup(struct crew *c)
{
	return (struct worker_setup){ .config = &c->config,
		.redis = c->server.address };
}

static inline void
crew_turn(struct crew *c)
{
	for (size_t i = 0; i < c->len; i++)
		if (!c->member[i].is_frozen)
			uv_run(&c->member[i].loop, UV_RUN_NOWAIT);
	usleep(200);
}

/* How a parse ended, kept beyond the callback. */
struct ended {
	bool is_over, is_accepted;
	enum err err;
	char words[512];
	long long number, job, lines;
	char mode[16];
};

static inline void
crew_on_end(const struct parse_outcome *outcome, void *arg)
{
	struct ended *e = arg;
	struct span mode;

	assert_false(e->is_over);
	e->is_over = true;
	e->err = outcome->err;
	e->is_accepted = outcome->is_accepted;
	e->number = outcome->number;
	snprintf(e->words, sizeof(e->words), "%s", outcome->words);
	if (outcome->err != ERR_OK)
		return;
	mode = record_get(outcome->job, "mode");
	e->job = (long long)record_number(outcome->job, "job");
	e->lines = (long long)record_number(outcome->job, "lines");
	snprintf(e->mode, sizeof(e->mode), "%.*s", (int)mode.len, mode.data);
}

/* Asks for a parse, a full one or not, and waits so long for its end. */
static inline void
crew_ask_for(struct crew *c, size_t member, bool is_full, int64_t wait_ms,
    struct ended *e)
{
	const struct parse_wish wish = {
		.is_full = is_full, .wait_ms = wait_ms, .keep_s = 60
	};

	*e = (struct ended){ 0 };
	assert_int_equal(ingest_parse(c->member[member].worker.ingest, &wish,
			     crew_on_end, e),
	    ERR_OK);
}

/* Asks for a full parse, known or not. */
static inline void
crew_ask(struct crew *c, size_t member, struct ended *e)
{
	crew_ask_for(c, member, true, CREW_PATIENCE_MS, e);
}

static inline void
crew_wait(struct crew *c, const struct ended *e)
{
	int64_t deadline = clock_ms() + CREW_PATIENCE_MS;

	while (!e->is_over && clock_ms() < deadline)
		crew_turn(c);
	assert_true(e->is_over);
}

static inline struct ended
crew_parse(struct crew *c, size_t member)
{
	struct ended e;

	crew_ask(c, member, &e);
	crew_wait(c, &e);
	return e;
}

#endif
