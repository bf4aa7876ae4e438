/* The queue of tasks: three scripts, and the callbacks that read their answers.
 * Workers do not wait in XREADGROUP: a message (job_events.h) wakes them, and the
 * script that takes a task sees in one step that the worker may take it, that
 * its job still runs, and how often it was given out. */
#include "worker/store/jobs/task.h"
#include "worker/store/redis/reply.h"

#include <hiredis/hiredis.h>

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ANSWER_MS = 5000,
	NUMBER_TEXT = 24,
	SILENT_MOST = 100, /* that are told of at once */
};

static const char running_key[] = "{logs}:running";
static const char tasks_key[] = "{logs}:tasks";
static const char next_key[] = "{logs}:next";

static const char *const kinds[] = {
	[TASK_MAP] = "map",
	[TASK_REDUCE] = "reduce",
	[TASK_COMMIT] = "commit",
	[TASK_WHOLE] = "whole",
	[TASK_PLAN] = "plan",
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

const char *
task_kind_name(enum task_kind kind)
{
	return kinds[kind];
}

struct call {
	task_fn *fn;
	void *arg;
};

static enum err
read_kind(const redisReply *reply, enum task_kind *kind)
{
	for (size_t i = 0; i < KINDS; i++) {
		if (reply->type == REDIS_REPLY_STRING &&
		    strcmp(reply->str, kinds[i]) == 0) {
			*kind = (enum task_kind)i;
			return ERR_OK;
		}
	}
	return ERR_CORRUPT;
}

static enum err
read_task(const redisReply *reply, struct task *t)
{
	redisReply **e = reply->element;

	if (reply->type != REDIS_REPLY_ARRAY)
		return ERR_CORRUPT;
	if (reply->elements == 0)
		return ERR_OK;
	t->job = e[0]->integer;
	if (reply->elements == 1)
		return ERR_OK;
	if (reply->elements != 5 || e[1]->type != REDIS_REPLY_STRING ||
	    e[1]->len >= sizeof(t->entry) || e[3]->integer < 0 ||
	    e[3]->integer > UINT32_MAX)
		return ERR_CORRUPT;
	memcpy(t->entry, e[1]->str, e[1]->len + 1);
	t->index = (uint32_t)e[3]->integer;
	t->deliveries = e[4]->integer;
	return read_kind(e[2], &t->kind);
}

static void
on_taken(enum err e, const redisReply *reply, void *arg)
{
	struct task t = { 0 };
	struct call *c = arg;

	if (e == ERR_OK)
		e = reply_err(reply);
	if (e == ERR_OK)
		e = read_task(reply, &t);
	c->fn(e, &t, c->arg);
	free(c);
}

static void
on_answer(enum err e, const redisReply *reply, void *arg)
{
	struct call *c = arg;

	if (e == ERR_OK)
		e = reply_err(reply);
	c->fn(e, NULL, c->arg);
	free(c);
}

static enum err
script_send(struct redis *r, redis_fn *on_reply, enum script script, int keys,
    int argc, const char *const *argv, task_fn *fn, void *arg)
{
	struct call *c = calloc(1, sizeof(*c));
	enum err e;

	if (!c)
		return ERR_NO_MEMORY;
	c->fn = fn;
	c->arg = arg;
	e = redis_script(
	    r, on_reply, c, ANSWER_MS, script, keys, argc, argv, NULL);
	if (e != ERR_OK)
		free(c);
	return e;
}

enum err
task_take(struct redis *r, const struct task_want *want, task_fn *fn, void *arg)
{
	enum { KEYS = 3, FIXED = KEYS + 4 };
	char job[NUMBER_TEXT], silence[NUMBER_TEXT];
	const char *argv[FIXED + TASK_HELD_MAX] = { running_key, tasks_key,
		next_key, job, want->worker, silence,
		want->has_lost ? "1" : "0" };

	assert(want->held_len <= TASK_HELD_MAX);
	snprintf(job, sizeof(job), "%" PRId64, want->known);
	snprintf(silence, sizeof(silence), "%" PRId64, want->silence_ms);
	for (size_t i = 0; i < want->held_len; i++)
		argv[FIXED + i] = want->held[i];
	return script_send(r, on_taken, SCRIPT_TASK_TAKE, KEYS,
	    FIXED + (int)want->held_len, argv, fn, arg);
}

enum err
task_renew(struct redis *r, const struct task *t, const char *worker,
    task_fn *fn, void *arg)
{
	char job[NUMBER_TEXT], deliveries[NUMBER_TEXT];
	const char *argv[] = { running_key, tasks_key, job, t->entry, worker,
		deliveries };

	snprintf(job, sizeof(job), "%" PRId64, t->job);
	snprintf(deliveries, sizeof(deliveries), "%" PRId64, t->deliveries);
	return script_send(
	    r, on_answer, SCRIPT_TASK_RENEW, 2, 6, argv, fn, arg);
}

struct silent {
	struct arena *arena;
	struct span *out;
};

/* [entry, worker, idle, deliveries] each. */
static enum err
on_silent(size_t index, const redisReply *reply, void *arg)
{
	const struct silent *s = arg;
	const char *text = " ";

	(void)index;
	if (reply->type != REDIS_REPLY_ARRAY)
		return ERR_CORRUPT;
	for (size_t i = 0; text && i < reply->elements; i++)
		text = arena_printf(s->arena, "%s%s ", text,
		    reply->element[i]->element[0]->str);
	if (!text)
		return ERR_NO_MEMORY;
	*s->out = span_text(text);
	return ERR_OK;
}

enum err
task_silent(
    struct bulk *b, int64_t silence_ms, struct arena *a, struct span *out)
{
	struct silent s = { a, out };

	bulk_putf(b, "XPENDING %s workers IDLE %lld - + %d", tasks_key,
	    (long long)silence_ms, SILENT_MOST);
	return bulk_run(b, on_silent, &s);
}

void
task_put_done(
    struct bulk *b, const struct task *t, const struct task_result *result)
{
	enum { KEYS = 2, ARGS = 11 };
	char job[NUMBER_TEXT], index[NUMBER_TEXT], bytes[NUMBER_TEXT];
	char lines[NUMBER_TEXT], next[NUMBER_TEXT];
	const char *argv[ARGS] = { running_key, tasks_key, job, t->entry,
		kinds[t->kind], index, result->worker, bytes, lines,
		kinds[result->next_kind], next };
	struct span args[ARGS];

	snprintf(job, sizeof(job), "%" PRId64, t->job);
	snprintf(index, sizeof(index), "%" PRIu32, t->index);
	snprintf(bytes, sizeof(bytes), "%" PRIu64, result->bytes);
	snprintf(lines, sizeof(lines), "%" PRIu64, result->lines);
	snprintf(next, sizeof(next), "%" PRIu32, result->next_tasks);
	for (size_t i = 0; i < ARGS; i++)
		args[i] = span_text(argv[i]);
	bulk_put_script(b, SCRIPT_TASK_DONE, KEYS, ARGS, args);
}
