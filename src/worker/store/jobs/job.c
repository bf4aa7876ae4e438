/* The life of a job in Redis: one script starts it or lets it wait for another,
 * one goes on from what the wait ended with, one fails it, and the commit
 * (generation.h) completes it. */
#include "worker/store/jobs/job.h"
#include "worker/store/redis/reply.h"

#include <hiredis/hiredis.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	START_MS = 900, /* a client waits for it */
	READ_MS = 450,  /* who waits hears within a second that Redis is away */
	FAIL_MS = 5000, /* nobody waits for it */
	START_FIXED_ARGS = 13,
	PLAN_FIXED_ARGS = 8,
};

struct call {
	union {
		job_started_fn *started;
		job_read_fn *read;
		job_failed_fn *failed;
	} fn;
	void *arg;
	struct record record; /* of job_read */
	enum task_kind kind;  /* of job_start */
};

/* takes `c` when the command could not be sent */
static enum err
sent(struct call *c, enum err e)
{
	if (e != ERR_OK)
		free(c);
	return e;
}

/* Whether a worker has the first task. */
static bool
read_begun(const redisReply *reply, enum task_kind kind, struct task *out)
{
	redisReply **e = reply->element;

	*out = (struct task){
		.job = e[0]->integer, .kind = kind, .deliveries = 1
	};
	if (reply->elements != 3 || e[2]->type != REDIS_REPLY_STRING ||
	    e[2]->len >= sizeof(out->entry))
		return false;
	memcpy(out->entry, e[2]->str, e[2]->len + 1);
	return true;
}

static void
on_started(enum err e, const redisReply *reply, void *arg)
{
	struct call *c = arg;
	struct task begun;
	bool has_begun = false;
	int64_t number = 0;

	if (e == ERR_OK)
		e = reply_err(reply);
	if (e == ERR_OK &&
	    (reply->type != REDIS_REPLY_ARRAY || reply->elements < 2))
		e = ERR_CORRUPT;
	if (e == ERR_OK) {
		number = reply->element[0]->integer;
		has_begun = read_begun(reply, c->kind, &begun);
	}
	c->fn.started(e, number, has_begun ? &begun : NULL, c->arg);
	free(c);
}

enum err
job_start(struct redis *r, const struct job_start *start, job_started_fn *fn,
    void *arg)
{
	size_t argc = START_FIXED_ARGS + 2 * start->fields->len, at = 0;
	const char **argv = calloc(argc, sizeof(*argv));
	size_t *lens = calloc(argc, sizeof(*lens));
	struct call *c = calloc(1, sizeof(*c));
	char silence[24], keep[24], tasks[12];
	enum err e = ERR_NO_MEMORY;

	if (!argv || !lens || !c)
		goto out;
	c->fn.started = fn;
	c->arg = arg;
	c->kind = start->kind;
	snprintf(silence, sizeof(silence), "%" PRId64, start->silence_ms);
	snprintf(keep, sizeof(keep), "%" PRId64, start->keep_s);
	snprintf(tasks, sizeof(tasks), "%" PRIu32, start->tasks);
	const struct span fixed[START_FIXED_ARGS] = {
		span_text("{logs}:running"),
		span_text("{logs}:job"),
		span_text("{logs}:tasks"),
		span_text("{logs}:next"),
		span_text("{logs}:checkpoint"),
		start->source,
		span_text(silence),
		span_text(task_kind_name(start->kind)),
		span_text(tasks),
		span_text(start->is_full ? "1" : "0"),
		span_text(keep),
		start->generation,
		span_text(start->worker ? start->worker : ""),
	};
	for (; at < START_FIXED_ARGS; at++) {
		argv[at] = fixed[at].data;
		lens[at] = fixed[at].len;
	}
	for (size_t i = 0; i < start->fields->len; i++) {
		const struct record_field *f = &start->fields->fields[i];

		argv[at] = f->name.data;
		lens[at++] = f->name.len;
		argv[at] = f->value.data;
		lens[at++] = f->value.len;
	}
	e = redis_script(r, on_started, c, START_MS, SCRIPT_JOB_START, 5,
	    (int)argc, argv, lens);
out:
	free(argv);
	free(lens);
	return sent(c, e);
}

