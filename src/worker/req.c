/* The life of a request between transport and the layers behind it: who waits,
 * which step comes next, and how it ends. Knows neither HTTP nor sockets, so
 * that a test runs an endpoint by setting r->on_done and calling req_start. */
#include "worker/req.h"
#include "worker/context.h"
#include "worker/document.h"
#include "worker/pool.h"

#include "common/base/clock.h"
#include "common/base/huge.h"
#include "common/base/log.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

/* Seconds that a client is asked to stay away after a 503: long enough for
 * Redis to come back or a queue to empty, short enough not to be noticed. */
enum { RETRY_AFTER_S = 1 };

struct offload {
	struct pool_job job;
	struct req *req;
	void (*work)(void *arg);
	void *arg;
};

static void
unreserve(struct req *r)
{
	if (r->is_reserved)
		pool_unreserve(r->worker->hash_pool);
	r->is_reserved = false;
}

/* Nothing touches `r` afterwards. */
static void
end(struct req *r)
{
	unreserve(r);
	r->on_done(r);
}

static void
advance(struct req *r, enum req_state state)
{
	if (state == REQ_WAIT)
		assert(r->next != NULL);
	else
		end(r);
}

void
req_start(struct req *r, req_step *first)
{
	assert(r->next == NULL && r->on_done != NULL);
	advance(r, first(r));
}

enum req_state
req_fail(struct req *r, enum err e)
{
	assert(e != ERR_OK);
	r->out.err = e;
	r->out.status = err_status(e);
	if (r->out.status == 503 && r->out.retry_after_s == 0)
		r->out.retry_after_s = RETRY_AFTER_S;
	log_debug("%.*s: %d %s", (int)r->path.len,
	    r->path.data ? r->path.data : "", r->out.status,
	    r->out.detail ? r->out.detail : err_text(e));
	return REQ_DONE;
}

enum req_state
req_refuse(struct req *r, enum err e, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	char *text = len < 0 ? NULL : arena_alloc(&r->arena, (size_t)len + 1);
	if (text != NULL) {
		va_start(args, format);
		vsnprintf(text, (size_t)len + 1, format, args);
		va_end(args);
	}
	r->out.detail = text;
	return req_fail(r, e);
}

enum req_state
req_done(struct req *r)
{
	r->out.err = ERR_OK;
	return REQ_DONE;
}

enum req_state
req_wait(struct req *r, req_step *next)
{
	assert(r->next == NULL && next != NULL);
	r->next = next;
	return REQ_WAIT;
}

enum req_state
req_wait_long(struct req *r, req_step *next)
{
	if (r->on_long_wait)
		r->on_long_wait(r);
	return req_wait(r, next);
}

void
req_resume(struct req *r, enum err e)
{
	req_step *next = r->next;

	assert(next != NULL);
	r->next = NULL;
	if (r->conn == NULL)
		end(r);
	else if (e != ERR_OK)
		advance(r, req_fail(r, e));
	else
		advance(r, next(r));
}

static void
work(struct pool_job *job)
{
	struct offload *o = (struct offload *)job;

	/* Nobody would read the answer: the next one's turn. */
	if (atomic_load(&o->req->is_abandoned))
		return;
	huge_keep();
	o->work(o->arg);
}

static void
on_worked(struct pool_job *job)
{
	struct offload *o = (struct offload *)job;

	req_resume(o->req, job->is_late ? ERR_OVERLOAD : ERR_OK);
}

struct pool *
req_hash_pool_new(
    struct worker *w, unsigned threads, size_t queue_limit, int nice)
{
	struct pool *p = pool_new(w->loop, threads, queue_limit, nice);

	if (p)
		pool_share(p, &w->setup->shared->hashing, huge_drop);
	return p;
}

bool
req_may_offload(const struct req *r)
{
	return pool_has_place(r->worker->hash_pool);
}

bool
req_reserve_offload(struct req *r)
{
	assert(!r->is_reserved);
	r->is_reserved = pool_reserve(r->worker->hash_pool);
	return r->is_reserved;
}

enum req_state
req_offload(
    struct req *r, void (*work_fn)(void *arg), void *arg, req_step *next)
{
	struct offload *o = arena_alloc(&r->arena, sizeof(*o));

	if (o == NULL)
		return req_fail(r, ERR_NO_MEMORY);
	o->job.work = work;
	o->job.done = on_worked;
	o->req = r;
	o->work = work_fn;
	o->arg = arg;
	o->job.due_ms = clock_ms() + r->worker->setup->config->hash_timeout_ms;
	unreserve(r);
	enum err e = pool_start(r->worker->hash_pool, &o->job);
	if (e != ERR_OK)
		return req_fail(r, e);
	return req_wait(r, next);
}

void
req_renew(struct req *r)
{
	document_release(r->out.document);
	r->out.document = NULL;
	arena_reset(&r->arena);
}

void
req_cleanup(struct req *r)
{
	if (r->end_lasting)
		r->end_lasting(r->lasting);
	r->end_lasting = NULL;
	req_renew(r);
}

void
req_field_error(struct req *r, const char *field, const char *message)
{
	if (r->out.errors_len == FIELD_ERRORS_MAX)
		return;
	r->out.errors[r->out.errors_len].field = field;
	r->out.errors[r->out.errors_len].message = message;
	r->out.errors_len++;
}
