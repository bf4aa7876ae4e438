#include "worker/store/redis/bulk_link.h"

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/span.h"
#include "worker/store/redis/batch.h"
#include "worker/store/redis/reply.h"

#include <hiredis/hiredis.h>

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { CONNECT_TIMEOUT_MS = 2000 };

void
bulk_link_init(struct bulk_link *l, const struct redis_address *address)
{
	*l = (struct bulk_link){ .address = address };
}

void
bulk_link_close(struct bulk_link *l)
{
	if (l->context)
		redisFree(l->context);
	l->context = NULL;
	l->ahead_len = 0;
}

static enum err
lose(struct bulk_link *l, enum err why)
{
	bulk_link_close(l);
	return why;
}

static struct timeval
timeval_of(int ms)
{
	return (struct timeval){ ms / 1000, ms % 1000 * 1000 };
}

/* What Redis said to a command of the greeting. */
static enum err
judge_greeting(redisReply *reply)
{
	bool ok = reply && reply->type != REDIS_REPLY_ERROR;

	if (reply && !ok)
		log_debug("redis: bulk: %s", reply->str);
	freeReplyObject(reply);
	return ok ? ERR_OK : ERR_STORE_DOWN;
}

static enum err
greet(struct bulk_link *l)
{
	const struct redis_address *to = l->address;
	enum err e = ERR_OK;

	if (to->user[0])
		e = judge_greeting(redisCommand(
		    l->context, "AUTH %s %s", to->user, to->password));
	else if (to->password[0])
		e = judge_greeting(
		    redisCommand(l->context, "AUTH %s", to->password));
	if (e == ERR_OK && to->db != 0)
		e = judge_greeting(
		    redisCommand(l->context, "SELECT %d", to->db));
	return e;
}

enum err
bulk_link_open(struct bulk_link *l)
{
	const struct redis_address *to = l->address;
	struct timeval patience = timeval_of(CONNECT_TIMEOUT_MS);

	if (l->context)
		return ERR_OK;
	errno = 0;
	l->context =
	    to->path[0] ? redisConnectUnixWithTimeout(to->path, patience)
			: redisConnectWithTimeout(to->host, to->port, patience);
	if (!l->context || l->context->err)
		return lose(l, errno == EMFILE || errno == ENFILE
				   ? ERR_NO_FILES
				   : ERR_STORE_DOWN);
	if (redisSetTimeout(l->context, timeval_of(BULK_LINK_WAIT_MS)) !=
	    REDIS_OK)
		return lose(l, ERR_STORE_DOWN);
	enum err e = greet(l);
	return e == ERR_OK ? ERR_OK : lose(l, e);
}

static enum err
read_replies(struct bulk_link *l, size_t len, redisReply **replies)
{
	for (size_t i = 0; i < len; i++) {
		void *reply = NULL;

		if (redisGetReply(l->context, &reply) != REDIS_OK)
			return ERR_STORE_DOWN;
		replies[i] = reply;
		if (reply_is_passing(replies[i]))
			return ERR_STORE_DOWN;
	}
	return ERR_OK;
}

enum err
bulk_link_exchange(
    struct bulk_link *l, const struct batch *batch, redisReply **replies)
{
	enum err e;

	memset(replies, 0, batch->commands * sizeof(*replies));
	e = bulk_link_open(l);
	if (e != ERR_OK)
		return e;
	if (redisAppendFormattedCommand(
		l->context, batch->bytes.data, batch->bytes.len) != REDIS_OK)
		return lose(l, ERR_STORE_DOWN);
	e = read_replies(l, batch->commands, replies);
	if (e == ERR_OK)
		return ERR_OK;
	for (size_t i = 0; i < batch->commands; i++) {
		freeReplyObject(replies[i]);
		replies[i] = NULL;
	}
	return lose(l, e);
}

enum err
bulk_link_send(struct bulk_link *l, const struct batch *batch)
{
	size_t sent = 0;

	if (bulk_link_open(l) != ERR_OK)
		return ERR_STALE;
	while (sent < batch->bytes.len) {
		ssize_t n = write(l->context->fd, batch->bytes.data + sent,
		    batch->bytes.len - sent);

		if (n > 0)
			sent += (size_t)n;
		else if (n == 0 || errno != EINTR)
			return lose(l, ERR_STALE);
	}
	return ERR_OK;
}

/* Reads at least one byte: what fits into `to`, and what lies behind it into
 * `ahead`. */
static enum err
read_some(struct bulk_link *l, char *to, size_t len, size_t *got)
{
	struct iovec parts[] = { { to, len },
		{ l->ahead + l->ahead_len,
		    BULK_LINK_AHEAD_MAX - l->ahead_len } };
	ssize_t n;

	if (!l->context)
		return ERR_STALE;
	do
		n = readv(l->context->fd, parts, 2);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return lose(l, ERR_STALE);
	*got = (size_t)n < len ? (size_t)n : len;
	l->ahead_len += (size_t)n - *got;
	return ERR_OK;
}

static void
take_ahead(struct bulk_link *l, size_t len)
{
	l->ahead_len -= len;
	memmove(l->ahead, l->ahead + len, l->ahead_len);
}

/* "$<len>" and the end of the line. */
static enum err
receive_length(struct bulk_link *l, size_t *out)
{
	const char *end;
	uint64_t len;
	size_t none;
	enum err e;

	while (!(end = memchr(l->ahead, '\n', l->ahead_len))) {
		if (l->ahead_len == BULK_LINK_AHEAD_MAX)
			return lose(l, ERR_STALE); /* an error in words */
		e = read_some(l, NULL, 0, &none);
		if (e != ERR_OK)
			return e;
	}
	if (l->ahead[0] != '$' || end[-1] != '\r' ||
	    !span_to_u64(
		span_of(l->ahead + 1, (size_t)(end - l->ahead) - 2), &len))
		return lose(l, ERR_STALE);
	take_ahead(l, (size_t)(end - l->ahead) + 1);
	*out = len;
	return ERR_OK;
}

enum err
bulk_link_receive(
    struct bulk_link *l, char *to, size_t len, int64_t deadline_ms)
{
	size_t there = 0, got = 0;
	enum err e = receive_length(l, &there);

	if (e != ERR_OK)
		return e;
	if (there != len || len == 0)
		return lose(l, there == 0 ? ERR_STALE : ERR_CORRUPT);
	there = l->ahead_len < len ? l->ahead_len : len;
	memcpy(to, l->ahead, there);
	take_ahead(l, there);
	while (there < len || l->ahead_len < 2) {
		if (clock_ms() > deadline_ms)
			return lose(l, ERR_STORE_DOWN);
		e = read_some(l, to + there, len - there, &got);
		if (e != ERR_OK)
			return e;
		there += got;
	}
	take_ahead(l, 2);
	return ERR_OK;
}