enum err
job_plan(struct bulk *b, const struct task *t, const char *worker,
    const struct job_start *start)
{
	size_t argc = PLAN_FIXED_ARGS + 2 * start->fields->len;
	struct span *argv = calloc(argc, sizeof(*argv));
	char job[24], tasks[12];

	if (!argv)
		return ERR_NO_MEMORY;
	snprintf(job, sizeof(job), "%" PRId64, t->job);
	snprintf(tasks, sizeof(tasks), "%" PRIu32, start->tasks);
	const char *kind =
	    start->tasks > 0 ? task_kind_name(start->kind) : "done";
	const struct span fixed[PLAN_FIXED_ARGS] = {
		span_text("{logs}:running"),
		span_text("{logs}:tasks"),
		span_text(job),
		span_text(t->entry),
		span_text(worker),
		start->source,
		span_text(kind),
		span_text(tasks),
	};
	for (size_t i = 0; i < PLAN_FIXED_ARGS; i++)
		argv[i] = fixed[i];
	for (size_t i = 0; i < start->fields->len; i++) {
		argv[PLAN_FIXED_ARGS + 2 * i] = start->fields->fields[i].name;
		argv[PLAN_FIXED_ARGS + 2 * i + 1] =
		    start->fields->fields[i].value;
	}
	bulk_put_script(b, SCRIPT_JOB_PLAN, 2, (int)argc, argv);
	free(argv);
	return bulk_run(b, NULL, NULL);
}

static void
on_read(enum err e, const redisReply *reply, void *arg)
{
	struct call *c = arg;

	if (e == ERR_OK)
		e = reply_err(reply);
	if (e == ERR_OK)
		e = record_of_reply(&c->record, reply);
	c->fn.read(e, &c->record, c->arg);
	free(c);
}

enum err
job_read(struct redis *r, int64_t number, struct arena *a, job_read_fn *fn,
    void *arg)
{
	struct call *c = calloc(1, sizeof(*c));

	if (!c)
		return ERR_NO_MEMORY;
	c->fn.read = fn;
	c->arg = arg;
	record_init(&c->record, a);
	return sent(c, redis_sendf(r, on_read, c, READ_MS,
			   "HGETALL {logs}:job:%lld", (long long)number));
}

/* The errors that a job's record can name. */
static const struct {
	enum err err;
	const char *name;
} errors[] = {
	{ ERR_NO_LOG, "NO_LOG" },
	{ ERR_LOG_CHANGED, "LOG_CHANGED" },
	{ ERR_LOG_UNREADABLE, "LOG_UNREADABLE" },
	{ ERR_NO_MEMORY, "NO_MEMORY" },
	{ ERR_NO_COUNTRIES, "NO_COUNTRIES" },
	{ ERR_STORE_DOWN, "STORE_DOWN" },
	{ ERR_CORRUPT, "CORRUPT" },
	{ ERR_PARSE_FAILED, "PARSE_FAILED" },
};
enum { ERRORS = sizeof(errors) / sizeof(errors[0]) };

static void
on_failed(enum err e, const redisReply *reply, void *arg)
{
	struct call *c = arg;

	if (e == ERR_OK)
		e = reply_err(reply);
	c->fn.failed(e, c->arg);
	free(c);
}

enum err
job_fail(struct redis *r, const struct task *t, enum err why, const char *words,
    job_failed_fn *fn, void *arg)
{
	const char *name = "PARSE_FAILED";
	struct call *c = calloc(1, sizeof(*c));
	char job[24], deliveries[24];

	if (!c)
		return ERR_NO_MEMORY;
	c->fn.failed = fn;
	c->arg = arg;
	for (size_t i = 0; i < ERRORS; i++)
		if (errors[i].err == why)
			name = errors[i].name;
	snprintf(job, sizeof(job), "%" PRId64, t->job);
	snprintf(deliveries, sizeof(deliveries), "%" PRId64, t->deliveries);
	const char *argv[] = { "{logs}:running", "{logs}:tasks", "{logs}:job",
		"{logs}:next", job, name, words, t->entry, deliveries };
	return sent(c, redis_script(r, on_failed, c, FAIL_MS, SCRIPT_JOB_FAIL,
			   4, 9, argv, NULL));
}

enum err
job_outcome(const struct record *record, bool *is_over)
{
	struct span state = record_get(record, "state");
	struct span name = record_get(record, "error_name");

	*is_over = true;
	if (record->len == 0)
		return ERR_NO_JOB;
	if (span_is_equal(state, span_text("done")))
		return ERR_OK;
	if (span_is_equal(state, span_text("running"))) {
		*is_over = false;
		return ERR_OK;
	}
	for (size_t i = 0; i < ERRORS; i++)
		if (span_is_equal(name, span_text(errors[i].name)))
			return errors[i].err;
	return ERR_PARSE_FAILED;
}
