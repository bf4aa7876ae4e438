/* From a request to a command and back: every way in which Redis can fail ends
 * in on_reply(), once. */
#include "worker/store/redis/query.h"
#include "common/base/config.h"
#include "worker/context.h"
#include "worker/store/redis/reply.h"

#include <hiredis/hiredis.h>

#include <stdarg.h>

struct query {
	struct req *req;
	store_decode *decode;
	void *out;
};

/* Of several queries that a request waits for, the first failure counts. */
static void
note(struct req *r, enum err err)
{
	if (r->replies_err == ERR_OK)
		r->replies_err = err;
}

static enum err
take_err(struct req *r)
{
	enum err err = r->replies_err;

	r->replies_err = ERR_OK;
	return err;
}

static void
on_reply(enum err err, const redisReply *reply, void *arg)
{
	struct query *q = arg;

	if (err == ERR_OK)
		err = reply_err(reply);
	if (err == ERR_OK)
		err = q->decode(q->req, reply, q->out);
	note(q->req, err);
	if (--q->req->replies_due == 0)
		req_resume(q->req, take_err(q->req));
}

static struct query *
query_new(struct req *r, store_decode *decode, void *out)
{
	struct query *q = arena_alloc(&r->arena, sizeof(*q));

	if (q)
		*q = (struct query){ r, decode, out };
	return q;
}

/* After a query was sent or not. One that was sent before it has to be answered
 * before the request may end: its reply is read into the request. */
static enum req_state
sent(struct req *r, enum err err, req_step *next)
{
	if (err == ERR_OK)
		r->replies_due++;
	else if (r->replies_due == 0)
		return req_fail(r, err);
	else
		note(r, err);
	return next ? req_wait(r, next) : REQ_WAIT;
}

static int64_t
deadline_ms(const struct req *r)
{
	return r->worker->setup->config->redis_timeout_ms;
}

enum req_state
store_send(struct req *r, store_decode *decode, void *out, req_step *next,
    const char *format, ...)
{
	struct query *q = query_new(r, decode, out);
	va_list args;
	enum err err;

	if (!q)
		return sent(r, ERR_NO_MEMORY, next);
	va_start(args, format);
	err = redis_vsendf(
	    r->worker->redis, on_reply, q, deadline_ms(r), format, args);
	va_end(args);
	return sent(r, err, next);
}

static void
on_caching(enum err err, const redisReply *reply, void *arg)
{
	(void)err;
	(void)reply;
	(void)arg;
}

/* CLIENT CACHING and the read stand together on the connection: there is nobody
 * else between. */
enum req_state
store_send_words(struct req *r, store_decode *decode, void *out, req_step *next,
    bool is_tracked, int argc, const char *const *argv, const size_t *lens)
{
	static const char *const caching[] = { "CLIENT", "CACHING", "YES" };
	struct query *q = query_new(r, decode, out);
	struct redis *redis = r->worker->redis;
	enum err err = ERR_OK;

	if (!q)
		return sent(r, ERR_NO_MEMORY, next);
	if (is_tracked)
		err = redis_send(
		    redis, on_caching, NULL, deadline_ms(r), 3, caching, NULL);
	if (err == ERR_OK)
		err = redis_send(
		    redis, on_reply, q, deadline_ms(r), argc, argv, lens);
	return sent(r, err, next);
}

enum req_state
store_script(struct req *r, store_decode *decode, void *out, req_step *next,
    enum script script, int keys, const char *format, ...)
{
	struct query *q = query_new(r, decode, out);
	va_list args;
	enum err err;

	if (!q)
		return sent(r, ERR_NO_MEMORY, next);
	va_start(args, format);
	err = redis_vscriptf(r->worker->redis, on_reply, q, deadline_ms(r),
	    script, keys, format, args);
	va_end(args);
	return sent(r, err, next);
}

enum err
store_decode_nothing(struct req *r, const redisReply *reply, void *out)
{
	(void)r;
	(void)reply;
	(void)out;
	return ERR_OK;
}

enum err
store_decode_number(struct req *r, const redisReply *reply, void *out)
{
	int64_t *number = out;
	uint64_t value = 0;

	(void)r;
	if (reply->type == REDIS_REPLY_INTEGER)
		*number = reply->integer;
	else if (reply->type == REDIS_REPLY_NIL)
		*number = 0;
	else if (reply->type == REDIS_REPLY_STRING &&
		 span_to_u64(span_of(reply->str, (size_t)reply->len), &value) &&
		 value <= INT64_MAX)
		*number = (int64_t)value;
	else
		return ERR_CORRUPT;
	return ERR_OK;
}

enum err
store_decode_flag(struct req *r, const redisReply *reply, void *out)
{
	bool *flag = out;

	(void)r;
	if (reply->type != REDIS_REPLY_INTEGER)
		return ERR_CORRUPT;
	*flag = reply->integer != 0;
	return ERR_OK;
}

enum err
store_decode_text(struct req *r, const redisReply *reply, void *out)
{
	struct span *text = out;

	*text = span_of(NULL, 0);
	return reply->type == REDIS_REPLY_NIL
		   ? ERR_OK
		   : reply_text(reply, &r->arena, text);
}

enum req_state
store_ping(struct req *r, req_step *next)
{
	return store_send(r, store_decode_nothing, NULL, next, "PING");
}
