#include "worker/store/segments/generation_name.h"

#include "common/base/config.h"
#include "worker/context.h"
#include "worker/store/copies/copies.h"
#include "worker/store/copies/shown.h"
#include "worker/store/redis/redis.h"
#include "worker/store/redis/reply.h"

#include <hiredis/hiredis.h>

#include <stdlib.h>

struct reading {
	const struct worker *worker;
	generation_name_fn *fn;
	void *arg;
	struct generation_name name;
};

static enum err
take_text(const redisReply *reply, struct span *out)
{
	if (reply->type == REDIS_REPLY_NIL)
		return ERR_OK;
	if (reply->type != REDIS_REPLY_STRING || reply->len > COPIES_NAME_MAX)
		return ERR_CORRUPT;
	*out = span_of(reply->str, reply->len);
	return ERR_OK;
}

static void
on_answer(enum err err, const redisReply *reply, void *arg)
{
	struct reading *n = arg;

	if (err == ERR_OK)
		err = reply_err(reply);
	if (err == ERR_OK)
		err = take_text(reply, &n->name.text);
	n->fn(err, &n->name, n->arg);
	if (n->name.is_kept)
		shown_end_read(n->worker);
	free(n);
}

static void
on_caching(enum err err, const redisReply *reply, void *arg)
{
	(void)err;
	(void)reply;
	(void)arg;
}

/* By words: with no copies, every pass of the loop sends one. */
static enum err
send_read(const struct worker *w, struct reading *n)
{
	static const char *const caching[] = { "CLIENT", "CACHING", "YES" };
	static const char *const name[] = { "HGET", "{logs}:manifest",
		"generation" };
	int64_t deadline_ms = w->setup->config->redis_timeout_ms;
	enum err e = ERR_OK;

	if (n->name.is_kept)
		e = redis_send(
		    w->redis, on_caching, NULL, deadline_ms, 3, caching, NULL);
	if (e == ERR_OK)
		e = redis_send(
		    w->redis, on_answer, n, deadline_ms, 3, name, NULL);
	return e;
}

enum err
generation_name_read(struct worker *w, generation_name_fn *fn, void *arg)
{
	struct reading *n = calloc(1, sizeof(*n));
	enum err e;

	if (n == NULL)
		return ERR_NO_MEMORY;
	n->worker = w;
	n->fn = fn;
	n->arg = arg;
	n->name.is_kept = copies_note_reports(w->copies, &n->name.stamp);
	if (n->name.is_kept)
		shown_begin_read(w);
	e = send_read(w, n);
	if (e == ERR_OK)
		return ERR_OK;
	if (n->name.is_kept)
		shown_end_read(w);
	free(n);
	return e;
}
